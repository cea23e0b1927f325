"""Which assistant answers now, while the folder changes underneath it.

A new corpus is indexed in a thread of its own, so that scanning goes on and a withdrawal takes
effect at once, even while thousands of passages are being indexed. The same at the start: crisis
help and the way to the staff are served from the first moment, answers when the index is there.
"""

import gc
import logging
import threading
from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime

from chatbot.answering.assistant import Assistant
from chatbot.knowledge.clinic import today
from chatbot.knowledge.model import Corpus
from chatbot.knowledge.reload import Reloader, Snapshot
from chatbot.settings import Settings

PATIENCE = 30.0  # seconds a request waits for the first index
WAITING = 2  # requests that may wait for it: never all threads, one is for somebody in danger
log = logging.getLogger(__name__)


class Library:
    """The assistant in service; `snapshot` is the newest reading of the folder, which may be ahead
    of it, with its findings. `clock` gives the time."""

    def __init__(self, settings: Settings, clock: Callable[[], datetime]) -> None:
        self._settings, self._clock = settings, clock
        self._wake, self._indexed = threading.Event(), threading.Event()
        self._waiting = threading.BoundedSemaphore(WAITING)
        self._reloader = Reloader(settings.knowledge, today=self._today)
        self.snapshot = first = self._reloader.snapshot
        nothing = replace(first, corpus=replace(first.corpus, documents=()), opened=False)
        self._serving = (self._build(nothing), first)
        self._reloader.on_change = self._changed

    def start(self) -> None:
        """Index the folder and follow it in the background until the process ends."""
        self._reloader.start()
        self._wake.set()
        threading.Thread(target=self._work, name="indexing", daemon=True).start()

    @property
    def assistant(self) -> Assistant:
        """The assistant in service; before the first index is there, one that is closed."""
        return self._serving[0]

    @property
    def closed(self) -> bool:
        """Whether nothing is answered, and not only because the site is still starting."""
        return self.assistant.closed and self._indexed.is_set()

    def current(self) -> tuple[Assistant, frozenset[str]]:
        """The assistant in service and the ids it must not quote, as `now`, with the index there.

        A few requests wait for the first index; the others find what is there.
        """
        if not self._indexed.is_set() and self._waiting.acquire(blocking=False):
            try:
                self._indexed.wait(PATIENCE)
            finally:
                self._waiting.release()
        return self.now()

    def now(self) -> tuple[Assistant, frozenset[str]]:
        """The assistant in service and the ids it must not quote, consistent with each other: what
        a newer reading of the folder no longer allows is among them, and all while it is closed."""
        (assistant, served), newest = self._serving, self.snapshot
        if assistant.closed:
            return assistant, frozenset(one.id for one in assistant.corpus.documents)
        if newest.corpus is assistant.corpus:
            return assistant, served.withdrawn | newest.withdrawn
        open_now = newest.corpus.clinic.closed is None
        live = newest.corpus.live(self._today(newest.corpus), newest.withdrawn) if open_now else ()
        known = {document.id for document in assistant.corpus.documents}
        return assistant, served.withdrawn | (known - {document.id for document in live})

    def catch_up(self) -> None:
        """Index the newest reading, if it is not the one in service."""
        wanted, assistant = self.snapshot, self.assistant
        gc.disable()  # indexing drops next to nothing, and looking for it takes a third of the time
        try:
            if wanted.corpus is not assistant.corpus or wanted.opened is assistant.unfit:
                assistant = self._build(wanted).prepare()
            self._serving = (assistant, wanted)
        except Exception:
            # Whatever is wrong with it, crisis help and the way to the staff must be served.
            log.exception("the folder cannot be indexed; the last one that could stays in service")
        finally:
            gc.enable()
            self._indexed.set()

    def _today(self, corpus: Corpus) -> date:
        return today(corpus.clinic, self._clock())

    def _build(self, snapshot: Snapshot) -> Assistant:
        semantics, public_url = self._settings.semantics, self._settings.public_url
        closed = not snapshot.opened
        return Assistant(snapshot.corpus, semantics=semantics, public_url=public_url, closed=closed)

    def _changed(self, snapshot: Snapshot) -> None:
        self.snapshot = snapshot
        self._wake.set()

    def _work(self) -> None:
        while True:
            self._wake.wait()
            self._wake.clear()
            self.catch_up()
