"""Writes the table in the form that the chatbot reads: whole numbers, no pickles."""

import hashlib
import json
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from entries import rows_of
from numpy.typing import NDArray

LENGTH = 480  # every row's length in steps of int8; few numbers of a row then pass 127
HEAVIEST = 255  # uint8
FLATTER = 0.7  # power taken of the fitted weights, see README.md
CHECKS = (
    "How long does the drip take?",
    "CAN\u2019T sleep, feeling knackered & woozy!!",
    "caf\u00e9 \u2013 T\u00c9L\u00c9PHONE",
    "the patient's co-pay for spravato is $40.50",
    "esketaminelike puffersss",
    "COVID-19 x-ray",
    "\u5934\u75db headache \u043a\u043e\u0442",
    "...",
)


def save(
    folder: Path, entries: Sequence[str], vectors: NDArray[np.float32], weights: NDArray[np.float32]
) -> None:
    """Writes words.txt, vectors.npy, weights.npy and checks.json, and prints their sha256."""
    # A turn of the axes changes no angle, and spreads each row evenly over them: less is rounded.
    width = vectors.shape[1]
    turn, _ = np.linalg.qr(np.random.default_rng(11).standard_normal((width, width)))
    rows = np.clip(np.rint(vectors @ turn * LENGTH), -127, 127).astype(np.int8)
    flat = weights.astype(np.float64) ** FLATTER
    loud = np.clip(np.rint(flat / np.percentile(flat, 99.9) * HEAVIEST), 1, HEAVIEST)
    np.save(folder / "vectors.npy", rows)
    np.save(folder / "weights.npy", loud.astype(np.uint8))
    (folder / "words.txt").write_text("\n".join(entries) + "\n", "ascii")
    numbers = {entry: number for number, entry in enumerate(entries)}
    checks = {text: [entries[row] for row in rows_of(text, numbers)] for text in CHECKS}
    lines = json.dumps(checks, indent=1, ensure_ascii=True)
    (folder / "checks.json").write_text(lines + "\n", "ascii")
    for name in ("words.txt", "vectors.npy", "weights.npy", "checks.json"):
        show(folder / name)


def show(file: Path) -> None:
    """Prints a file's sha256, size and name."""
    content = file.read_bytes()
    print(hashlib.sha256(content).hexdigest(), f"{len(content):>11,}", file.name, flush=True)
