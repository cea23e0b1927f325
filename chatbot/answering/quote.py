"""Turning hits into quotations: the last gate before text reaches a visitor."""

from collections.abc import Sequence

from chatbot.answering.links import citation_url
from chatbot.answering.model import Citation, Option, Quotation
from chatbot.errors import NotVerbatim
from chatbot.knowledge.model import Document, Kind, Passage
from chatbot.knowledge.passages import altered


def assert_verbatim(passage: Passage, live: dict[str, Document]) -> Document:
    """The live document that holds exactly this passage; raises NotVerbatim otherwise."""
    document = live.get(passage.document)
    if document is None or passage not in document.passages:
        raise NotVerbatim(f"{passage.id} is not a passage of a live document")
    if why := altered(passage):
        raise NotVerbatim(f"{passage.id}: {why}")
    return document


def quotations(
    passages: Sequence[Passage],
    key_sentences: Sequence[tuple[int, int] | None],
    live: dict[str, Document],
    public_url: str,
) -> tuple[tuple[Quotation, ...], tuple[Citation, ...]]:
    """The passages with one citation each, numbered from 1; raises NotVerbatim."""
    quoted, cited = [], []
    pairs = zip(passages, key_sentences, strict=True)
    for number, (passage, sentence) in enumerate(pairs, start=1):
        document = assert_verbatim(passage, live)
        quoted.append(Quotation(passage, number, sentence))
        if document.approved_on is None or document.review_by is None:
            raise NotVerbatim(f"{document.id} has no approval dates")
        url = citation_url(document, passage, sentence, public_url)
        place = (document.id, passage.anchor, document.title, passage.section, url)
        approval = (document.approved_on, document.review_by, document.approved_by or "")
        cited.append(Citation(number, *place, *approval))
    return tuple(quoted), tuple(cited)


def option(document: Document, passage: Passage) -> Option:
    """How a plausible passage is offered: by its question, or by title and section."""
    label = document.title
    if document.kind is Kind.ARTICLE and passage.section:
        label = f"{document.title}: {passage.section}"
    return Option(label, passage.id, document.id, passage.anchor)
