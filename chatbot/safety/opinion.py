"""What is thought of a message beside the rules: by the score, and by the encoder where it can."""

from collections.abc import Sequence
from functools import cache
from typing import Self

from chatbot.safety.encoder import Encoder
from chatbot.safety.reading import Rows
from chatbot.safety.scorer import Scorer, chance

# The score of a message that the encoder has read as well counts this much, the encoder's the rest,
# and both together so much more (chosen as docs/safety.md tells).
SHARE = 0.35
MORE = 0.3
FAINT = -4.0  # where no rule found anything and the score is below this, the encoder is not asked


class Opinion:
    """How likely a message speaks of danger. Without an encoder the score alone says it."""

    def __init__(self, scorer: Scorer, encoder: Encoder | None = None) -> None:
        self._scorer = scorer
        self._encoder = encoder
        self.levels: Sequence[float] = scorer.levels

    @classmethod
    def builtin(cls) -> Self:
        """With the built-in weights; what is lost of the encoder's leaves the score."""
        try:
            return cls(Scorer.builtin(), Encoder.builtin())
        except Exception:  # help must not depend on a file that could not be read
            return cls(Scorer.builtin())

    def chance(self, text: str, rows: Rows, *, found: bool) -> float:
        """The chance from 0 to 1; `rows` are the words of `text` as the rules read them.

        `found` says that a rule found something. The score by itself never doubts a plain rule.
        """
        odds = self._scorer.log_odds(rows)
        read = self._encoder.log_odds(text) if self._encoder and (found or odds > FAINT) else None
        if read is None:
            return max(self.levels[0], chance(odds))
        return chance(SHARE * odds + (1 - SHARE) * read + MORE)


@cache
def builtin() -> Opinion | None:
    """The built-in opinion, shared by all detectors; None where its weights cannot be read."""
    try:
        return Opinion.builtin()
    except Exception:  # then the rules alone must do
        return None
