"""Sends what the outbox holds, again and again until it is accepted or a day is over."""

import logging
import os
import random
import socket
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor, wait
from datetime import UTC, datetime, timedelta
from functools import partial

from chatbot.delivery.mail import send_mail
from chatbot.delivery.notices import Notice, Senders, compose
from chatbot.delivery.reminders import remind
from chatbot.delivery.webhook import send_webhook
from chatbot.errors import ChatbotError, DeliveryError
from chatbot.settings import Settings
from chatbot.storage.deliveries import Claimed, Deliveries, Delivery, channels
from chatbot.storage.store import Store

log = logging.getLogger(__name__)

FIRST_WAIT, LONGEST_WAIT = 5.0, 3600.0  # seconds
GIVE_UP = timedelta(hours=24)
FEWEST_TRIES = 20  # before giving up: a day may pass while this machine is off
IN_FLIGHT = 4  # per channel, so that one that hangs cannot hold up another
POLL = 0.5  # seconds
AGAIN = timedelta(minutes=5)  # between two lines of the log about the same failure
SECOND, MINUTE, HOUR = timedelta(seconds=1), timedelta(minutes=1), timedelta(hours=1)
Job = tuple[timedelta, Callable[[datetime], object]]  # how often, and what is done


class Deliverer:
    """Any number of these, in any number of processes, share the outbox safely. `jobs` are done on
    the way, each with the time."""

    def __init__(
        self, outbox: Deliveries, senders: Senders, public_url: str, jobs: Sequence[Job] = ()
    ) -> None:
        self._outbox, self._senders, self._public_url = outbox, senders, public_url
        self._jobs = ((timedelta(0), self._launch), *jobs)
        self._clock: Callable[[], datetime] = lambda: datetime.now(UTC)
        self._done: dict[Callable[[datetime], object], datetime] = {}
        self._failing: set[Callable[[datetime], object]] = set()
        self._told: datetime | None = None  # when the log last named what fails
        self._name = f"{socket.gethostname()}:{os.getpid()}:{id(self):x}"
        self._pools = {channel: ThreadPoolExecutor(IN_FLIGHT, channel) for channel in senders}
        self._flying: dict[str, set[Future[None]]] = {channel: set() for channel in senders}
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="deliverer", daemon=True)

    def run_once(self, now: datetime) -> int:
        """Try everything that is due at `now`, once, and wait for it; how many were tried."""
        tried = 0
        while started := self._launch(now):
            tried += len(started)
            wait(started)
        return tried

    def start(self) -> None:
        """Deliver in the background until `stop`."""
        self._thread.start()

    def stop(self) -> None:
        """Take nothing new, and finish what is being sent (10 s at most)."""
        self._stop.set()
        if self._thread.ident:
            self._thread.join()
        for pool in self._pools.values():
            pool.shutdown()

    def _run(self) -> None:
        while not self._stop.wait(POLL):
            self.work(self._clock())

    def work(self, now: datetime) -> None:
        """Begin to send what is due, and do the jobs whose time has come; what failed is tried
        again within a minute."""
        for often, job in self._jobs:
            every = min(often, MINUTE) if job in self._failing else often
            if job in self._done and abs(now - self._done[job]) < every:
                continue
            self._done[job] = now
            try:
                job(now)
                self._failing.discard(job)
            except ChatbotError as error:
                self._failing.add(job)
                if self._told is None or abs(now - self._told) >= AGAIN:
                    self._told = now
                    log.warning("not done now, and tried again: %s", error)
            except Exception:
                # Whatever went wrong, the next round must come: hand-offs depend on it.
                log.exception("a job of the deliverer failed")
        if self._told and not self._failing:
            self._told = None
            log.warning("what was not done is done again")

    def _launch(self, now: datetime) -> set[Future[None]]:
        for channel, flying in self._flying.items():
            flying -= {future for future in flying if future.done()}
            for claimed in self._outbox.claim(channel, now, self._name, IN_FLIGHT - len(flying)):
                flying.add(self._pools[channel].submit(self._deliver, claimed, now))
        return set[Future[None]]().union(*self._flying.values())

    def _deliver(self, claimed: Claimed, now: datetime) -> None:
        refused = None
        try:
            self._senders[claimed.channel](compose(claimed, self._public_url), now)
        except DeliveryError as error:
            refused = error
        except Exception as error:
            log.exception("sending %s failed unexpectedly", claimed.reference)
            refused = DeliveryError(f"unexpected {type(error).__name__}")
        try:
            if refused is None:
                self._outbox.sent(claimed, self._name, now)
            else:
                log.warning("%s by %s: %s", claimed.reference, claimed.channel, refused)
                again = _next_try(claimed, refused, now)
                self._outbox.failed(claimed, self._name, str(refused), again)
        except ChatbotError as error:
            # Nothing could be noted, so the lease runs out and it is sent again.
            log.warning("%s: the outcome was not saved: %s", claimed.reference, error)


def _next_try(delivery: Delivery, error: DeliveryError, now: datetime) -> datetime | None:
    """When to try again, or None to give up. 5 s, 10 s, 20 s … up to an hour, each up to a tenth
    longer so that not all come back at once. A receiver's own wish counts when it is longer, up to
    an hour."""
    old = now - delivery.created_at >= GIVE_UP
    if error.permanent or (old and delivery.attempts >= FEWEST_TRIES):
        return None
    backoff = FIRST_WAIT * 2 ** min(delivery.attempts, 20)
    delay = min(LONGEST_WAIT, max(backoff, error.retry_after or 0.0))
    return now + timedelta(seconds=delay * random.uniform(1, 1.1))  # noqa: S311


def deliverer(settings: Settings, store: Store) -> Deliverer:
    """A deliverer for these settings; it also writes down what was asked, sweeps overdue items,
    keeps the retention and reminds of documents that go out of date."""
    senders: Senders = {
        "mail": partial(send_mail if settings.smtp_url else _closed, settings),
        "webhook": partial(send_webhook if settings.webhook_url else _closed, settings),
    }
    told = {channel: senders[channel] for channel in channels(settings)}
    jobs: Sequence[Job] = (
        (SECOND, lambda now: store.exchanges.flush()),
        (MINUTE, store.handoffs.sweep),
        (MINUTE, store.purge),
        (HOUR, partial(remind, settings, store.audit, told)),  # it reads the whole folder
    )
    return Deliverer(store.deliveries, senders, settings.public_url, jobs)


def _closed(_settings: Settings, _notice: Notice, _now: datetime) -> None:
    raise DeliveryError("this way out is no longer set up")
