"""`doctor`: is this site ready for patients? One line a finding, each with what to do."""

import shutil
import stat
from argparse import Namespace
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

from chatbot.builtin import read_yaml
from chatbot.commands import count
from chatbot.commands.folder import clinic_today
from chatbot.delivery.deadline import Deadline
from chatbot.errors import ChatbotError, DeliveryError
from chatbot.knowledge.folder import read
from chatbot.knowledge.loading import load
from chatbot.safety.resources import stale
from chatbot.settings import Settings
from chatbot.storage.deliveries import channels
from chatbot.storage.store import Store

NETWORK = {"nfs", "nfs4", "cifs", "smb3", "smbfs", "9p", "fuse.sshfs", "ceph", "glusterfs", "afs"}
LEAST_FREE = 200 * 1024 * 1024  # bytes of disk, below which hand-offs may soon not be kept
PORTS = {"smtp": 587, "smtps": 465, "http": 80, "https": 443}


def do_doctor(_args: Namespace, settings: Settings) -> int:
    """Print what is to be mended; exit 1 when there is anything."""
    parts = (_knowledge, _people, _receivers, _installation)
    findings = [finding for part in parts for finding in part(settings)]
    for finding in findings:
        print(f"- {finding}")
    print(f"{len(findings)} to mend." if findings else "Nothing stands in the way.")
    return 1 if findings else 0


def _say(code: str, **values: object) -> str:
    return str(read_yaml("doctor.yaml")[code].format(**values))


def _knowledge(settings: Settings) -> Iterator[str]:
    loaded = load(read(settings.knowledge))
    corpus, today = loaded.corpus, clinic_today(loaded.corpus)
    live = corpus.live(today)
    if loaded.errors:
        yield _say("folder-errors", errors=count(len(loaded.errors), "error"))
    if not live:
        yield _say("nothing-live")
    if samples := [document.id for document in live if document.approved_by == "sample"]:
        shown = ", ".join([*samples[:3], *["…"] * (len(samples) > 3)])
        documents = count(len(samples), "live document was", "live documents were")
        yield _say("sample", documents=documents, shown=shown)
    if corpus.clinic.closed is not None:
        yield _say("closed")
    if old := stale(today, (), corpus.clinic.country):
        resources = count(len(old), "crisis resource was", "crisis resources were")
        yield _say("stale", resources=resources, first=old[0].label)


def _people(settings: Settings) -> Iterator[str]:
    if not channels(settings):
        yield _say("nobody-told")
    if not settings.staff_mfa:
        yield _say("one-factor")
    store = Store(settings)
    try:
        if store.database.version() is None:
            yield _say("no-database")
            return
        store.database.check()
        if not any(account.disabled_at is None for account in store.staff.accounts()):
            yield _say("no-accounts")
        if dead := store.deliveries.dead():
            lost = count(len(dead), "notification was", "notifications were")
            yield _say("given-up", notices=lost)
        if broken := store.audit.verify():
            yield _say("trail", entry=broken[0])
    except ChatbotError as error:
        yield _say("database", why=error)


def _receivers(settings: Settings) -> Iterator[str]:
    """Connects to where notices go, and sends nothing."""
    private = settings.webhook_private
    ways = (("SMTP_URL", settings.smtp_url, True), ("WEBHOOK_URL", settings.webhook_url, private))
    for name, url, anywhere in (way for way in ways if way[1]):
        parts = urlsplit(url)
        host, port = parts.hostname or "", parts.port or PORTS[parts.scheme]
        try:
            with Deadline() as deadline:
                deadline.connect(host, port, public_only=not anywhere).close()
        except (OSError, ValueError, DeliveryError) as error:
            why = getattr(error, "strerror", None) or error
            yield _say("not-reached", name=name, host=host, port=port, why=why)


def _installation(settings: Settings) -> Iterator[str]:
    if not settings.public_url.startswith("https://"):
        yield _say("public-url")
    for name in ("SECRET_KEY", "WEBHOOK_SECRET"):
        if 0 < len(getattr(settings, name.lower())) < 32:
            yield _say("short-secret", name=name)
    if not settings.instance.exists():
        return
    for path in (settings.instance / "secret_key", settings.instance / "chatbot.db"):
        if path.exists() and stat.S_IMODE(path.stat().st_mode) & 0o077:
            yield _say("readable", path=path)
    kind = _file_system(settings.instance)
    if kind in NETWORK and not settings.database_url.startswith("postgresql"):
        yield _say("network", kind=kind)
    if shutil.disk_usage(settings.instance).free < LEAST_FREE:
        yield _say("full", path=settings.instance)


def _file_system(folder: Path) -> str:
    """The type of the file system a folder lies on, as the kernel names it; "" if not known."""
    try:
        lines = Path("/proc/self/mounts").read_text("utf-8").splitlines()
    except OSError:
        return ""
    mounts = dict(line.split()[1:3] for line in lines)
    places = (folder.resolve(), *folder.resolve().parents)
    return next((mounts[str(place)] for place in places if str(place) in mounts), "")
