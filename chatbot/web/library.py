"""Which assistant answers now, while the folder changes underneath it.

A new corpus is indexed in a thread of its own, so that scanning goes on and a withdrawal takes
effect at once, even while thousands of passages are being indexed. The same at the start: crisis
help and the way to the staff are served from the first moment, answers when the index is there.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from dataclasses import replace
from datetime import date

from chatbot.answering.assistant import Assistant
from chatbot.knowledge.model import Corpus
from chatbot.knowledge.reload import Snapshot

Build = Callable[[Corpus, bool], Assistant]
PATIENCE = 30.0  # seconds a request waits for the first index
WAITING = 2  # requests that may wait for it: never all threads, one is for somebody in danger
log = logging.getLogger(__name__)


class Library:
    """The assistant in service, the documents withdrawn from it, and the folder's findings."""

    def __init__(self, snapshot: Snapshot, build: Build, today: Callable[[Corpus], date]) -> None:
        self._build = build
        self._today = today
        self._wanted = snapshot
        self._wake = threading.Event()
        self._indexed = threading.Event()
        self._waiting = threading.BoundedSemaphore(WAITING)
        nothing = replace(snapshot.corpus, documents=())
        self._serving = (build(nothing, True), snapshot)

    @property
    def assistant(self) -> Assistant:
        """The assistant in service; before the first index is there, one that is closed."""
        return self._serving[0]

    @property
    def snapshot(self) -> Snapshot:
        """The newest reading of the folder, with its findings."""
        return self._wanted

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
        """The assistant in service and the ids it must not quote, consistent with each other."""
        assistant, snapshot = self._serving
        return assistant, snapshot.withdrawn | self._overtaken(assistant, self._wanted)

    def _overtaken(self, assistant: Assistant, wanted: Snapshot) -> frozenset[str]:
        """What the assistant still knows and a newer reading of the folder no longer allows."""
        if wanted.corpus is assistant.corpus:
            return wanted.withdrawn
        if wanted.corpus.clinic.closed is not None:
            return frozenset(d.id for d in assistant.corpus.documents)
        allowed = {d.id for d in wanted.corpus.live(self._today(wanted.corpus), wanted.withdrawn)}
        return frozenset(d.id for d in assistant.corpus.documents if d.id not in allowed)

    def changed(self, snapshot: Snapshot) -> None:
        """Take a new reading of the folder; returns at once."""
        self._wanted = snapshot
        self._wake.set()

    def start(self) -> None:
        """Index this reading and new ones in the background until the process ends."""
        self._wake.set()
        threading.Thread(target=self._work, name="indexing", daemon=True).start()

    def _work(self) -> None:
        while True:
            self._wake.wait()
            self._wake.clear()
            self.catch_up()

    def catch_up(self) -> None:
        """Index the newest reading, if it is not the one in service."""
        wanted = self._wanted
        assistant, _ = self._serving
        try:
            if wanted.corpus is not assistant.corpus or wanted.opened is assistant.unfit:
                assistant = self._build(wanted.corpus, not wanted.opened).prepare()
            self._serving = (assistant, wanted)
        except Exception:
            # Whatever is wrong with it, crisis help and the way to the staff must be served.
            log.exception("the folder cannot be indexed; the last one that could stays in service")
        finally:
            self._indexed.set()
