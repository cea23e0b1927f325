"""The postings must be rank_bm25, only faster."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from chatbot.retrieval.bm25 import LuceneOkapi, Postings

TERM = st.sampled_from(["ketamine", "dose", "cost", "the", "a", "drip", "nausea"])
TEXTS = st.lists(st.lists(TERM, max_size=12), min_size=1, max_size=12)
QUERY = st.lists(st.one_of(TERM, st.sampled_from(["unknown", "words"])), max_size=8)


@given(TEXTS, QUERY)
def test_scores_equal_rank_bm25_to_the_last_bit(texts: list[list[str]], query: list[str]) -> None:
    if not any(texts):
        return
    expected = LuceneOkapi(texts).get_scores(query)
    assert Postings(texts).scores(query, [1.0] * len(query)).tolist() == expected.tolist()


@given(TEXTS, QUERY)
def test_no_text_scores_below_zero(texts: list[list[str]], query: list[str]) -> None:
    assert (Postings(texts).scores(query, [1.0] * len(query)) >= 0).all()


def test_an_empty_corpus_scores_nothing() -> None:
    assert Postings([]).scores(["dose"], [1.0]).tolist() == []


def test_a_field_empty_in_every_text_scores_zero() -> None:
    assert Postings([[], []]).scores(["dose"], [1.0]).tolist() == [0.0, 0.0]


def test_the_only_text_scores_above_zero_for_its_own_words() -> None:
    assert Postings([["dose"]]).scores(["dose"], [1.0])[0] > 0


def test_a_term_in_half_the_texts_still_counts() -> None:
    assert Postings([["dose"], ["cost"]]).scores(["dose"], [1.0])[0] > 0


def test_the_ideal_counts_unknown_terms_as_the_rarest() -> None:
    field = Postings([["dose", "cost"], ["cost"]])
    assert field.ideal(["unknown"], [1.0]) > field.ideal(["dose"], [1.0])
    assert field.ideal(["dose"], [1.0]) > field.ideal(["cost"], [1.0])


def test_shared_is_the_idf_mass_of_the_terms_a_text_has() -> None:
    field = Postings([["dose", "dose", "cost"], ["drip"]])
    assert np.allclose(field.shared(["dose", "cost", "unknown"]), [field.masses[0], 0.0])
