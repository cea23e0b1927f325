"""Drafts out of what a clinic has already: WordPress exports, saved pages, Word files, CSV.

Nothing here reads the disk, follows a link or expands an entity.
"""

import csv
import io
import re
import zipfile
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import PurePath
from typing import Any

from chatbot.builtin import read_yaml
from chatbot.curation.conversion import Converted, convert
from chatbot.curation.drafts import Entry, faq_source, free_id, one_line, printable
from chatbot.errors import Problem
from chatbot.knowledge.documents import read_file
from chatbot.knowledge.editing import quoted
from chatbot.knowledge.problems import finding

LARGEST = 50 << 20  # bytes
LARGEST_UNPACKED = 200 << 20  # bytes
MOST_PARTS = 2_000  # in a Word file
EXTRAS = "pip install -r requirements-import.txt"
_BLOCK = re.compile(r"</?(p|div|h[1-6]|[uo]l|li|table|t[rdh]|t?head|tbody|blockquote|hr|fig|!--)")
_DYNAMIC = re.compile(r"<!-- wp:(\S+)[^>]*/-->")
_SHORTCODE = re.compile(r"\[(/?)([a-zA-Z][\w-]*)((?:\s+[^\]]*)?)\]")

_Found = Converted | Entry | Problem


class _Unreadable(Exception):
    """A file cannot be imported; the message says why."""


@dataclass(frozen=True, slots=True)
class Imported:
    """Files of drafts by their path in the folder, and what could not be brought over."""

    files: tuple[tuple[str, bytes], ...] = ()
    problems: tuple[Problem, ...] = ()


def imported(
    name: str, content: bytes, taken: Collection[str], language: str, there: Mapping[str, str] = {}
) -> Imported:
    """The drafts in one file, under ids that are not `taken`; never raises for what it holds. What
    is `there` already, a title with its file, is named and left alone."""
    readers = {".xml": _wordpress, ".html": _page, ".htm": _page, ".docx": _word, ".csv": _table}
    reader = readers.get(PurePath(name).suffix.lower())
    try:
        if reader is None:
            raise _Unreadable("it is no .xml (WordPress export), .html, .docx or .csv file")
        if len(content) > LARGEST:
            raise _Unreadable(f"it is larger than {LARGEST >> 20} MB")
        return _written(reader(name, content), name, set(taken), language, there)
    except ImportError as error:
        problem = _refused(name, f"{error.name} is not installed", f"Run: {EXTRAS}")
    except RecursionError:
        problem = _refused(name, "its parts are nested too deep")
    except _Unreadable as error:
        problem = _refused(name, str(error))
    return Imported(problems=(problem,))


def _written(
    found: Iterable[_Found], name: str, taken: set[str], language: str, there: Mapping[str, str]
) -> Imported:
    files: list[tuple[str, bytes]] = []
    problems: list[Problem] = []
    entries: list[Entry] = []
    file = PurePath(name)
    origin = f"Imported from {one_line(file.name)}: check every word."
    for one in found:
        if isinstance(one, Problem):
            problems.append(one)
            continue
        title = one_line(one.question if isinstance(one, Entry) else one.title or file.stem)
        if title in there:
            problems.append(finding("already-there", name, file=there[title], title=title))
        elif isinstance(one, Entry):
            entries.append(replace(one, id=free_id(one.id, taken)))
        elif not one.markdown.strip():
            only = ", ".join(what for _, what in one.lost[:3])
            why = f"it has no words{', only ' * bool(only)}{only}"
            problems.append(_refused(f"{name}: {one.title}" if one.title else name, why))
        else:
            path = f"articles/{free_id(title, taken)}.md"
            head = ["---", f"title: {quoted(title)}", "status: draft"]
            head += [f"url: {quoted(one.url)}"] if one.url else []
            head += [f"# {origin}", "---", ""]
            files.append((path, "\n".join([*head, printable(one.markdown)]).encode()))
            hint = f"Look at it in {file.name} and write what matters as text."
            for line, lost in one.lost:
                what = lost[:1].upper() + lost[1:]
                place = len(head) + line + 1
                problems.append(finding("left-out", path, place, hint=hint, what=what))
    if entries:
        path = f"faqs/{free_id(file.stem, taken)}.yaml"
        files.append((path, faq_source(entries, origin).encode()))
    for path, text in files:
        problems += read_file(path, text, language).problems
    return Imported(tuple(files), tuple(problems))


def _page(name: str, content: bytes) -> Iterator[_Found]:
    from bs4 import UnicodeDammit

    try:
        html: str | None = content.decode("utf-8-sig")  # hardly anything else passes for it
    except UnicodeDecodeError:
        html = UnicodeDammit(content, is_html=True).unicode_markup
    if html is None:
        raise _Unreadable("its encoding is not known; save it as UTF-8")
    yield convert(html)


def _word(name: str, content: bytes) -> Iterator[_Found]:
    import mammoth

    try:
        with zipfile.ZipFile(io.BytesIO(content)) as packed:
            parts = packed.infolist()
            unpacked = sum(part.file_size for part in parts)
            if len(parts) > MOST_PARTS or unpacked > LARGEST_UNPACKED:
                raise _Unreadable(f"it unpacks to more than {LARGEST_UNPACKED >> 20} MB")
            for part in parts:  # whatever its name: a document may be called anything
                _xml(packed.read(part), sound=False)
        blank = mammoth.images.img_element(lambda image: {"src": ""})
        title = "p[style-name='Title'] => h1.title:fresh"
        result = mammoth.convert_to_html(
            io.BytesIO(content),
            convert_image=blank,
            style_map=title,
            include_embedded_style_map=False,
        )
    except (_Unreadable, RecursionError):
        raise
    except Exception as error:  # what a library raises for a broken file is not foreseeable
        raise _Unreadable(f"it is no sound Word file ({error})") from error
    for message in result.messages:
        if "ignored" in message.message:
            yield finding("left-out", name, what=message.message, hint="Look at it in Word.")
    yield convert(result.value, whole=True)


def _wordpress(name: str, content: bytes) -> Iterator[_Found]:
    root = _xml(content)
    items = root.findall("./channel/item")
    if root.tag != "rss" or not items:
        raise _Unreadable("it is no WordPress export: it has no <item>")
    for item in items:
        fields = {child.tag.rpartition("}")[2]: child.text or "" for child in item}
        kind, state = fields.get("post_type", "post"), fields.get("status", "")
        title = " ".join(fields.get("title", "").split())
        if kind not in ("post", "page") or state in ("trash", "auto-draft", "inherit"):
            continue
        if fields.get("post_password"):
            yield _refused(f"{name}: {title}", "it is protected by a password")
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
    parts = filter(None, (part.strip() for part in re.split(r"\r?\n\s*\r?\n", body)))
    return "\n".join(
        part if _BLOCK.match(part) else "<p>" + re.sub(r"\r?\n", "<br>", part) + "</p>"
        for part in parts
    )


def _table(name: str, content: bytes) -> Iterator[_Found]:
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
        raise _Unreadable(f"it is no sound CSV ({error})") from error
    names = {(key or "").strip().lower(): key for key in (rows[0] if rows else {})}
    found = {
        key: next((names[name] for name in known if name in names), None)
        for key, known in columns.items()
    }
    if found["question"] is None or found["answer"] is None:
        raise _Unreadable("its first row names no columns “question” and “answer”")
    for number, row in enumerate(rows, start=2):
        cell = {key: (row.get(column) or "").strip() for key, column in found.items() if column}
        answer = cell["answer"]
        if re.search(r"</?(p|br|a|ul|ol|li|b|strong|em|div|span)\b", answer):
            page = convert(answer, whole=True)
            answer = page.markdown
            for _, lost in page.lost:
                what, hint = f"In row {number}, {lost}", "Write what matters as text."
                yield finding("left-out", name, number, what=what, hint=hint)
        if cell["question"] and answer.strip():
            others = re.split(r"[\n|]", cell.get("also_asked", ""))
            yield Entry(cell["question"], cell["question"], answer, others)
        elif any(value for value in row.values() if isinstance(value, str) and value.strip()):
            yield _refused(f"{name}: row {number}", "question or answer is empty")


def _refused(place: str, why: str, hint: str = "Mend it, or copy the text by hand.") -> Problem:
    """The finding that a file, or a part of it, is not imported."""
    return finding("hard-to-import", place, why=why, hint=hint)


def _xml(content: bytes, *, sound: bool = True) -> Any:
    """The root of an XML text that defines no entities; raises _Unreadable, for text that is no
    XML only if it has to be `sound`."""
    from defusedxml import DefusedXmlException, ElementTree

    try:
        return ElementTree.fromstring(content, forbid_dtd=True)
    except DefusedXmlException as error:
        raise _Unreadable("it defines XML entities, which nothing here needs") from error
    except (ElementTree.ParseError, ValueError, LookupError) as error:
        if sound:
            raise _Unreadable(f"it is no sound XML ({error})") from error
        return None
