from __future__ import annotations

import pytest

from chatbot.knowledge.model import Kind
from tests.knowledge.world import article, codes, document, loaded, problem


def passages(body: str) -> list[str]:
    return [p.source for p in document({"articles/x.md": article(body)}, "x").passages]


def test_an_article_is_cut_under_its_headings_and_knows_their_path() -> None:
    body = "Before.\n\n# Dosing & *safety*\n\nOne.\n\n## At home\n\nTwo.\n\n# At home\n\nThree.\n"
    found = document({"articles/x.md": article(body)}, "x")
    assert found.kind is Kind.ARTICLE
    assert [(p.source, p.anchor, p.section, p.headings) for p in found.passages] == [
        ("Before.", None, None, ()),
        ("One.", "dosing-safety", "Dosing & safety", ("Dosing & safety",)),
        ("Two.", "at-home", "At home", ("Dosing & safety", "At home")),
        ("Three.", "at-home-2", "At home", ("At home",)),
    ]


def test_a_list_is_never_parted_from_the_paragraph_that_leads_into_it() -> None:
    long = "word " * 115
    assert passages(f"{long}\n\nBring these\n\n- a card\n- a friend\n\nAfter.\n") == [
        long.rstrip(),
        "Bring these\n\n- a card\n- a friend\n\nAfter.",
    ]


def test_a_paragraph_that_ends_in_a_colon_stays_with_the_next() -> None:
    long = "word " * 100
    assert passages(f"Remember **this:**\n\n{long}\n\n{long}") == [
        f"Remember **this:**\n\n{long}".rstrip(),
        long.rstrip(),
    ]


def test_paragraphs_are_packed_up_to_about_120_words_and_never_split() -> None:
    part, huge = "word " * 50, "word " * 300
    assert [len(text.split()) for text in passages(f"{part}\n\n{part}\n\n{part}\n\n{huge}")] == [
        100,
        50,
        300,
    ]


def test_a_thematic_break_ends_a_passage_and_is_not_quoted() -> None:
    assert passages("One.\n\n* * *\n\nTwo.") == ["One.", "Two."]


def test_the_same_text_twice_has_two_ids() -> None:
    found = document({"articles/x.md": article("# A\n\nSame.\n\n# B\n\nSame.\n")}, "x")
    first, second = found.passages
    assert second.id == f"{first.id}.2"


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_front_matter_is_found_with_any_line_ends(end: str) -> None:
    text = article("One.\n\n# Two\n\nThree.\n").replace("\n", end)
    found = document({"articles/x.md": text}, "x")
    assert [p.source for p in found.passages] == ["One.", "Three."]


def test_an_indented_first_line_keeps_its_indent_so_that_it_means_the_same_alone() -> None:
    assert passages("  - a\n  - b\n") == ["  - a\n  - b"]


@pytest.mark.parametrize(
    ("name", "text", "code", "line"),
    [
        ("x.md", "No front matter.", "no-front-matter", 1),
        ("x.md", "---\ntitle: x\n", "no-front-matter", 1),
        ("x.md", "", "no-front-matter", 1),
        ("x.md", "\ufeff", "no-front-matter", 1),
        ("x.md", "---\ntitle: x\n---\nText.", "missing-key", 2),
        ("X y.md", article("Text."), "bad-id", 1),
        ("handoff.md", article("Text."), "bad-id", 1),
        ("x.md", article("[a]: https://clinic.example\n\n[a]"), "link-definition", 8),
        ("x.md", article("[note]: stop"), "link-definition", 8),
        ("x.md", article("Read [this](javascript:alert(1))."), "unsafe-link", 8),
        ("x.md", article("[x](JaVaScRiPt&colon;alert(1))"), "unsafe-link", 8),
        ("x.md", article("[x](data:text/html;base64,xx)"), "unsafe-link", 8),
        ("x.md", article("[x](//evil.example)"), "unsafe-link", 8),
        ("x.md", article("[x](/about.html?a=b)"), "dead-link", 8),
        ("x.md", article("Ok.\n\nRead <b>this</b>."), "raw-html", 10),
        ("x.md", article("Ok.\n\n<!-- staff only -->\n"), "raw-html", 10),
        ("x.md", article("Ok.\n\n![A chart](https://z.example/c.png)"), "image", 10),
        ("x.md", article("Ok.\n\n#\n\nText."), "empty-heading", 10),
        ("x.md", article("Ok.\n\n# One\n\n# Two\n\nText."), "empty-section", 10),
        ("x.md", article(""), "no-words", 8),
        ("x.md", article("| a | b |\n|---|---|\n| 1 | 2 | 3 |\n"), "table-row", 10),
        ("x.md", article("> # Heading\n> text"), "heading-in-answer", 8),
        ("x.md", article(">" * 60 + " deep"), "yaml-feature", 8),
        ("x.md", article("See [it](gone.md#a)."), "dead-link", 8),
        ("x.md", article("See [it](#gone)."), "dead-link", 8),
    ],
)
def test_what_is_wrong_is_named_with_its_line(name: str, text: str, code: str, line: int) -> None:
    assert problem(loaded({f"articles/{name}": text}), code).line == line


def test_links_to_documents_and_headings_that_exist_are_fine() -> None:
    links = "[a](#über-uns) [b](y.md#there) [b](y#there) [c](/sources/y) [d](mailto:a@b.example)"
    body = f"# Über uns\n\n{links}\n"
    other = article("# There\n\nText.\n")
    assert codes(loaded({"articles/x.md": article(body), "articles/y.md": other})) == []


def test_a_link_to_a_draft_is_dead() -> None:
    draft = "---\ntitle: y\nstatus: draft\n---\nText."
    found = loaded({"articles/x.md": article("[a](y.md)"), "articles/y.md": draft})
    assert "is draft" in problem(found, "dead-link").message


def test_full_table_rows_and_escaped_bars_are_no_finding() -> None:
    table = "| a | b |\n|---|---|\n| 1 \\| 2 | 3 |\n| x | y\n"
    assert (
        codes(loaded({"articles/x.md": article(table + "\n- x\n\n  | a |\n  |---|\n  | 1 |\n")}))
        == []
    )


def test_phrases_kept_together_fall_in_one_passage_or_both_places_are_named() -> None:
    keep = 'keep_together: [["0.5 mg/kg", "under supervision"]]\n'
    good = article("Give 0.5 mg/kg\nonly **under\nsupervision**.\n", keep)
    assert codes(loaded({"articles/x.md": good})) == []
    bad = article("# A\n\nGive 0.5 mg/kg.\n\n# B\n\nOnly under supervision.\n", keep)
    said = problem(loaded({"articles/x.md": bad}), "keep-together").message
    assert "line 11" in said
    assert "line 15" in said
