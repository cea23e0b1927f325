from __future__ import annotations

from datetime import date

import pytest
import yaml

from chatbot.knowledge.documents import UNWRITTEN
from chatbot.knowledge.model import Kind, Reference, State, Status
from tests.knowledge.world import APPROVED, codes, document, entry, faq, loaded, problem


def test_an_entry_takes_over_what_the_file_says_unless_it_says_so_itself() -> None:
    text = faq(
        entry("One.", "one") + entry("Two.", "two", "    status: draft\n    tags: [own]\n"),
        APPROVED + "tags: [a, 7]\nurl: https://x.example/a\n"
        "references: [{title: A study, url: 'https://y.example'}]\nlanguage: en\n",
    )
    found = {item.id: item for item in loaded({"faqs/f.yaml": text}).corpus.documents}
    one, two = found["one"], found["two"]
    assert (one.kind, one.status, one.tags, one.title) == (
        Kind.FAQ, Status.APPROVED, ("a", "7"), "How long?")  # fmt: skip
    assert (one.approved_by, one.approved_on, one.review_by) == (
        "Medical director", date(2026, 1, 15), date(2027, 1, 15))  # fmt: skip
    assert one.references == (Reference("A study", "https://y.example"),)
    assert (two.status, two.tags) == (Status.DRAFT, ("own",))


def test_what_a_file_keeps_together_stands_in_one_of_its_entries() -> None:
    top = APPROVED + "keep_together: [[one phrase, another]]\n"
    both, one, none = entry("One phrase, another.", "a"), entry("One phrase.", "b"), entry("x", "c")
    own = entry("Another.", "d", "    keep_together: []\n")
    assert codes(loaded({"faqs/f.yaml": faq(both + none + own, top)})) == []
    apart = problem(loaded({"faqs/f.yaml": faq(both + one, top)}), "apart-elsewhere")
    assert "'one phrase' is in the passage at line 9, 12" in apart.message
    missed = problem(loaded({"faqs/f.yaml": faq(none + one, top)}), "keep-together")
    assert "'one phrase' is in the passage at line 12; 'another' is nowhere" in missed.message


def test_an_approved_text_of_the_file_holds_for_each_entry_without_its_own() -> None:
    own = document({"faqs/f.yaml": faq(entry("x"))}, "length").text_digest
    files = {"faqs/f.yaml": faq(entry("x") + entry("y", "b"), APPROVED + f"approved_text: {own}\n")}
    found = loaded(files)
    states = {one.id: one.state(date(2026, 6, 1)) for one in found.corpus.documents}
    assert (codes(found), states) == ([], {"length": State.LIVE, "b": State.TEXT_CHANGED})


def test_the_contracts_own_example_is_read() -> None:
    text = faq(
        "  - id: infusion-length\n    question: How long does an infusion take?\n"
        "    also_asked: [how much time should i plan, how long will i be there]\n"
        "    answer: |\n      Plan for about **two hours**…\n"
    )
    found = document({"faqs/visits.yaml": text}, "infusion-length")
    (passage,) = found.passages
    assert text[slice(*passage.span)] == "|\n      Plan for about **two hours**…\n"
    assert passage.source == "Plan for about **two hours**…\n"
    assert passage.text == "Plan for about two hours…"
    assert found.also_asked == ("how much time should i plan", "how long will i be there")


def test_a_bare_list_of_entries_is_a_file_too() -> None:
    found = loaded({"faqs/f.yaml": "- id: a\n  question: Q?\n  answer: A.\n  status: draft\n"})
    assert [item.id for item in found.corpus.documents] == ["a"]
    assert codes(found) == []


def test_quoted_and_unquoted_dates_are_the_same() -> None:
    quoted = APPROVED.replace("2026-01-15", "'2026-01-15'").replace("2027-01-15", '"2027-01-15"')
    assert (
        document({"faqs/f.yaml": faq(entry("x"), quoted)}, "length").state(date(2026, 6, 1))
        is State.LIVE
    )


@pytest.mark.parametrize(
    ("text", "code", "line"),
    [
        (faq(entry("yes")), "not-text", 8),
        (faq(entry("12")), "not-text", 8),
        (faq(entry("x", "2026-01-01")), "not-text", 6),
        (faq(entry("x", "Aa")), "bad-id", 6),
        (faq(entry("x", "crisis")), "bad-id", 6),
        (faq(entry("x", "a" * 81)), "bad-id", 6),
        (faq(entry("")), "missing-key", 8),
        (faq(entry("'**'", "a") + entry("'&nbsp;'", "b")), "empty-answer", 11),
        (faq(entry(f"|\n      **{UNWRITTEN}** Soon.")), "unwritten-answer", 8),
        (faq(entry("|1\n       x")), "answer-not-quotable", 8),
        (faq(entry("&a x") + "    author: *a\n"), "answer-not-quotable", 8),
        (faq(entry("*a"), APPROVED + "author: &a x\n"), "answer-not-quotable", 5),
        (faq(entry(f"&a {'x' * 300}") + "    author: *a\n"), "yaml-feature", 8),
        (faq(entry("x", extra="    tags: &a [x]\n    also_asked: *a\n")), "yaml-feature", 9),
        (faq(entry("x", extra="    references:\n    - &a {title: x}\n    - <<: *a\n")),
         "yaml-feature", 10),
        (faq(entry("*a")), "bad-yaml", 8),
        (faq(entry("!x y")), "not-text", 8),
        (faq(entry("x") + "    <<: {a: b}\n"), "unknown-key", 9),
        (faq(entry("x") + "    url: " + "[" * 30 + "]" * 30 + "\n"), "yaml-feature", 9),
        (faq(entry("x")) + "---\na: b\n", "bad-yaml", 9),
        (faq(entry("x") + "    answer: y\n"), "duplicate-key", 9),
        (faq(entry("x") + "    anwser: y\n"), "unknown-key", 9),
        (faq(entry("x") + "    statsu: retired\n"), "misspelt-status", 9),
        (faq(entry("x") + "\ttabs: y\n"), "bad-yaml", 9),
        (faq(entry("x: y")), "bad-yaml", 8),
        (faq(entry("'x", "a")), "bad-yaml", 8),
        (faq(entry("|\n      a\u2028b\n")), "control-character", 9),
        (faq("  - text\n"), "wrong-shape", 6),
        (faq("  a: b\n"), "wrong-shape", 6),
        ("- - x\n", "wrong-shape", 1),
        ("name: x\nfaqs: []", "unknown-key", 1),
        ("", "missing-key", 1),
        (APPROVED, "missing-key", 1),
        (faq(entry("x", extra="    also_asked: one\n")), "wrong-shape", 9),
        (faq(entry("x", extra="    also_asked: [[a]]\n")), "wrong-shape", 9),
        (faq(entry("|\n      ok\n\n      <b>x</b>\n")), "raw-html", 11),
        (faq(entry("|\n      ok\n\n      # x\n")), "heading-in-answer", 11),
        (faq(entry("|\n      ok\n\n      [x](y.md)\n")), "dead-link", 11),
        (faq(entry("'ok [x](javascript:x)'")), "unsafe-link", 8),
        (faq(entry("x"), APPROVED + "language: es\n"), "other-language", 5),
        (faq(entry("x"), APPROVED.replace("2027-01-15", "2025-01-15")), "date-order", 4),
        (faq(entry("x"), APPROVED.replace("2027-01-15", "2027-02-29")), "bad-date", 4),
        (faq(entry("x"), APPROVED.replace("2027-01-15", "20270115")), "bad-date", 4),
        (faq(entry("x"), APPROVED.replace("approved_by: Medical director", "")), "missing-key", 6),
        (faq(entry("x"), APPROVED.replace("status: approved", "status: aproved")), "bad-value", 1),
        (faq(entry("x", extra="    approved_text: nonsense\n")), "bad-value", 9),
        (faq(entry("x", extra="    url: javascript:x\n")), "bad-url", 9),
        (faq(entry("x", extra="    references: [{url: 'https://x.example'}]\n")), "missing-key", 9),
        (faq(entry("x", extra="    keep_together: [one]\n")), "wrong-shape", 9),
        (faq(entry("x", extra="    keep_together: [[x, y]]\n")), "keep-together", 9),
    ],
)  # fmt: skip
def test_what_is_wrong_is_named_with_its_line(text: str, code: str, line: int) -> None:
    assert problem(loaded({"faqs/f.yaml": text}), code).line == line


def test_dates_in_the_wrong_order_withhold_their_entry_and_close_nothing() -> None:
    text = faq(entry("x"), APPROVED.replace("2027-01-15", "2025-12-31"))
    (found,) = (files := loaded({"faqs/f.yaml": text})).corpus.documents
    assert (codes(files), files.errors) == (["date-order"], ())
    days = (date(2025, 12, 31), date(2026, 1, 1), date(2026, 1, 15))
    assert State.LIVE not in [found.state(day) for day in days]


def test_a_mistyped_key_is_told_what_was_meant() -> None:
    assert "`answer`" in problem(loaded({"faqs/f.yaml": faq(entry("x") + "    anwser: y\n")}),
                                 "unknown-key").fix  # fmt: skip


def test_an_unreadable_approved_text_keeps_the_document_withheld() -> None:
    text = faq(entry("x", extra="    approved_text: nonsense\n"))
    (found,) = loaded({"faqs/f.yaml": text}).corpus.documents
    assert found.state(date(2026, 6, 1)) is State.TEXT_CHANGED


def test_an_alias_bomb_is_refused_at_once() -> None:
    bomb = "a: &a [x, x]\n" + "".join(
        f"{chr(98 + n)}: &{chr(98 + n)} [*{chr(97 + n)}, *{chr(97 + n)}]\n" for n in range(20)
    )
    assert codes(loaded({"faqs/f.yaml": bomb})) == ["yaml-feature"]


def test_what_pythons_own_yaml_writes_is_read() -> None:
    day, end = date(2026, 1, 15), date(2027, 1, 15)
    approval = {"status": "approved", "approved_by": "x", "approved_on": day, "review_by": end}
    texts = {"question": "How long?", "answer": "Two **hours**.\n\n- One: yes"}
    written = yaml.safe_dump({"faqs": [{"id": one, **texts, **approval} for one in "ab"]})
    assert "*id001" in written
    found = loaded({"faqs/f.yaml": written})
    assert codes(found) == []
    for one in found.corpus.documents:
        assert (one.state(end), one.approved_on, one.review_by) == (State.LIVE, day, end)
        assert yaml.safe_load(written[slice(*one.passages[0].span)]) == texts["answer"]


def test_an_entry_added_under_the_approval_of_others_is_warned_of() -> None:
    signed = entry("One.", "one", "    approved_text: 000000000000\n")
    new, own = entry("Two.", "two"), entry("Three.", "three", "    status: draft\n")
    found = loaded({"faqs/f.yaml": faq(signed + new + own)})
    assert (problem(found, "not-in-approval").line, codes(found)) == (10, ["not-in-approval"])
    assert codes(loaded({"faqs/f.yaml": faq(new + own)})) == []


def test_a_draft_may_still_be_unwritten_and_an_approval_last_four_years() -> None:
    text = faq(entry(UNWRITTEN), APPROVED.replace("approved\n", "draft\n", 1))
    assert codes(loaded({"faqs/f.yaml": text})) == []
    four = APPROVED.replace("2027", "2030")
    assert codes(loaded({"faqs/f.yaml": faq(entry("x"), four)})) == []
