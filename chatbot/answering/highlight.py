"""The sentence of a passage that speaks to the question most, for marking and linking."""

from chatbot.knowledge.model import Passage
from chatbot.knowledge.sentences import sentences
from chatbot.retrieval.model import Query
from chatbot.retrieval.retriever import Retriever


def key_sentence(passage: Passage, query: Query, retriever: Retriever) -> tuple[int, int] | None:
    """[start, end) in code points of `passage.text`, or None when no sentence stands out.

    A sentence counts by the weights of the query's terms in it; small words alone mark nothing.
    """
    spans = sentences(passage.text)
    if len(spans) < 2:
        return None
    weights, shared = query.content, []
    for start, end in spans:
        terms = set(retriever.vocabulary.same(passage.text[start:end]))
        shared.append(round(sum(weights[term] for term in sorted(terms & weights.keys())), 6))
    best = max(shared)
    return spans[shared.index(best)] if best > 0 else None
