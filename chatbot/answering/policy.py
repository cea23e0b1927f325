"""Whether to answer, offer a choice, or hand off. The whole policy is on this screen."""

from collections.abc import Callable
from dataclasses import dataclass

from chatbot.answering.confidence import Judgement
from chatbot.answering.model import Outcome, Reason
from chatbot.knowledge.model import Passage
from chatbot.retrieval.model import Hit, Ranking

MOST_QUOTED = 2
FEWEST_OPTIONS, MOST_OPTIONS = 2, 4


@dataclass(frozen=True, slots=True)
class Decision:
    """What is to be done with a ranking, and why, in plain words."""

    outcome: Outcome
    reason: Reason | None = None
    hits: tuple[Hit, ...] = ()
    steps: tuple[str, ...] = ()


def decide(
    ranking: Ranking, judgement: Judgement, may_quote: Callable[[Passage], bool]
) -> Decision:
    """The policy: quote what is sure and live, offer what is plausible, else hand off.

    A withheld best match ends in a hand-off: no neighbour answers in its place. A live hit with
    the very same score is itself a best match.
    """
    judged = list(zip(ranking.hits, judgement.confidences, judgement.vetoes, strict=False))
    plausible = [(hit, sure, veto) for hit, sure, veto in judged if sure >= judgement.option_at]
    if not plausible:
        found = any(hit.matched for hit in ranking.hits)
        reason = Reason.LOW_CONFIDENCE if found else Reason.NOTHING_FOUND
        return Decision(Outcome.HANDOFF, reason, (), ("Nothing is plausible enough to show.",))

    best = ranking.hits[0].score
    if not any(may_quote(hit.passage) for hit, _, _ in judged if hit.score >= best):
        withheld = ranking.hits[0].passage.document
        step = f"The best match, {withheld}, is withheld, so no neighbour answers in its place."
        return Decision(Outcome.HANDOFF, Reason.OUT_OF_DATE, (), (step,))

    live = [entry for entry in plausible if may_quote(entry[0].passage)]
    sure = [hit for hit, confidence, veto in live if confidence >= judgement.answer_at and not veto]
    if sure and sure[0] is live[0][0]:
        hits = _complements(sure)
        return Decision(Outcome.ANSWERED, None, hits, (f"{len(hits)} sure enough to be quoted.",))

    options = tuple(hit for hit, _, _ in live)[:MOST_OPTIONS]
    if len(options) >= FEWEST_OPTIONS:
        step = f"None is sure enough, {len(options)} are plausible, so the visitor chooses."
        return Decision(Outcome.CHOOSE, None, options, (step,))
    step = "One passage is plausible but not sure enough, so nothing is shown."
    return Decision(Outcome.HANDOFF, Reason.LOW_CONFIDENCE, (), (step,))


def _complements(sure: list[Hit]) -> tuple[Hit, ...]:
    """The best hit, and a second one that says something else from another place."""
    first = sure[0]
    others = (hit for hit in sure[1:] if hit.passage.text != first.passage.text)
    return (first, *list(others)[: MOST_QUOTED - 1])
