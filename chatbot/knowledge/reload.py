"""Watching the folder: a sound change is swapped in whole, a withdrawal takes effect at once."""

import logging
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from chatbot.errors import Problem
from chatbot.knowledge import folder as disk
from chatbot.knowledge.folder import Stats
from chatbot.knowledge.loading import Loaded, load
from chatbot.knowledge.model import Corpus
from chatbot.knowledge.withdrawal import close_if_told, withdrawn

INTERVAL = 0.5  # seconds between scans: two that agree and a load take less than two seconds
RETRY = 10  # scans after which a folder with unreadable files is tried again
log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Snapshot:
    """What is served. `corpus` is the last sound one; `withdrawn` are ids taken back since.

    `opened` is False until there has been a sound one: then nothing may be quoted. `problems` are
    those of the newest reading.
    """

    corpus: Corpus
    withdrawn: frozenset[str] = frozenset()
    problems: tuple[Problem, ...] = ()
    opened: bool = True


class Reloader:
    """Keeps `snapshot` true to a folder; `tick` is one scan, `start` makes one again and again.

    `today` gives the date in a corpus' clinic. `on_change` is called with each new snapshot, on
    the thread that ticks. A change counts when two scans in a row agree, so that half-written
    files are not read; a file that is gone, or settled and no longer approved, counts at once.
    """

    def __init__(self, folder: Path, today: Callable[[Corpus], date]) -> None:
        self.on_change: Callable[[Snapshot], None] | None = None
        self._folder, self._today, self._read, self._scan = folder, today, disk.read, disk.scan
        self._lock = threading.RLock()
        self._good: Stats = {}  # of the files behind `_corpus`
        self._changed: dict[str, bytes] = {}  # settled files that differ from those
        self._last = self._stats() or {}
        loaded = load(self._read(folder))
        self._corpus, self._opened = loaded.corpus, False
        self.snapshot = Snapshot(loaded.corpus, frozenset(), loaded.problems, not loaded.errors)
        self._take(self._last, loaded)

    def start(self) -> None:
        """Tick in a thread of its own until the process ends."""
        threading.Thread(target=self._watch, name="reload", daemon=True).start()

    def _watch(self) -> None:
        """Tick, but load in another thread, so that a withdrawal need not wait for a long load."""
        loading: threading.Thread | None = None
        while True:
            try:
                due = self._check()
                if due is not None and not (loading and loading.is_alive()):
                    loading = threading.Thread(target=self._load, args=(due,), daemon=True)
                    loading.start()
            except Exception:
                log.exception("the folder could not be checked; trying again")
            time.sleep(INTERVAL)

    def tick(self) -> None:
        """Look at the folder once and publish what that changes."""
        due = self._check()
        if due is not None:
            self._load(due)

    def _stats(self) -> Stats | None:
        """A scan, or None when the disk does not answer: then everything stays as it is."""
        try:
            return self._scan(self._folder)
        except OSError as error:
            log.warning("the knowledge folder cannot be scanned: %s", error)
            return None

    def _check(self) -> Stats | None:
        """Scan and publish withdrawals; the scan is returned if the folder has to be loaded."""
        with self._lock:
            self._waited += 1
            before, stats = self._last, self._stats()
            self._last = before if stats is None else stats
            if stats is not None and stats not in (self._good, self._tried):
                self._look(stats, before)
            self._publish()
            again = self._unreadable and self._waited >= RETRY
            return stats if stats == before and (stats != self._tried or again) else None

    def _look(self, stats: Stats, before: Stats) -> None:
        """Read the settled files among those that changed; the others keep their last verdict."""
        changed = {path for path in stats if stats[path] != self._good.get(path)}
        settled = {path for path in changed if before.get(path) == stats[path]}
        if settled:
            self._changed |= self._read(self._folder, settled).contents

    def _load(self, stats: Stats) -> None:
        files = self._read(self._folder)
        if self._stats() != stats:
            return  # it changed while being read; the next scans will tell
        loaded = load(files)
        with self._lock:
            self._changed = {**files.contents, **self._changed}  # what was seen since is newer
            self._take(stats, loaded)
            self._publish()

    def _take(self, stats: Stats, loaded: Loaded) -> None:
        """Put a reading of the folder in service if it is sound; remember its findings if not."""
        self._tried, self._problems, self._waited = stats, loaded.problems, 0
        self._unreadable = any(problem.code == "unreadable" for problem in loaded.problems)
        if not loaded.errors:
            self._good, self._corpus, self._opened = stats, loaded.corpus, True
        for problem in loaded.errors if self._opened else ():
            log.error("the changed folder is not in use: %s", problem)

    def _publish(self) -> None:
        corpus, taken, last = self._corpus, frozenset[str](), self._last
        differ = {path for path in last if last[path] != self._good.get(path)}
        self._changed = {path: self._changed[path] for path in self._changed if path in differ}
        if self._opened and last != self._good:
            taken = withdrawn(corpus, last, self._changed, self._today(corpus))
            closed = close_if_told(corpus, self._changed)
            if closed is not corpus:
                corpus, taken = closed, frozenset(document.id for document in corpus.documents)
        if corpus == self.snapshot.corpus:
            corpus = self.snapshot.corpus  # the same object, so that nothing is indexed anew
        found = Snapshot(corpus, taken, self._problems, self._opened)
        if found != self.snapshot:
            self.snapshot = found
            if self.on_change:
                self.on_change(found)
