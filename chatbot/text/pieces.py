"""A word cut into the pieces that a list has."""

from collections.abc import Mapping


def pieces(word: str, rows: Mapping[str, int]) -> list[int]:
    """The rows of the longest pieces from the left, those after the first marked with "##".

    Nothing where some rest of the word is no piece.
    """
    found: list[int] = []
    start = 0
    while start < len(word):
        mark = "##" if start else ""
        ends = range(len(word), start, -1)
        end = next((end for end in ends if mark + word[start:end] in rows), None)
        if end is None:
            return []
        found.append(rows[mark + word[start:end]])
        start = end
    return found
