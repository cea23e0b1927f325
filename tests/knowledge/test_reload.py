from __future__ import annotations

import os
import time
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from chatbot.knowledge import folder as disk
from chatbot.knowledge import reload as reload_module
from chatbot.knowledge.model import Corpus
from chatbot.knowledge.reload import Reloader, Snapshot
from tests.conftest import KnowledgeFolder
from tests.knowledge.world import APPROVED, article, entry, faq

TODAY = date(2026, 6, 1)
GOOD = {
    "articles/a.md": article("Alpha text."),
    "articles/b.md": article("Beta text."),
    "faqs/f.yaml": faq(entry("One hour.", "one") + entry("Two hours.", "two")),
}


class Clock:
    """The day, to be turned by hand."""

    def __init__(self) -> None:
        self.day = TODAY

    def __call__(self, corpus: Corpus) -> date:
        return self.day


class Site:
    """A folder being edited and its reloader."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.clock = folder, Clock()
        self.seen: list[Snapshot] = []
        self.reloader = Reloader(folder, self.clock)
        self.reloader.on_change = self.seen.append

    def write(self, path: str, text: str | bytes) -> None:
        place = self.folder / path
        place.write_bytes(text.encode() if isinstance(text, str) else text)
        # Coarse file clocks must not hide that a test edits twice within a moment.
        self.moment = getattr(self, "moment", 2_000_000_000) + 1
        os.utime(place, (self.moment, self.moment))

    def edit(self, path: str, old: str, new: str) -> None:
        text = (self.folder / path).read_text("utf-8")
        assert old in text
        self.write(path, text.replace(old, new))

    def tick(self, times: int = 2) -> None:
        for _ in range(times):
            self.reloader.tick()

    @property
    def quotable(self) -> dict[str, str]:
        """What could be quoted now: text by document."""
        now = self.reloader.snapshot
        live = now.corpus.live(self.clock.day, now.withdrawn) if now.opened else ()
        return {document.id: document.passages[0].text for document in live}


@pytest.fixture
def site(knowledge_folder: KnowledgeFolder) -> Site:
    return Site(knowledge_folder(GOOD))


ALL = {"a": "Alpha text.", "b": "Beta text.", "one": "One hour.", "two": "Two hours."}


def test_a_sound_folder_is_open_from_the_start(site: Site) -> None:
    assert site.reloader.snapshot.opened
    assert site.quotable == ALL


def test_a_folder_that_does_not_change_publishes_nothing(site: Site) -> None:
    site.tick(3)
    os.utime(site.folder / "articles/a.md", (1, 1))
    site.tick(3)
    assert site.seen == []


def test_a_change_counts_once_two_scans_agree(site: Site) -> None:
    site.edit("articles/a.md", "Alpha", "Better")
    site.tick(1)
    assert site.quotable == ALL
    site.tick(1)
    assert site.quotable == {**ALL, "a": "Better text."}
    assert len(site.seen) == 1


def test_a_bad_change_leaves_the_last_good_text_and_names_the_problem(site: Site) -> None:
    site.edit("articles/a.md", "title: A title", "title: [")
    site.edit("articles/b.md", "Beta", "Changed")
    site.tick()
    assert site.quotable == ALL
    assert [p.code for p in site.reloader.snapshot.problems] == ["bad-yaml"]
    site.write("articles/a.md", GOOD["articles/a.md"])
    site.tick()
    assert site.quotable == {**ALL, "b": "Changed text."}
    assert site.reloader.snapshot.problems == ()


def test_errors_at_the_start_keep_it_closed_until_they_are_mended(
    knowledge_folder: KnowledgeFolder,
) -> None:
    site = Site(knowledge_folder({**GOOD, "articles/b.md": "nothing"}))
    assert not site.reloader.snapshot.opened
    site.tick()
    assert site.quotable == {}
    site.write("articles/b.md", GOOD["articles/b.md"])
    site.tick()
    assert site.quotable == ALL


WITHDRAWALS: dict[str, tuple[Callable[[Site], None], set[str]]] = {
    "article deleted": (lambda s: (s.folder / "articles/a.md").unlink(), {"a"}),
    "article retired": (lambda s: s.edit("articles/a.md", ": approved", ": retired"), {"a"}),
    "article a draft": (lambda s: s.edit("articles/a.md", ": approved", ": draft"), {"a"}),
    "status mistyped": (lambda s: s.edit("articles/a.md", ": approved", ": retird"), {"a"}),
    "out of date": (lambda s: s.edit("articles/a.md", "2027-01-15", "2026-05-31"), {"a"}),
    "not yet": (lambda s: s.edit("articles/a.md", "2026-01-15", "2026-06-02"), {"a"}),
    "retired, and its yaml broken after that": (
        lambda s: s.write("articles/a.md", "---\nstatus: retired\ntitle: [\n---\nAlpha"),
        {"a"},
    ),
    "retired, and its text not utf-8": (
        lambda s: s.write("articles/a.md", b"---\ntitle: a\nstatus: 'retired'\n---\n\xff"),
        {"a"},
    ),
    "retired by a second status line": (
        lambda s: s.edit("articles/a.md", "---\nAlpha", "status: retired\n---\nAlpha"),
        {"a"},
    ),
    "article emptied": (lambda s: s.write("articles/a.md", "\n"), {"a"}),
    "faq file deleted": (lambda s: (s.folder / "faqs/f.yaml").unlink(), {"one", "two"}),
    "faq file retired": (
        lambda s: s.edit("faqs/f.yaml", "status: approved", "status: retired"),
        {"one", "two"},
    ),
    "entry deleted": (lambda s: s.write("faqs/f.yaml", faq(entry("Two hours.", "two"))), {"one"}),
    "entry deleted from a file that is broken": (
        lambda s: s.write("faqs/f.yaml", faq(entry("'Two", "two"))),
        {"one"},
    ),
    "entry retired": (
        lambda s: s.write(
            "faqs/f.yaml",
            faq(entry("x", "one", "    status: retired\n") + entry("Two hours.", "two")),
        ),
        {"one"},
    ),
    "entry retired in a file broken before it": (
        lambda s: s.write(
            "faqs/f.yaml",
            faq(entry("a: b: c", "two") + entry("x", "one", "    status: retired\n")),
        ),
        {"one"},
    ),
    "entry retired whose answer cannot be quoted": (
        lambda s: s.write(
            "faqs/f.yaml",
            faq(entry("|9\n x", "one", "    status: retired\n") + entry("x", "two")),
        ),
        {"one"},
    ),
    "folder deleted": (lambda s: s.folder.rename(s.folder.parent / "gone"), set(ALL)),
    "articles deleted": (
        lambda s: (s.folder / "articles").rename(s.folder / ".articles"),
        {"a", "b"},
    ),
}


@pytest.mark.parametrize("what", WITHDRAWALS)
def test_withdrawal_wins_while_another_file_is_broken(site: Site, what: str) -> None:
    change, gone = WITHDRAWALS[what]
    site.write("clinic.yaml", "name: [")
    site.tick()
    change(site)
    site.tick()
    assert site.quotable == {key: text for key, text in ALL.items() if key not in gone}


@pytest.mark.parametrize("what", WITHDRAWALS)
def test_withdrawal_wins_while_another_file_never_settles(site: Site, what: str) -> None:
    change, gone = WITHDRAWALS[what]
    change(site)
    for number in range(3):
        if site.folder.exists():
            site.write("synonyms.yaml", f"- [a{number}, b]")
        site.tick(1)
    assert not set(site.quotable) & gone


def test_a_broken_file_that_does_not_say_withdrawn_keeps_its_last_good_text(site: Site) -> None:
    site.edit("articles/a.md", "title: A title", "title: [")
    site.edit("articles/b.md", "2027-01-15", "2027-13-15")
    site.edit("faqs/f.yaml", "question: How long?", "question: [")
    site.tick()
    assert site.quotable == ALL


def test_a_withdrawal_taken_back_is_quotable_again(site: Site) -> None:
    site.write("clinic.yaml", "name: [")
    site.edit("articles/a.md", ": approved", ": draft")
    site.tick()
    assert "a" not in site.quotable
    site.edit("articles/a.md", ": draft", ": approved")
    site.tick()
    assert "a" in site.quotable


def test_a_review_date_brought_forward_in_a_broken_folder_works_across_midnight(site: Site) -> None:
    site.write("clinic.yaml", "name: [")
    site.edit("articles/a.md", "2027-01-15", "2026-06-01")
    site.tick()
    assert "a" in site.quotable
    site.clock.day = date(2026, 6, 2)
    site.tick(1)
    assert "a" not in site.quotable
    assert site.reloader.snapshot.withdrawn == {"a"}


def test_sound_documents_go_out_of_date_at_midnight_without_a_reload(site: Site) -> None:
    site.clock.day = date(2027, 1, 15)
    assert site.quotable == ALL
    site.clock.day = date(2027, 1, 16)
    assert site.quotable == {}


def test_a_withdrawal_in_the_middle_of_a_load_is_published_before_and_after_it(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = reload_module.load
    during: list[dict[str, str]] = []

    def slow(files: disk.Files) -> object:
        site.edit("articles/a.md", ": approved", ": retired")
        (site.folder / "articles/b.md").unlink()
        for _ in range(2):
            site.reloader._check()
        during.append(site.quotable)
        return real(files)

    site.edit("faqs/f.yaml", "One hour", "An hour")
    site.tick(1)
    monkeypatch.setattr(reload_module, "load", slow)
    site.tick(1)
    assert during == [{"one": "One hour.", "two": "Two hours."}]
    assert site.quotable == {"one": "An hour.", "two": "Two hours."}


def test_a_folder_that_changes_while_it_is_read_is_not_swapped_in(site: Site) -> None:
    def read(folder: Path, only: object = None) -> disk.Files:
        files = disk.read(folder)
        site.edit("articles/b.md", "text", "text and more")
        return files

    site.edit("articles/a.md", "Alpha", "Better")
    site.tick(1)
    site.reloader._look = lambda *_: None
    site.reloader._read = read
    site.tick(1)
    assert site.quotable == ALL
    site.reloader._read = disk.read
    site.tick()
    assert site.quotable == {**ALL, "a": "Better text.", "b": "Beta text and more."}


@pytest.mark.parametrize(
    "text", ["closed: moving\nname: [", "name: x\nclosed:", "closed: yes\n- :"]
)
def test_the_kill_switch_works_in_a_broken_folder(site: Site, text: str) -> None:
    site.write("articles/a.md", "broken")
    site.write("clinic.yaml", text)
    site.tick()
    assert site.reloader.snapshot.corpus.clinic.closed
    assert site.quotable == {}
    site.tick(3)
    assert len({id(snapshot.corpus) for snapshot in site.seen}) == 1
    site.write("clinic.yaml", "name: Example Clinic\n")
    site.tick()
    assert site.quotable == ALL


def test_a_disk_that_does_not_answer_keeps_the_last_text(site: Site) -> None:
    def scan(folder: Path) -> disk.Stats:
        raise OSError(5, "Input/output error")

    site.reloader._scan = scan
    site.tick(3)
    assert site.quotable == ALL
    site.reloader._scan = disk.scan
    site.edit("articles/a.md", "Alpha", "Better")
    site.tick(2)
    assert site.quotable["a"] == "Better text."


def test_a_file_that_cannot_be_read_for_a_while_is_tried_again(site: Site) -> None:
    def read(folder: Path, only: object = None) -> disk.Files:
        files = disk.read(folder)
        problem = disk.finding("unreadable", "articles/a.md", why="Permission denied")
        kept = {path: text for path, text in files.contents.items() if path != problem.path}
        return disk.Files(kept, (problem,))

    site.edit("articles/a.md", "Alpha", "Better")
    site.reloader._read = read
    site.tick()
    assert site.quotable == ALL
    site.reloader._read = disk.read
    site.tick(reload_module.RETRY)
    assert site.quotable["a"] == "Better text."


def test_the_thread_outlives_a_failing_scan_and_is_live_within_two_seconds(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reload_module, "INTERVAL", 0.02)
    failures = iter([RuntimeError("a fault")])

    def scan(folder: Path) -> disk.Stats:
        for failure in failures:
            raise failure
        return disk.scan(folder)

    site.reloader._scan = scan
    site.reloader.start()
    site.edit("articles/a.md", "Alpha", "Better")
    deadline = time.monotonic() + 2
    while site.quotable["a"] != "Better text." and time.monotonic() < deadline:
        time.sleep(0.02)
    assert site.quotable["a"] == "Better text."


PATHS = ["articles/a.md", "articles/b.md"]
EDITS = st.lists(
    st.one_of(
        st.tuples(st.just("tick"), st.just(""), st.just("")),
        st.tuples(st.just("day"), st.just(""), st.just("")),
        st.tuples(
            st.sampled_from(["approved", "draft", "retired"]),
            st.sampled_from(PATHS),
            st.sampled_from(["Text one.", "Text two.", "[x](javascript:x)", "\x00"]),
        ),
        st.tuples(st.just("delete"), st.sampled_from(PATHS), st.just("")),
        st.tuples(st.just("clinic"), st.just(""), st.sampled_from(["name: x", "name: ["])),
    ),
    max_size=12,
)


@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(edits=EDITS, review=st.sampled_from(["2026-06-01", "2026-06-02", "2027-01-15"]))
def test_whatever_happens_nothing_withdrawn_is_quotable_two_scans_later(
    knowledge_folder: KnowledgeFolder, edits: list[tuple[str, str, str]], review: str
) -> None:
    header = APPROVED.replace("2027-01-15", review)
    site = Site(knowledge_folder(GOOD))
    stated = dict.fromkeys(PATHS, ("approved", "2027-01-15"))
    for kind, path, text in edits:
        if kind == "tick":
            site.tick(1)
        elif kind == "day":
            site.clock.day = date.fromordinal(site.clock.day.toordinal() + 1)
        elif kind == "clinic":
            site.write("clinic.yaml", text)
        elif kind == "delete":
            (site.folder / path).unlink(missing_ok=True)
            stated[path] = ("gone", review)
        else:
            front = header.replace("approved\n", f"{kind}\n", 1)
            site.write(path, f"---\ntitle: x\n{front}---\n{text}")
            stated[path] = (kind, review)
    site.tick(2)
    for path, (status, last) in stated.items():
        if status != "approved" or site.clock.day > date.fromisoformat(last):
            assert Path(path).stem not in site.quotable
