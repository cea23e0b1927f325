"""`python -m chatbot staff`: who may open the inbox."""

from __future__ import annotations

import argparse
import secrets
import sys
from datetime import UTC, datetime

import pyotp
import segno

from chatbot.settings import Settings
from chatbot.storage.store import open_store

HELP = "add, list or disable the accounts of staff"


def configure(parser: argparse.ArgumentParser) -> None:
    """Subcommands."""
    actions = parser.add_subparsers(dest="action", required=True)
    add = actions.add_parser("add", help="a new account, or a new start for an old one")
    add.add_argument("name")
    actions.add_parser("list", help="all accounts")
    actions.add_parser("disable", help="close an account").add_argument("name")


def run(args: argparse.Namespace, settings: Settings) -> int:
    """Do it; a new password and the code for the phone's app are printed this once."""
    store = open_store(settings, b"", str)
    store.database.check()
    now = datetime.now(UTC)
    if args.action == "list":
        for name, since, disabled in store.staff.accounts():
            state = f"disabled {disabled:%Y-%m-%d}" if disabled else "active"
            print(f"{name:<24} {state}, since {since:%Y-%m-%d}")
    elif args.action == "disable":
        if not store.staff.disable(args.name, now):
            print(f"There is no account {args.name!r}; see `staff list`.", file=sys.stderr)
            return 1
        print(f"{args.name} can no longer sign in, and is signed out everywhere.")
    else:
        password = secrets.token_urlsafe(15)
        secret = store.staff.add(args.name, password, now)
        print(f"{args.name} can sign in at /staff.\nPassword (shown only now): {password}")
        if settings.staff_mfa:
            app = pyotp.TOTP(secret, name=args.name, issuer="Clinic questions")
            print(f"Scan this with an authenticator app, or type {secret} into it:")
            segno.make(app.provisioning_uri()).terminal(compact=True)
    return 0
