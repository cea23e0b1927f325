"""A third opinion: a small encoder that reads a message in the order of its words.

Two layers of a transformer over word pieces (Vaswani et al. 2017, section 3; normalised after each
part, with GELU, as in BERT, Devlin et al. 2019), then one number from the mean of what they make of
the pieces. tools/safety/distil.py made it; builtin/safety/encoder/README.md says of what and how.
"""

import re
import unicodedata
from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from chatbot.builtin import FOLDER
from chatbot.text.pieces import pieces

LONGEST = 64  # word pieces; a longer message would take too long and is left to the score
CHARACTERS = 600  # more than so many pieces ever have in a message somebody wrote
LONGEST_WORD = 100  # characters; a longer one is unknown, as it was to the teacher
HEADS = 12
_TINY = 1e-12
_BEND = 0.7978845608  # the square root of 2 / pi
_TOKEN = re.compile(r"[^\W_]+|[^\w\s]|_")
Array = NDArray[np.float32]


class Encoder:
    """Says how much a message sounds like danger. Building one takes a while; it never changes.

    `names` are those of the word pieces; `weights` are whole numbers of 8 bits, each matrix with a
    scale for every column.
    """

    def __init__(self, names: Sequence[str], weights: Mapping[str, NDArray[Any]]) -> None:
        self._rows = {piece: row for row, piece in enumerate(names)}
        scales = {name: scale for name, scale in weights.items() if name.endswith(".scale")}
        self._pieces = weights["pieces"]  # the largest by far, so it stays as it is
        self._scale: Array = scales["pieces.scale"]
        self._weights: dict[str, Array] = {
            name: (array * scales.get(f"{name}.scale", 1)).astype(np.float32)
            for name, array in weights.items()
            if name != "pieces" and name not in scales
        }
        self._layers = sum(name.endswith(".asked") for name in weights)
        self._cut = lru_cache(maxsize=8192)(self._pieces_of)

    @classmethod
    def builtin(cls) -> Self:
        """With the built-in weights; raises OSError without them."""
        held = FOLDER / "safety" / "encoder"
        names = (held / "pieces.txt").read_text("utf-8").splitlines()
        with np.load(held / "weights.npz", allow_pickle=False) as weights:
            return cls(names, dict(weights))

    def log_odds(self, text: str) -> float | None:
        """The log-odds that a message speaks of danger; None where it is too long to be read."""
        rows = self.rows(text) if len(text) <= CHARACTERS else ()
        return self._read(rows) if 0 < len(rows) <= LONGEST else None

    def rows(self, text: str) -> list[int]:
        """The word pieces of a text between the marks of its beginning and end."""
        letters = unicodedata.normalize("NFD", text.replace("’", "'").lower())
        plain = "".join(c for c in letters if unicodedata.category(c) != "Mn")
        found = [self._rows["[CLS]"]]
        for token in _TOKEN.findall(plain):
            found += self._cut(token)
            if len(found) >= LONGEST:
                break
        return [*found, self._rows["[SEP]"]]

    def _pieces_of(self, word: str) -> list[int]:
        known = pieces(word, self._rows) if len(word) <= LONGEST_WORD else []
        return known or [self._rows["[UNK]"]]

    def _read(self, rows: Sequence[int]) -> float:
        state = self._pieces[rows] * self._scale
        state = self._normal("begin", state + self._weights["places"][: len(rows)])
        for layer in range(self._layers):
            state = self._normal(f"{layer}.heard", state + self._attended(layer, state))
            wide = self._linear(f"{layer}.wide", state)
            wide *= 0.5 + 0.5 * np.tanh(_BEND * wide * (1 + 0.044715 * wide * wide))
            state = self._normal(f"{layer}.done", state + self._linear(f"{layer}.narrow", wide))
        mean = state.mean(axis=0)
        return float(self._linear("danger", mean / np.linalg.norm(mean))[0])

    def _attended(self, layer: int, state: Array) -> Array:
        """What each piece takes from the others (Vaswani et al. 2017, section 3.2)."""
        parts = self._linear(f"{layer}.asked", state).reshape(len(state), 3, HEADS, -1)
        query, key, value = parts.transpose(1, 2, 0, 3)
        shares = query @ key.transpose(0, 2, 1) / np.sqrt(np.float32(query.shape[-1]))
        shares = np.exp(shares - shares.max(axis=-1, keepdims=True))
        shares /= shares.sum(axis=-1, keepdims=True)
        heard = (shares @ value).transpose(1, 0, 2).reshape(state.shape)
        return self._linear(f"{layer}.told", heard)

    def _linear(self, name: str, state: Array) -> Array:
        result: Array = state @ self._weights[name] + self._weights[f"{name}.bias"]
        return result

    def _normal(self, name: str, state: Array) -> Array:
        """Each row with mean 0 and spread 1, then stretched and moved (Ba et al. 2016)."""
        state = state - state.mean(axis=-1, keepdims=True)
        state /= np.sqrt((state * state).mean(axis=-1, keepdims=True) + _TINY)
        result: Array = state * self._weights[f"{name}.stretch"] + self._weights[f"{name}.bias"]
        return result
