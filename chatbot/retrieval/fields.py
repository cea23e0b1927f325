"""What each passage offers to be matched: its questions or headings, its text, its tags."""

from collections.abc import Iterator
from dataclasses import dataclass

from chatbot.knowledge.model import Corpus, Document, Kind, Passage


@dataclass(frozen=True, slots=True)
class Entry:
    """A passage with the document it belongs to and the short texts that ask for it.

    `asked` holds the question and its other phrasings, or the title and headings: never empty.
    """

    passage: Passage
    document: Document
    asked: tuple[str, ...]


def entries(corpus: Corpus) -> tuple[Entry, ...]:
    """Every passage of the corpus, withheld ones too, in the order of their ids."""
    found = [entry for document in corpus.documents for entry in _entries(document)]
    return tuple(sorted(found, key=lambda entry: entry.passage.id))


def _entries(document: Document) -> Iterator[Entry]:
    for passage in document.passages:
        if document.kind is Kind.FAQ:
            asked = (document.title, *document.also_asked)
        else:
            headings = [heading for heading in passage.headings if heading != document.title]
            path = " ".join((document.title, *headings))
            asked = (path, headings[-1]) if headings else (path,)
        yield Entry(passage, document, tuple(dict.fromkeys(asked)))
