from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chatbot.knowledge.colour import AA, DARK_PAGE, WHITE, contrast, on_dark, readable

COLOURS = st.integers(0, 0xFFFFFF).map("#{:06x}".format)


@pytest.mark.parametrize(
    ("first", "second", "ratio"),
    [("#000000", "#ffffff", 21.0), ("#777777", "#ffffff", 4.48), ("#ff0000", "#ffffff", 4.0)],
)
def test_contrast_is_what_wcag_says(first: str, second: str, ratio: float) -> None:
    assert round(contrast(first, second), 2) == round(contrast(second, first), 2) == ratio


@given(COLOURS)
def test_every_accent_has_a_shade_for_the_dark_page(accent: str) -> None:
    shade = on_dark(accent)
    assert re.fullmatch("#[0-9a-f]{6}", shade)
    assert contrast(shade, DARK_PAGE) >= AA
    assert readable(accent) == (contrast(accent, WHITE) >= AA)


def test_an_accent_that_can_be_read_on_the_dark_page_stays() -> None:
    assert on_dark("#9fd8de") == "#9fd8de"
