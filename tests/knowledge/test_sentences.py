from __future__ import annotations

from chatbot.knowledge.sentences import sentences


def cut(text: str) -> list[str]:
    return [text[start:end] for start, end in sentences(text)]


def test_sentences_end_at_full_stops_but_not_at_abbreviations_and_decimals() -> None:
    text = "Dr. Smith gives 0.5 mg/kg, e.g. by drip. It takes\ntwo hours. Ready?"
    assert cut(text) == [
        "Dr. Smith gives 0.5 mg/kg, e.g. by drip.",
        "It takes\ntwo hours.",
        "Ready?",
    ]


def test_no_sentence_crosses_paragraphs_list_items_or_table_rows() -> None:
    text = "Bring\n\n  - a card\n- one 😀 friend. Both.\n\n1. first\n\nName | Dose\nA | 1\nAfter"
    assert cut(text) == [
        *("Bring", "a card", "one 😀 friend.", "Both.", "first", "Name | Dose", "A | 1", "After")
    ]


def test_a_text_without_words_has_no_sentences() -> None:
    assert sentences("") == sentences(" \n\n ") == ()
