"""Drafts out of what a clinic has already: WordPress exports, saved pages, Word files, CSV."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from pathlib import PurePath

from chatbot.curation.drafts import Entry, faq_source, free_id, one_line, printable
from chatbot.curation.sources import Found, Unreadable, page, refused, table, word, wordpress
from chatbot.errors import Problem
from chatbot.knowledge.documents import read_file
from chatbot.knowledge.editing import quoted
from chatbot.knowledge.problems import finding

LARGEST = 50 << 20  # bytes
EXTRAS = "pip install -r requirements-import.txt"


@dataclass(frozen=True, slots=True)
class Imported:
    """Files of drafts by their path in the folder, and what could not be brought over."""

    files: tuple[tuple[str, bytes], ...] = ()
    problems: tuple[Problem, ...] = ()


def imported(name: str, content: bytes, taken: Collection[str], language: str) -> Imported:
    """The drafts in one file, under ids that are not `taken`; never raises for what it holds."""
    readers = {".xml": wordpress, ".html": page, ".htm": page, ".docx": word, ".csv": table}
    reader = readers.get(PurePath(name).suffix.lower())
    try:
        if reader is None:
            raise Unreadable("it is no .xml (WordPress export), .html, .docx or .csv file")
        if len(content) > LARGEST:
            raise Unreadable(f"it is larger than {LARGEST >> 20} MB")
        return _written(reader(name, content), name, set(taken), language)
    except ImportError as error:
        problem = refused(name, f"{error.name} is not installed", f"Run: {EXTRAS}")
    except RecursionError:
        problem = refused(name, "its parts are nested too deep")
    except Unreadable as error:
        problem = refused(name, str(error))
    return Imported(problems=(problem,))


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
            problems.append(refused(f"{name}: {one.title}" if one.title else name, why))
        else:
            title = one.title or PurePath(name).stem
            path = f"articles/{free_id(title, taken)}.md"
            head = ["---", f"title: {quoted(one_line(title))}", "status: draft"]
            head += [f"url: {quoted(one.url)}"] if one.url else []
            head += [
                f"# Imported from {one_line(PurePath(name).name)}: check every word.",
                "---",
                "",
            ]
            text = "\n".join([*head, printable(one.markdown)]).encode()
            files.append((path, text))
            hint = f"Look at it in {PurePath(name).name} and write what matters as text."
            problems += [
                finding("left-out", path, len(head) + line + 1, hint=hint,
                        what=what[:1].upper() + what[1:])
                for line, what in one.lost
            ]  # fmt: skip
            problems += read_file(path, text, language).problems
    if entries:
        path = f"faqs/{free_id(PurePath(name).stem, set())}.yaml"
        comment = f"Imported from {one_line(PurePath(name).name)}: check every word."
        text = faq_source(entries, comment).encode()
        files.append((path, text))
        problems += read_file(path, text, language).problems
    return Imported(tuple(files), tuple(problems))
