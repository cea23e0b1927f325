"""Drafts out of files that others made: what is kept, what is named as lost, what is refused."""

from __future__ import annotations

import csv
import io
import zipfile
from datetime import date
from html import escape

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

pytest.importorskip("markdownify", reason="pip install -r requirements-import.txt")
pytest.importorskip("mammoth", reason="pip install -r requirements-import.txt")

from chatbot.curation import importing
from chatbot.curation.importing import Imported, imported
from chatbot.errors import Level
from chatbot.knowledge.folder import Files
from chatbot.knowledge.loading import load
from chatbot.knowledge.model import State

PAGE = """\
<!doctype html><html><head><title>Ketamine &amp; sleep | Example Clinic</title>
<link rel="canonical" href="https://clinic.example/sleep"><script>track()</script></head>
<body><nav><a href="/">Home</a></nav><header>Call now!</header>
<main><article><h1>Ketamine &amp; sleep</h1><div class="sharedaddy">Share this</div>
<p>Sleep can be <strong>light</strong> for a night, see <a href="/dose">the dose</a>.</p>
<h2>What helps</h2>
<ul><li>Go to bed at the same time<ul><li>also on Sundays</li></ul></li><li>No coffee</li></ul>
<table><tr><th>Dose</th><th>Sleep</th></tr><tr><td>0.5 mg/kg</td><td>&lt; 5 h</td></tr></table>
<p>About 10<sup>5</sup> cells, H<sub>2</sub>O<sup><a href="#n">3</a></sup>.<br>New line * here.</p>
<p><img src="x.png" alt="A sleeping cat"><s>Old advice.</s> New advice.</p>
<p><a href="javascript:alert(1)">Click</a> <a href="#top">Top</a></p>
<p><a href="https://[no">Nowhere</a></p>
<details><summary>Is it safe?</summary>Ask us.</details>
<dl><dt>REM</dt><dd>A kind of sleep.</dd></dl></article><aside>Related posts</aside></main>
<footer>© Clinic</footer></body></html>
"""
BODY = """\
---
title: "Ketamine & sleep"
status: draft
url: "https://clinic.example/sleep"
# Imported from sleep.html: check every word.
---

Sleep can be **light** for a night, see [the dose](https://clinic.example/dose).

## What helps

- Go to bed at the same time
  - also on Sundays
- No coffee

| Dose | Sleep |
| --- | --- |
| 0.5 mg/kg | \\< 5 h |

About 10⁵ cells, H₂O[3].\\
New line \\* here.

New advice.

Click Top

Nowhere

### Is it safe?

Ask us.

**REM**

A kind of sleep.
"""
WXR = """\
<?xml version="1.0"?><rss version="2.0" xmlns:content="http://purl.org/rss/1.0/modules/content/"
 xmlns:wp="http://wordpress.org/export/1.2/"><channel><title>Clinic</title>{items}</channel></rss>
"""
ITEM = """\
<item><title>{title}</title><link>https://clinic.example/x</link>
<content:encoded><![CDATA[{body}]]></content:encoded>
<wp:post_type>{kind}</wp:post_type><wp:status>publish</wp:status></item>
"""


def wxr(body: str, title: str = "Rest", kind: str = "post") -> bytes:
    return WXR.format(items=ITEM.format(body=body, title=title, kind=kind)).encode()


def text(found: Imported) -> str:
    (one,) = found.files
    return one[1].decode()


def said(found: Imported) -> str:
    return "\n".join(map(str, found.problems))


def body(found: Imported) -> str:
    return text(found).split("---\n", 2)[2].strip()


def docx(document: str, **parts: str) -> bytes:
    """The least that Word opens."""
    base = "http://schemas.openxmlformats.org"
    files = {
        "[Content_Types].xml": f'<Types xmlns="{base}/package/2006/content-types"><Default '
        'Extension="xml" ContentType="application/vnd.openxmlformats-officedocument.'
        'wordprocessingml.document.main+xml"/></Types>',
        "_rels/.rels": f'<Relationships xmlns="{base}/package/2006/relationships"><Relationship '
        f'Id="r1" Type="{base}/officeDocument/2006/relationships/officeDocument" '
        'Target="word/document.xml"/></Relationships>',
        "word/_rels/document.xml.rels": f'<Relationships xmlns="{base}/package/2006/relationships">'
        f'<Relationship Id="r1" Type="{base}/officeDocument/2006/relationships/styles" '
        'Target="styles.xml"/></Relationships>',
        "word/styles.xml": STYLES,
        "word/document.xml": document,
        **parts,
    }
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return packed.getvalue()


STYLES = (
    '<w:styles xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main">'
    '<w:style w:type="paragraph" w:styleId="Title"><w:name w:val="Title"/></w:style></w:styles>'
)
WORD = (
    '<w:document xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"><w:body>'
    '<w:p><w:pPr><w:pStyle w:val="Title"/></w:pPr><w:r><w:t>Rest at home</w:t></w:r></w:p>'
    "<w:p><w:r><w:rPr><w:b/></w:rPr><w:t>Rest</w:t></w:r><w:r><w:t> for a day.</w:t></w:r></w:p>"
    "<w:tbl><w:tr><w:tc><w:p><w:r><w:t>Day</w:t></w:r></w:p></w:tc><w:tc><w:p><w:r><w:t>Rest</w:t>"
    "</w:r></w:p></w:tc></w:tr></w:tbl></w:body></w:document>"
)


def test_a_saved_page_keeps_its_text_and_loses_its_frame() -> None:
    found = imported("/home/me/sleep.html", PAGE.encode(), (), "en")
    assert text(found) == BODY
    assert found.files[0][0] == "articles/ketamine-sleep.md"


def test_what_is_taken_out_leaves_no_second_space() -> None:
    page = "<p>Rest <img src=x alt=bed> well.&nbsp; Then <b>walk </b> home.</p><pre>a  b</pre>"
    found = body(imported("x.html", page.encode(), (), "en"))
    assert found == "Rest well. Then **walk** home.\n\n```\na  b\n```"


def test_what_is_lost_is_named_with_its_line_in_the_draft() -> None:
    found = imported("sleep.html", PAGE.encode(), (), "en")
    line = BODY.split("\n").index("New advice.") + 1
    assert f"sleep.md:{line}: An image “A sleeping cat” is left out." in said(found)
    assert f"sleep.md:{line}: Struck-out text “Old advice.” is left out." in said(found)
    assert "The link of “Click” to javascript:alert(1) is left out." in said(found)
    assert all(problem.level is Level.WARNING for problem in found.problems)


def test_nothing_imported_is_live(tmp_path: object) -> None:
    files = dict(imported("sleep.html", PAGE.encode(), (), "en").files)
    files |= dict(imported("q.csv", b"question,answer\nWhy?,So.\n", (), "en").files)
    files |= dict(imported("x.xml", wxr("Words."), (), "en").files)
    loaded = load(Files({"clinic.yaml": b"name: X\n", **files}))
    assert [d.state(date(2026, 6, 1)) for d in loaded.corpus.documents] == [State.DRAFT] * 3
    assert loaded.errors == ()


def test_a_page_without_known_parts_is_cut_down_to_its_paragraphs() -> None:
    long = "".join(f"<p>Sentence {number} about sleep.</p>" for number in range(20))
    page = f"<body><div><a href='/'>Home</a></div><div id=x><div>{long}</div></div>Imprint</body>"
    found = imported("x.html", page.encode(), (), "en")
    assert body(found).startswith("Sentence 0 about sleep.")
    assert "Imprint" not in text(found)
    assert "What stands around the text (words: 2) is left out." in said(found)


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("One\nline.\n\nTwo.", "One\\\nline.\n\nTwo."),
        ("<!-- wp:paragraph --><p>One.</p><!-- /wp:paragraph -->", "One."),
        ("Said [sic] and [1].", "Said [sic] and [1]."),
        ('[caption id="a" width="3"]A view[/caption]\n\nText.', "A view\n\nText."),
        ("<h2>Head</h2>\nText.", "## Head\n\nText."),
        ("<h1>Inside</h1>\n\nText.", "# Inside\n\nText."),
    ],
)  # fmt: skip
def test_wordpress_text_becomes_paragraphs(source: str, expected: str) -> None:
    assert body(imported("x.xml", wxr(source), (), "en")) == expected


def test_what_wordpress_fills_in_is_named() -> None:
    source = 'Text.\n\n[gallery ids="1,2"]\n\n<!-- wp:latest-posts {"a":1} /-->'
    lost = said(imported("x.xml", wxr(source), (), "en"))
    assert "fills in, “gallery”" in lost
    assert "fills in, “latest-posts”" in lost


def test_attachments_and_menus_are_no_articles() -> None:
    assert imported("x.xml", wxr("Text.", kind="attachment"), (), "en").files == ()


def test_titles_become_ids_that_are_free_and_lead_nowhere() -> None:
    for title, path in {
        "../../etc/passwd": "articles/etc-passwd.md",
        "Rest": "articles/rest-2.md",
        "handoff": "articles/handoff-2.md",
        "Ωμέγα": "articles/page.md",
        "a: b\n---\nstatus: approved": "articles/a-b-status-approved.md",
    }.items():
        found = imported("x.xml", wxr("Text.", title), {"rest"}, "en")
        assert found.files[0][0] == path
        assert "\nstatus: draft\n" in text(found)


def test_a_word_file_keeps_title_emphasis_and_tables() -> None:
    found = imported("x.docx", docx(WORD), (), "en")
    assert found.files[0][0] == "articles/rest-at-home.md"
    assert body(found) == "**Rest** for a day.\n\n| Day | Rest |\n| --- | --- |"


def test_questions_in_a_table_become_one_file() -> None:
    rows = "\ufeffFrage;Question;Answer;Also asked\n;Wine?;No: none.;beer|rum\n;;;\n;Empty?;;\n"
    found = imported("our faqs.csv", rows.encode(), {"wine"}, "en")
    assert found.files[0][0] == "faqs/our-faqs.yaml"
    corpus = load(Files({"clinic.yaml": b"name: X\n", **dict(found.files)})).corpus
    (document,) = corpus.documents
    assert (document.id, document.title, document.also_asked) == (
        "wine-2",
        "Wine?",
        ("beer", "rum"),
    )
    assert document.passages[0].text == "No: none."
    assert "our faqs.csv: row 4" in said(found)


def test_answers_with_markup_and_windows_letters_are_read() -> None:
    found = imported("x.csv", "q,a\nWhy?,<p>“So”</p><p>it is</p>\n".encode("cp1252"), (), "en")
    assert "      “So”\n\n      it is" in text(found)


BOMB = '<!DOCTYPE x [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;">]>'
FILE = '<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]>'


@pytest.mark.parametrize(
    ("name", "content", "why"),
    [
        ("x.xml", BOMB.encode() + wxr("&b;")[21:], "entities"),
        ("x.xml", FILE.encode() + wxr("&a;")[21:], "entities"),
        ("x.xml", ('<?xml version="1.0" encoding="utf-16"?>' + BOMB + "<x/>").encode("utf-16"),
         "entities"),
        ("x.xml", b"<rss><channel>", "sound XML"),
        ("x.xml", b"<feed/>", "no <item>"),
        ("x.docx", docx(BOMB + WORD), "entities"),
        ("x.docx", docx(WORD, **{"word/styles.xml": FILE + "<x/>"}), "entities"),
        ("x.docx", docx(WORD, **{"word/other.bin": BOMB + "<x/>"}), "entities"),
        ("x.docx", docx("<w:document"), "sound Word file"),
        ("x.docx", docx(WORD)[:300], "sound Word file"),
        ("x.docx", docx(WORD).replace(b"word/document.xml", b"../../document.xm"), "sound Word"),
        ("x.docx", b"not a zip", "sound Word file"),
        ("x.csv", b"name,price\na,b\n", "no columns"),
        ("x.csv", b"", "no columns"),
        ("x.html", b"<div>" * 5000 + b"x", "nested too deep"),
        ("x.html", b"<body><img alt='x'></body>", "no words, only an image"),
        ("x.pdf", b"%PDF", "no .xml"),
    ],
)  # fmt: skip
def test_what_cannot_or_must_not_be_read_is_refused_and_named(
    name: str, content: bytes, why: str
) -> None:
    found = imported(name, content, (), "en")
    assert found.files == ()
    assert [problem.code for problem in found.problems] == ["hard-to-import"]
    assert why in said(found)


def test_what_unpacks_to_too_much_is_refused_before_it_is_unpacked(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    bomb = docx(WORD, **{"word/media/x.bin": "0" * (30 << 20)})
    assert len(bomb) < 100_000
    monkeypatch.setattr(importing, "LARGEST_UNPACKED", 20 << 20)
    assert "unpacks to more than 20 MB" in said(imported("x.docx", bomb, (), "en"))


def test_a_page_full_of_markup_and_yaml_is_only_text() -> None:
    page = "<p># no heading</p><p>1. no list</p><p>`a` _b_ [x](y) &amp;lt; &lt;b&gt;</p>"
    found = imported("x.html", page.encode(), (), "en")
    corpus = load(Files({"clinic.yaml": b"name: X\n", **dict(found.files)})).corpus
    (passage,) = corpus.documents[0].passages
    assert passage.text == "# no heading\n\n1. no list\n\n`a` _b_ [x](y) &lt; <b>"


WORDS = st.text(
    st.characters(codec="utf-8", exclude_categories=["Cc", "Cf"]), min_size=1, max_size=60
)


@settings(max_examples=60, deadline=None)
@given(WORDS, WORDS)
def test_whatever_a_table_holds_becomes_a_draft_and_nothing_else(
    question: str, answer: str
) -> None:
    rows = io.StringIO()
    csv.writer(rows).writerows([["question", "answer"], [question, answer]])
    found = imported("x.csv", rows.getvalue().encode(), (), "en")
    corpus = load(Files({"clinic.yaml": b"name: X\n", **dict(found.files)})).corpus
    assert len(corpus.documents) <= 1
    assert all(d.state(date(2026, 6, 1)) is State.DRAFT for d in corpus.documents)


@settings(max_examples=60, deadline=None)
@given(st.sampled_from(["x.html", "x.xml", "x.docx", "x.csv"]), st.binary(max_size=200))
def test_no_bytes_make_it_stumble(name: str, content: bytes) -> None:
    found = imported(name, content, (), "en")
    assert all(b"\nstatus: draft\n" in b"\n" + text for _, text in found.files)


@settings(max_examples=60, deadline=None)
@given(WORDS)
def test_no_word_of_a_page_is_lost_without_being_named(words: str) -> None:
    page = f"<p>{escape(words)}</p><p>And an end.</p>"
    found = imported("x.html", page.encode(), (), "en")
    if found.files and not found.problems:
        text = load(Files({"clinic.yaml": b"name: X\n", **dict(found.files)})).corpus.passages
        kept = "".join(passage.text for passage in text)
        assert [c for c in words if c.isalnum()] == [c for c in kept if c.isalnum()][
            : -len("Andanend")
        ]
