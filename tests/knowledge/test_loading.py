from __future__ import annotations

import time
from datetime import date
from pathlib import Path

import pytest

from chatbot.knowledge import loading
from chatbot.knowledge.folder import Files, read
from chatbot.knowledge.model import Expectation, ExtraPhrase, ExtraResource
from chatbot.knowledge.problems import CODES
from tests.knowledge.world import APPROVED, article, codes, entry, faq, loaded, problem

PUBLIC = Path(__file__).resolve().parents[3] / "shared" / "data"


def test_an_empty_folder_says_only_that_the_clinic_is_missing() -> None:
    assert codes(loading.load(Files())) == ["missing-clinic"]


def test_a_clinic_alone_and_drafts_alone_are_fine() -> None:
    assert codes(loaded({})) == []
    found = loaded({"articles/a.md": "---\ntitle: A\nstatus: draft\n---\nText.\n"})
    assert codes(found) == []
    assert found.corpus.live(date(2026, 6, 1)) == ()


def test_an_id_is_unique_over_articles_and_faqs() -> None:
    found = loaded({"articles/a.md": article("A."), "faqs/f.yaml": faq(entry("x", "a"))})
    said = problem(found, "duplicate-id")
    assert (said.path, said.line) == ("faqs/f.yaml", 6)
    assert "articles/a.md:1" in said.message
    assert len(found.corpus.documents) == 1


def test_all_findings_come_at_once_sorted_and_each_once() -> None:
    found = loaded(
        {
            "faqs/f.yaml": faq(entry("x", "a") + entry("y", "b"), "status: nonsense\n"),
            "articles/z.md": article("[x](javascript:x) <b>"),
            "clinic.yaml": "nmae: x",
        }
    )
    places = [(item.path, item.line, item.code) for item in found.problems]
    assert places == [
        ("articles/z.md", 8, "raw-html"),
        ("articles/z.md", 8, "unsafe-link"),
        ("clinic.yaml", 1, "missing-key"),
        ("clinic.yaml", 1, "unknown-key"),
        ("faqs/f.yaml", 1, "bad-value"),
    ]
    assert {item.code for item in found.errors} == {"unsafe-link", "missing-key", "bad-value"}


def test_a_fault_of_ours_is_a_problem_and_not_a_crash(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(loading, "_dead_links", lambda *_: 1 / 0)
    assert codes(loaded({})) == ["load-failed"]


def test_the_optional_files_are_read() -> None:
    corpus = loaded(
        {
            "synonyms.yaml": "- [infusion, drip, iv]\n- [ms, multiple sclerosis]\n",
            "safety.yaml": "phrases:\n"
            '- {category: overdose, tier: emergency, match: "took it all", not: "x"}\n'
            'resources: [{label: Nurse line, call: "555-0101", verified_on: 2026-01-15}]\n',
            "questions.yaml": "# must not change\n- {ask: how long, expect: length}\n"
            "- {ask: hi, expect: greeting}\n",
            "faqs/f.yaml": faq(entry("x")),
        }
    ).corpus
    assert corpus.synonyms == (("infusion", "drip", "iv"), ("ms", "multiple sclerosis"))
    assert corpus.phrases == (ExtraPhrase("overdose", "emergency", "took it all", "x"),)
    assert corpus.resources == (
        ExtraResource("Nurse line", call="555-0101", verified_on=date(2026, 1, 15)),
    )
    assert corpus.expectations == (
        Expectation("how long", "length", 2),
        Expectation("hi", "greeting", 3),
    )


@pytest.mark.parametrize(
    ("path", "text", "code", "line"),
    [
        ("synonyms.yaml", "a: b", "wrong-shape", 1),
        ("synonyms.yaml", "- [a, b]\n- [a]", "wrong-shape", 2),
        ("synonyms.yaml", "- [a, b]\n- words", "wrong-shape", 2),
        ("synonyms.yaml", "- [a, [b]]", "wrong-shape", 1),
        ("safety.yaml", "phrases: [{category: x, tier: grave, match: y}]", "bad-value", 1),
        ("safety.yaml", "phrases: [{category: x, tier: urgent}]", "missing-key", 1),
        ("safety.yaml", "phrases:\n- text", "wrong-shape", 2),
        ("safety.yaml", "resources: [{label: x}]", "missing-key", 1),
        ("safety.yaml", "resources: [{label: x, url: 'ftp://x'}]", "bad-url", 1),
        ("safety.yaml", "phrase: []", "unknown-key", 1),
        ("questions.yaml", "- {ask: x}", "missing-key", 1),
        ("questions.yaml", "- [", "bad-yaml", 1),
    ],
)
def test_what_is_wrong_in_the_optional_files_is_named(
    path: str, text: str, code: str, line: int
) -> None:
    found = [item for item in loaded({path: text, "articles/a.md": article("# B\n\nA.")}).problems
             if item.code == code]  # fmt: skip
    assert [(item.path, item.line) for item in found] == [(path, line)]


def test_every_code_says_what_it_means_in_one_line() -> None:
    meanings = [entry["means"] for _, entry in CODES.values()]
    assert all(meaning and "\n" not in meaning for meaning in meanings)


@pytest.mark.parametrize("expect", ["gone", "a#gone", "handof"])
def test_an_expectation_of_what_is_not_there_is_named(expect: str) -> None:
    files = {"articles/a.md": article("## Here\n\nText.")}
    found = loaded(files | {"questions.yaml": f"- {{ask: x, expect: {expect}}}\n"})
    assert not found.errors  # what is withdrawn must not wait for the list of questions
    assert (only := problem(found, "unknown-expectation")).line == 1
    assert expect in only.message


@pytest.mark.parametrize("expect", ["a", "a#here", "handoff", "closed"])
def test_an_expectation_of_what_is_there_is_fine(expect: str) -> None:
    files = {"articles/a.md": article("## Here\n\nText.")}
    assert not loaded(files | {"questions.yaml": f"- {{ask: x, expect: {expect}}}\n"}).problems


def test_one_edit_among_ten_thousand_documents_costs_a_fraction_of_them_all() -> None:
    text = "Plan for **two hours**. " + "This is a sentence of plain words. " * 5
    articles: dict[str, bytes] = {
        f"articles/a{number}.md": article(f"# One\n\n{text}{number}\n").encode()
        for number in range(5_000)
    }
    entries = "".join(entry(f"|\n      {text}{number}", f"f{number}") for number in range(5_000))
    contents = {
        "clinic.yaml": b"name: x",
        "faqs/f.yaml": faq(entries, APPROVED).encode(),
        **articles,
    }
    started = time.process_time()
    assert len(loading.load(Files(contents)).corpus.passages) == 10_000
    all_of_them = time.process_time() - started
    contents["articles/a7.md"] = article("Other.").encode()
    started = time.process_time()
    loading.load(Files(contents))
    assert time.process_time() - started < all_of_them / 4


@pytest.mark.skipif(not PUBLIC.is_dir(), reason="the public test sets are not beside the project")
@pytest.mark.parametrize("name", ["covidfaq", "stackfaq"])
def test_the_public_sets_load_without_a_finding(name: str) -> None:
    assert codes(loading.load(read(PUBLIC / name / "knowledge"))) == []
