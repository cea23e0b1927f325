"""Pieces of words: the longest from the left, or nothing."""

from chatbot.text.pieces import pieces

ROWS = {"head": 0, "he": 1, "##ache": 2, "##ach": 3, "##s": 4}


def test_the_longest_pieces_from_the_left_are_taken() -> None:
    assert pieces("headaches", ROWS) == [0, 2, 4]


def test_a_word_with_a_rest_that_is_no_piece_has_none() -> None:
    assert pieces("headachez", ROWS) == []
    assert pieces("ache", ROWS) == []
