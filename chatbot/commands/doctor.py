"""`doctor`: is this site ready for patients? One line a finding, each with what to do."""

import shutil
import stat
from argparse import Namespace
from collections.abc import Iterator
from pathlib import Path

from chatbot.commands import command, count
from chatbot.commands.folder import clinic_today
from chatbot.errors import ChatbotError
from chatbot.knowledge.folder import read
from chatbot.knowledge.loading import load
from chatbot.safety.resources import stale
from chatbot.settings import Settings
from chatbot.storage.deliveries import channels
from chatbot.storage.store import Store

NETWORK = {"nfs", "nfs4", "cifs", "smb3", "smbfs", "9p", "fuse.sshfs", "ceph", "glusterfs", "afs"}
RUN = "python -m chatbot"
LEAST_FREE = 200 * 1024 * 1024  # bytes of disk, below which hand-offs may soon not be kept


@command("doctor")
def doctor(_args: Namespace, settings: Settings) -> int:
    """Print what is to be mended; exit 1 when there is anything."""
    findings = [*_knowledge(settings), *_people(settings), *_installation(settings)]
    for finding in findings:
        print(f"- {finding}")
    print(f"{len(findings)} to mend." if findings else "Nothing stands in the way.")
    return 1 if findings else 0


def _knowledge(settings: Settings) -> Iterator[str]:
    loaded = load(read(settings.knowledge))
    corpus, today = loaded.corpus, clinic_today(loaded.corpus)
    live = corpus.live(today)
    if loaded.errors:
        yield f"The folder has {count(len(loaded.errors), 'error')}. Run `{RUN} check` and mend."
    if not live:
        yield f"Nothing can be quoted. Approve documents with `{RUN} approve`."
    if samples := [document.id for document in live if document.approved_by == "sample"]:
        shown = ", ".join([*samples[:3], *["…"] * (len(samples) > 3)])
        live_ones = count(len(samples), "live document was", "live documents were")
        yield (
            f"{live_ones} approved by “sample” ({shown}). A clinician must approve your own "
            f"text with `{RUN} approve`; retire the rest."
        )
    if corpus.clinic.closed is not None:
        yield f"The site is closed in clinic.yaml. Run `{RUN} open` when you want it to answer."
    if old := stale(today, (), corpus.clinic.country):
        lines = count(len(old), "crisis resource was", "crisis resources were")
        yield (
            f"{lines} last verified over 180 days ago, first {old[0].label}. Call and see "
            "docs/safety.md."
        )


def _people(settings: Settings) -> Iterator[str]:
    if not channels(settings):
        yield (
            "Nobody is told of hand-offs. Set CHATBOT_SMTP_URL, CHATBOT_MAIL_FROM and "
            "CHATBOT_NOTIFY_EMAIL, or CHATBOT_WEBHOOK_URL and its secret."
        )
    if not settings.staff_mfa:
        yield "The staff sign in without a second factor. Remove CHATBOT_STAFF_MFA=off."
    store = Store(settings)
    try:
        if store.database.version() is None:
            yield f"There is no database yet. Run `{RUN} db upgrade`."
            return
        store.database.check()
        if not any(account.disabled_at is None for account in store.staff.accounts()):
            yield f"Nobody can open the staff inbox. Run `{RUN} staff add NAME`."
        if dead := store.deliveries.dead():
            lost = count(len(dead), "notification was", "notifications were")
            yield f"{lost} given up. Open the staff inbox and send again."
        if broken := store.audit.verify():
            yield f"The audit trail was changed at entry {broken[0]}. Find out who has access."
    except ChatbotError as error:
        yield f"The database cannot be used: {error}"


def _installation(settings: Settings) -> Iterator[str]:
    if not settings.public_url.startswith("https://"):
        yield (
            "CHATBOT_PUBLIC_URL is not set to the https address visitors use, so links in "
            "mails do not work."
        )
    if 0 < len(settings.secret_key) < 32:
        yield "CHATBOT_SECRET_KEY is short enough to be guessed. Use `openssl rand -hex 32`."
    if not settings.instance.exists():
        return
    for path in (settings.instance / "secret_key", settings.instance / "chatbot.db"):
        if path.exists() and stat.S_IMODE(path.stat().st_mode) & 0o077:
            yield f"{path} can be read by others. Run `chmod 600 {path}`."
    kind = _file_system(settings.instance)
    if kind in NETWORK and not settings.database_url.startswith("postgresql"):
        yield (
            f"The SQLite database lies on a network file system ({kind}), where locks cannot be "
            "relied on. Use a local disk or PostgreSQL."
        )
    if shutil.disk_usage(settings.instance).free < LEAST_FREE:
        yield f"The disk of {settings.instance} is almost full. Free some space."


def _file_system(folder: Path) -> str:
    """The type of the file system a folder lies on, as the kernel names it; "" if not known."""
    try:
        lines = Path("/proc/self/mounts").read_text("utf-8").splitlines()
    except OSError:
        return ""
    mounts = dict(line.split()[1:3] for line in lines)
    places = (folder.resolve(), *folder.resolve().parents)
    return next((mounts[str(place)] for place in places if str(place) in mounts), "")
