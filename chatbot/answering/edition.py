"""What may be quoted on one day."""

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from chatbot.knowledge.model import Corpus, Document, Kind, Passage

SUGGESTIONS = 4


@dataclass(frozen=True, slots=True)
class Edition:
    """The live documents by id, the version of all that is said of them, and what to ask first."""

    live: dict[str, Document]
    version: str
    suggestions: tuple[str, ...]

    def holds(self, passage: Passage) -> bool:
        """Whether the passage may be quoted."""
        return passage.document in self.live


def publish(
    corpus: Corpus,
    wording: Mapping[str, str],
    disclaimer: str,
    today: date,
    withdrawn: frozenset[str] = frozenset(),
) -> Edition:
    """The edition of a day, without the documents withdrawn since the corpus was read."""
    live = {document.id: document for document in corpus.live(today, withdrawn)}
    parts = [passage.id for document in live.values() for passage in document.passages]
    parts += [repr(part) for part in (corpus.synonyms, corpus.phrases)]
    parts += [repr(corpus.resources), repr(sorted(wording.items())), disclaimer]
    version = hashlib.sha256("\n".join(parts).encode()).hexdigest()
    return Edition(live, version, _suggestions(live.values()))


def _suggestions(live: Iterable[Document]) -> tuple[str, ...]:
    """The first question of an FAQ file, of the first, the last and some spread between them, so
    that the topics differ."""
    faqs = [document for document in live if document.kind is Kind.FAQ]
    # Of what has the same key the last counts: backwards, that is the first of each file.
    firsts = [*{document.file: document.title for document in reversed(faqs)}.values()][::-1]
    steps = min(len(firsts), SUGGESTIONS) - 1
    return tuple(firsts[n * (len(firsts) - 1) // max(steps, 1)] for n in range(steps + 1))
