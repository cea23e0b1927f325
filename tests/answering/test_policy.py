"""The decision, from a ranking and its confidences to an outcome."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from chatbot.answering.confidence import Judgement
from chatbot.answering.model import Outcome, Reason
from chatbot.answering.policy import decide
from chatbot.knowledge.model import Passage
from chatbot.retrieval.model import Hit, Query, Ranking

ANSWER_AT, OPTION_AT = 0.7, 0.3


def passage(name: str) -> Passage:
    return Passage(f"{name}.1", name, "faqs/f.yaml", (0, 1), name, "0", f"Text of {name}", "")


def ranked(*scores: float) -> Ranking:
    query = Query("how long", ("long",))
    hits = tuple(
        Hit(passage(f"d{number}"), score, matched=("long",)) for number, score in enumerate(scores)
    )
    return Ranking(query, hits)


def judged(*confidences: float, vetoes: tuple[str | None, ...] = ()) -> Judgement:
    given_vetoes = vetoes or (None,) * len(confidences)
    return Judgement(confidences, ANSWER_AT, OPTION_AT, given_vetoes, ())


def everything(_: Passage) -> bool:
    return True


def test_a_sure_live_hit_answers_alone() -> None:
    decision = decide(ranked(0.9, 0.2), judged(0.9, 0.1), everything)
    assert decision.outcome is Outcome.ANSWERED
    assert [hit.passage.document for hit in decision.hits] == ["d0"]


def test_two_sure_hits_are_quoted_and_never_three() -> None:
    decision = decide(ranked(0.9, 0.8, 0.8), judged(0.9, 0.8, 0.8), everything)
    assert len(decision.hits) == 2


def test_plausible_hits_are_offered() -> None:
    decision = decide(ranked(0.5, 0.5, 0.4, 0.4, 0.4), judged(0.5, 0.5, 0.4, 0.4, 0.4), everything)
    assert decision.outcome is Outcome.CHOOSE
    assert len(decision.hits) == 4


def test_one_plausible_hit_is_no_choice() -> None:
    decision = decide(ranked(0.5), judged(0.5), everything)
    assert (decision.outcome, decision.reason) == (Outcome.HANDOFF, Reason.LOW_CONFIDENCE)


def test_a_veto_keeps_a_sure_hit_from_answering() -> None:
    decision = decide(ranked(0.9), judged(0.9, vetoes=("pregnant",)), everything)
    assert decision.outcome is Outcome.HANDOFF


def test_a_withheld_best_match_hands_off_though_a_neighbour_is_sure() -> None:
    decision = decide(ranked(0.9, 0.89), judged(0.9, 0.89), lambda found: found.document != "d0")
    assert (decision.outcome, decision.reason) == (Outcome.HANDOFF, Reason.OUT_OF_DATE)
    assert decision.hits == ()


def test_a_live_hit_with_the_very_same_score_is_a_best_match_too() -> None:
    decision = decide(ranked(0.9, 0.9), judged(0.9, 0.9), lambda found: found.document != "d0")
    assert decision.outcome is Outcome.ANSWERED
    assert decision.hits[0].passage.document == "d1"


def test_nothing_matched_is_nothing_found() -> None:
    decision = decide(Ranking(Query("x", ("x",))), judged(), everything)
    assert (decision.outcome, decision.reason) == (Outcome.HANDOFF, Reason.NOTHING_FOUND)


@given(
    st.lists(st.tuples(st.floats(0, 1), st.booleans(), st.booleans()), max_size=8).map(
        lambda entries: sorted(entries, reverse=True)
    )
)
def test_only_live_hits_are_shown_and_a_handoff_shows_none(
    entries: list[tuple[float, bool, bool]],
) -> None:
    ranking = ranked(*(score for score, _, _ in entries))
    live = {f"d{number}" for number, (_, is_live, _) in enumerate(entries) if is_live}
    vetoes = tuple("age" if veto else None for _, _, veto in entries)
    judgement = judged(*(score for score, _, _ in entries), vetoes=vetoes)
    decision = decide(ranking, judgement, lambda found: found.document in live)
    assert all(hit.passage.document in live for hit in decision.hits)
    if decision.outcome is Outcome.HANDOFF:
        assert decision.hits == ()
        assert decision.reason is not None
    if decision.outcome is Outcome.ANSWERED:
        assert 1 <= len(decision.hits) <= 2
    if decision.outcome is Outcome.CHOOSE:
        assert 2 <= len(decision.hits) <= 4
