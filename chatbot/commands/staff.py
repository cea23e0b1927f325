"""`python -m chatbot staff`: who may open the inbox."""

from __future__ import annotations

import argparse
import getpass
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
    add.add_argument("--type", action="store_true", help="type a password instead of getting one")
    actions.add_parser("list", help="all accounts")
    actions.add_parser("disable", help="close an account").add_argument("name")


def run(args: argparse.Namespace, settings: Settings) -> int:
    """Do it; a new password and the code for the phone's app are printed this once."""
    store = open_store(settings, b"", str)
    store.database.check()
    now = datetime.now(UTC)
    if args.action == "list":
        for account in store.staff.accounts():
            state = f"disabled {account.disabled_at:%Y-%m-%d}" if account.disabled_at else "active"
            print(f"{account.name:<24} {state}, since {account.created_at:%Y-%m-%d}")
    elif args.action == "disable":
        if not store.staff.disable(args.name, now):
            print(f"There is no account {args.name!r}; see `staff list`.", file=sys.stderr)
            return 1
        print(f"{args.name} can no longer sign in, and is signed out everywhere.")
    else:
        password = getpass.getpass("Password: ") if args.type else secrets.token_urlsafe(15)
        secret = store.staff.add(args.name, password, now)
        print(f"{args.name} can sign in at /staff.")
        if not args.type:
            print(f"Password (shown only now): {password}")
        if settings.staff_mfa:
            uri = pyotp.TOTP(secret).provisioning_uri(
                name=args.name, issuer_name="Clinic questions"
            )
            print(f"Scan this with an authenticator app, or type {secret} into it:")
            segno.make(uri).terminal(compact=True)
    return 0
