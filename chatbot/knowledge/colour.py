"""Contrast of colours, so that no accent makes text hard to read.

Relative luminance and contrast ratio as WCAG 2.2 defines them.
"""

AA = 4.5  # the least contrast of normal text, WCAG 2.2 success criterion 1.4.3
AAA = 7.0  # enhanced contrast, 1.4.6: barely AA looks dim on a dark page
WHITE, DARK_PAGE = "#ffffff", "#15191c"
_STEPS = 64


def contrast(first: str, second: str) -> float:
    """The contrast ratio of two colours, 1 to 21."""
    light, dark = sorted((_luminance(first), _luminance(second)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def readable(accent: str) -> bool:
    """Whether the accent can be read on white, and white on it."""
    return contrast(accent, WHITE) >= AA


def on_dark(accent: str) -> str:
    """The accent, made light enough to be read with ease on the dark page."""
    shades = (_lighter(accent, step / _STEPS) for step in range(_STEPS + 1))
    return next(shade for shade in shades if contrast(shade, DARK_PAGE) >= AAA)


def _lighter(colour: str, share: float) -> str:
    channels = (round(value + (255 - value) * share) for value in bytes.fromhex(colour[1:]))
    return "#" + "".join(f"{value:02x}" for value in channels)


def _luminance(colour: str) -> float:
    parts = (channel / 255 for channel in bytes.fromhex(colour[1:]))
    red, green, blue = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue
