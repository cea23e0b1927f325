"""Drafts out of what a clinic has already: WordPress exports, saved pages, Word files, CSV.

Nothing here reads the disk, follows a link or expands an entity; what comes out are drafts.
"""

from __future__ import annotations

import csv
import io
import re
import unicodedata
import zipfile
import zlib
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import PurePath

from chatbot.builtin import read_yaml
from chatbot.curation.conversion import Converted, convert
from chatbot.errors import Problem
from chatbot.knowledge.articles import read_article
from chatbot.knowledge.authored import RESERVED
from chatbot.knowledge.editing import quoted
from chatbot.knowledge.faqs import read_faqs
from chatbot.knowledge.problems import finding

LARGEST, LARGEST_UNPACKED = 50 << 20, 200 << 20  # bytes
MOST_PARTS = 2_000  # in a Word file
EXTRAS = "pip install -r requirements-import.txt"
_BLOCK = re.compile(
    r"</?(p|div|h[1-6]|[uo]l|li|table|t[rdh]|thead|tbody|blockquote|pre|hr|fig|!--)"
)
_DYNAMIC = re.compile(r"<!-- wp:(\S+)[^>]*/-->")
_SHORTCODE = re.compile(r"\[(/?)([a-zA-Z][\w-]*)((?:\s+[^\]]*)?)\]")


@dataclass(frozen=True, slots=True)
class Entry:
    """A question and answer on their way into an FAQ file."""

    id: str
    question: str
    answer: str
    also_asked: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class Imported:
    """Files of drafts by their path in the folder, and what could not be brought over."""

    files: tuple[tuple[str, bytes], ...] = ()
    problems: tuple[Problem, ...] = ()


class Unreadable(Exception):
    """A file cannot be imported; the message says why."""


def imported(name: str, content: bytes, taken: Collection[str], language: str) -> Imported:
    """The drafts in one file, under ids that are not `taken`; never raises for what it holds."""
    readers = {".xml": _wordpress, ".html": _page, ".htm": _page, ".docx": _word, ".csv": _csv}
    reader = readers.get(PurePath(name).suffix.lower())
    try:
        if reader is None:
            raise Unreadable("it is no .xml (WordPress export), .html, .docx or .csv file")
        if len(content) > LARGEST:
            raise Unreadable(f"it is larger than {LARGEST >> 20} MB")
        return _written(reader(name, content), name, set(taken), language)
    except ImportError as error:
        return _refused(name, f"{error.name} is not installed", f"Run: {EXTRAS}")
    except RecursionError:
        return _refused(name, "its parts are nested too deep")
    except Unreadable as error:
        return _refused(name, str(error))


def faq_source(entries: Iterable[Entry], comment: str) -> str:
    """The text of an FAQ file that holds drafts."""
    lines = [*(f"# {line}" for line in comment.splitlines()), "status: draft", "faqs:"]
    for entry in entries:
        lines += [f"  - id: {entry.id}", f"    question: {quoted(_line(entry.question))}"]
        others = [f"      - {quoted(_line(other))}" for other in entry.also_asked if other.strip()]
        lines += ["    also_asked:", *others] if others else []
        answer = [_printable(line.rstrip()) for line in entry.answer.strip().splitlines()]
        lines += ["    answer: |", *(f"      {line}".rstrip() for line in answer), ""]
    return "\n".join(lines)


def free_id(wish: str, taken: set[str]) -> str:
    """An id made of the letters of `wish` that is not taken; it is taken from then on."""
    text = unicodedata.normalize("NFKD", wish).encode("ascii", "ignore").decode().lower()
    base = re.sub(r"[^a-z0-9]+", "-", text).strip("-")[:70].strip("-") or "page"
    name, number = base, 1
    while name in taken or name in RESERVED:
        number += 1
        name = f"{base}-{number}"
    taken.add(name)
    return name


Found = Converted | Entry | Problem


def _written(found: Iterable[Found], name: str, taken: set[str], language: str) -> Imported:
    files: list[tuple[str, bytes]] = []
    problems: list[Problem] = []
    entries: list[Entry] = []
    for one in found:
        if isinstance(one, Problem):
            problems.append(one)
        elif isinstance(one, Entry):
            entries.append(Entry(free_id(one.id, taken), one.question, one.answer, one.also_asked))
        elif not one.markdown.strip():
            only = ", ".join(what for _, what in one.lost[:3])
            why = f"it has no words{', only ' * bool(only)}{only}"
            problems += _refused(f"{name}: {one.title}" if one.title else name, why).problems
        else:
            title = one.title or PurePath(name).stem
            path = f"articles/{free_id(title, taken)}.md"
            head = ["---", f"title: {quoted(_line(title))}", "status: draft"]
            head += [f"url: {quoted(one.url)}"] if one.url else []
            head += [f"# Imported from {_line(PurePath(name).name)}: check every word.", "---", ""]
            text = "\n".join([*head, _printable(one.markdown)]).encode()
            files.append((path, text))
            hint = f"Look at it in {PurePath(name).name} and write what matters as text."
            problems += [
                finding("left-out", path, len(head) + line + 1, hint=hint,
                        what=what[:1].upper() + what[1:])
                for line, what in one.lost
            ]  # fmt: skip
            problems += read_article(path, text).problems
    if entries:
        path = f"faqs/{free_id(PurePath(name).stem, set())}.yaml"
        comment = f"Imported from {_line(PurePath(name).name)}: check every word."
        text = faq_source(entries, comment).encode()
        files.append((path, text))
        problems += read_faqs(path, text, language).problems
    return Imported(tuple(files), tuple(problems))


def _page(name: str, content: bytes) -> Iterator[Found]:
    from bs4 import UnicodeDammit

    page = UnicodeDammit(content, is_html=True).unicode_markup
    if page is None:
        raise Unreadable("its encoding is not known; save it as UTF-8")
    yield convert(page)


def _word(name: str, content: bytes) -> Iterator[Found]:
    import mammoth
    from defusedxml import DefusedXmlException, ElementTree

    try:
        with zipfile.ZipFile(io.BytesIO(content)) as packed:
            parts = packed.infolist()
            unpacked = sum(part.file_size for part in parts)
            if len(parts) > MOST_PARTS or unpacked > LARGEST_UNPACKED:
                raise Unreadable(f"it unpacks to more than {LARGEST_UNPACKED >> 20} MB")
            for part in parts:
                if part.filename.endswith((".xml", ".rels")):
                    ElementTree.fromstring(packed.read(part), forbid_dtd=True)
        blank = mammoth.images.img_element(lambda image: {"src": ""})
        result = mammoth.convert_to_html(io.BytesIO(content), convert_image=blank)
    except DefusedXmlException as error:
        raise Unreadable("it defines XML entities, which no Word file needs") from error
    except (zipfile.BadZipFile, zlib.error, ElementTree.ParseError, KeyError, ValueError,
            OSError, NotImplementedError, RuntimeError, AttributeError) as error:  # fmt: skip
        raise Unreadable(f"it is no sound Word file ({error})") from error
    for message in result.messages:
        if "ignored" in message.message:
            yield finding("left-out", name, what=message.message, hint="Look at it in Word.")
    yield convert(result.value, whole=True)


def _wordpress(name: str, content: bytes) -> Iterator[Found]:
    from defusedxml import DefusedXmlException, ElementTree

    try:
        root = ElementTree.fromstring(content, forbid_dtd=True)
    except DefusedXmlException as error:
        raise Unreadable("it defines XML entities, which no WordPress export needs") from error
    except (ElementTree.ParseError, ValueError, LookupError) as error:
        raise Unreadable(f"it is no sound XML ({error})") from error
    items = root.findall("./channel/item")
    if root.tag != "rss" or not items:
        raise Unreadable("it is no WordPress export: it has no <item>")
    for item in items:
        fields = {child.tag.rpartition("}")[2]: child.text or "" for child in item}
        kind, state = fields.get("post_type", "post"), fields.get("status", "")
        title = " ".join(fields.get("title", "").split())
        if kind not in ("post", "page") or state in ("trash", "auto-draft", "inherit"):
            continue
        if fields.get("post_password"):
            yield _refused(f"{name}: {title}", "it is protected by a password").problems[0]
            continue
        content_of = (child for child in item if child.tag.endswith("/content/}encoded"))
        body = next((child.text or "" for child in content_of), "")
        page = convert(_paragraphs(body), fields.get("link", "").strip(), title, whole=True)
        link = page.url if page.url.startswith(("http://", "https://")) else ""
        yield Converted(title or fields.get("post_name", ""), link, page.markdown, page.lost)


def _paragraphs(body: str) -> str:
    """WordPress text as HTML: blank lines become paragraphs, what a program fills in is marked."""
    body = _DYNAMIC.sub(r"<lost-part title='\1'></lost-part>", body)
    alone = set(read_yaml("import.yaml")["shortcodes"])

    def shortcode(match: re.Match[str]) -> str:
        closing, word, rest = match.groups()
        if "=" in rest or f"[/{word}]" in body or (word in alone and not rest.strip()):
            return "" if closing else f"<lost-part title='{word}'></lost-part>"
        return match[0]

    body = _SHORTCODE.sub(shortcode, body)
    if re.search(r"<p[\s>]|<pre[\s>]", body):
        return body
    parts = (part.strip() for part in re.split(r"\r?\n\s*\r?\n", body))
    return "\n".join(
        part if _BLOCK.match(part) else "<p>" + re.sub(r"\r?\n", "<br>", part) + "</p>"
        for part in parts if part
    )  # fmt: skip


def _csv(name: str, content: bytes) -> Iterator[Found]:
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = content.decode("cp1252", "replace")  # what spreadsheets write on Windows
    first = text.split("\n", 1)[0]
    delimiter = max(",;\t", key=first.count)
    columns = read_yaml("import.yaml")["columns"]
    try:
        rows = list(csv.DictReader(io.StringIO(text, newline=""), delimiter=delimiter))
    except csv.Error as error:
        raise Unreadable(f"it is no sound CSV ({error})") from error
    names = {(key or "").strip().lower(): key for key in (rows[0] if rows else {})}
    found = {key: next((names[name] for name in known if name in names), None)
             for key, known in columns.items()}  # fmt: skip
    if found["question"] is None or found["answer"] is None:
        raise Unreadable("its first row names no columns “question” and “answer”")
    for number, row in enumerate(rows, start=2):
        cell = {key: (row.get(column) or "").strip() for key, column in found.items() if column}
        answer = cell["answer"]
        if re.search(r"</?(p|br|a|ul|ol|li|b|strong|em|div|span)\b", answer):
            page = convert(answer, whole=True)
            answer = page.markdown
            for _, what in page.lost:
                yield finding("left-out", name, number, what=f"In row {number}, {what}",
                              hint="Write what matters as text.")  # fmt: skip
        if cell["question"] and answer.strip():
            others = re.split(r"[\n|]", cell.get("also_asked", ""))
            yield Entry(cell["question"], cell["question"], answer, others)
        elif any(value for value in row.values() if isinstance(value, str) and value.strip()):
            yield _refused(f"{name}: row {number}", "question or answer is empty").problems[0]


def _refused(place: str, why: str, hint: str = "Mend it, or copy the text by hand.") -> Imported:
    return Imported(problems=(finding("hard-to-import", place, why=why, hint=hint),))


def _line(text: str) -> str:
    return _printable(" ".join(text.split()))


def _printable(text: str) -> str:
    return "".join(char for char in text.expandtabs(4) if char.isprintable() or char == "\n")
