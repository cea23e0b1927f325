"""Makes the encoder of builtin/safety/encoder. Needs tools/vectors/requirements.txt, and an hour.

    python -m tools.safety.distil WEIGHTS

WEIGHTS is the folder with `model.safetensors` and `tokenizer.json` of all-MiniLM-L6-v2.

1. A teacher of all six layers learns the tuning messages: is it danger, is it an emergency?
2. Five variants of every message are made, and the teacher says what it thinks of each.
3. A pupil of the first two layers learns the messages, then the variants by what the teacher said.
4. Word pieces that the texts hardly have are dropped, and what is left is written in few bits.

The held-out half and the set written apart are never read.
"""

from __future__ import annotations

import argparse
import json
import random
import re
import sys
from collections import Counter
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn import functional

from chatbot.builtin import FOLDER, read_lines, read_yaml
from chatbot.safety.encoder import LONGEST
from tools.safety.fit import meanings, outside, tuning
from tools.vectors.teacher import Teacher

CHARACTERS = 400  # of a message that are learnt from
VARIANTS = 5
ALIKE = 0.5  # cosine from which on a word may stand for another
CALM = 1.5  # the teacher's log-odds are divided by this: it is too sure of itself
SIZE = 6.0  # the length of what a message is read as
Targets = NDArray[np.float32]


class Pupil(Teacher):
    """The teacher's weights as a start for saying two things: danger, and emergency."""

    def __init__(self, folder: Path, layers: int) -> None:
        super().__init__(folder, layers)
        used = {k: v for k, v in self._weights.items() if v.is_floating_point() and self._needs(k)}
        self._weights = {name: nn.Parameter(v.clone().float()) for name, v in used.items()}
        self.head = nn.Linear(384, 2)

    def _needs(self, name: str) -> bool:
        _, mark, rest = name.partition("encoder.layer.")
        return not mark or int(rest.partition(".")[0]) < self._layers

    def says(self, texts: list[str]) -> Tensor:
        """Log-odds of danger and of emergency, one row a text."""
        found = [encoding.ids for encoding in self._tokenizer.encode_batch(texts)]
        longest = max(map(len, found))
        ids = torch.tensor([row + [0] * (longest - len(row)) for row in found])
        mask = torch.tensor([[1.0] * len(row) + [0.0] * (longest - len(row)) for row in found])
        read: Tensor = self.head(SIZE * self._forward(ids, mask))
        return read

    @torch.no_grad()
    def opinion(self, texts: list[str]) -> Targets:
        """What it says of each text, calmed, as chances."""
        parts = [self.says(texts[i : i + 64]) for i in range(0, len(texts), 64)]
        return torch.sigmoid(torch.cat(parts) / CALM).numpy()

    def learn(
        self,
        texts: list[str],
        targets: Targets,
        counts: Targets,
        rounds: int,
        batch: int,
        rate: float,
    ) -> None:
        """Go through the texts `rounds` times; `counts` says how much each target matters."""
        body, order = list(self._weights.values()), random.Random(5)
        head = list(self.head.parameters())
        optimiser = torch.optim.AdamW([{"params": body}, {"params": head}], weight_decay=0.01)
        steps = [step for _ in range(rounds) for step in batches(texts, batch, order)]
        for number, step in enumerate(steps):
            pace = min(1.0, (number + 1) / 100) * max(0.02, 1 - number / len(steps))
            for group, full in zip(optimiser.param_groups, (rate, 1e-3), strict=True):
                group["lr"] = full * pace
            loss = functional.binary_cross_entropy_with_logits(
                self.says([texts[i] for i in step]),
                torch.tensor(targets[step]),
                weight=torch.tensor(counts[step]),
            )
            optimiser.zero_grad()
            loss.backward()
            nn.utils.clip_grad_norm_(body, 1.0)
            optimiser.step()

    def write(self, folder: Path, texts: list[str]) -> None:
        """Write what the site reads, without pieces hardly used, and `checks.json` anew."""
        weights = {name: value.detach().numpy() for name, value in self._weights.items()}
        words = [*texts, *read_lines("everyday_words.txt") * 2]
        seen = Counter(i for e in self._tokenizer.encode_batch(words) for i in e.ids)
        always = re.compile(r"(##)?[!-~]|\[(CLS|SEP|UNK)\]")
        kept = {
            i: piece for piece, i in self.pieces().items() if seen[i] > 1 or always.fullmatch(piece)
        }
        ids = sorted(kept)
        (folder / "pieces.txt").write_text("".join(f"{kept[i]}\n" for i in ids), "utf-8")
        first = weights["embeddings.token_type_embeddings.weight"][0]
        few, scale = whole(weights["embeddings.word_embeddings.weight"][ids])
        out = {
            "pieces": few,
            "pieces.scale": scale,
            "places": (weights["embeddings.position_embeddings.weight"][:LONGEST] + first).astype(
                np.float16
            ),
            "danger": (SIZE * self.head.weight.detach().numpy()[:1].T).astype(np.float32),
            "danger.bias": self.head.bias.detach().numpy()[:1],
        }
        names = {"embeddings.LayerNorm": "begin"}
        for layer in range(self._layers):
            old = f"encoder.layer.{layer}"
            names |= {
                f"{old}.attention.output.LayerNorm": f"{layer}.heard",
                f"{old}.output.LayerNorm": f"{layer}.done",
            }
            heads = [f"{old}.attention.self.{part}" for part in ("query", "key", "value")]
            for new, parts in (
                ("asked", heads),
                ("told", [f"{old}.attention.output.dense"]),
                ("wide", [f"{old}.intermediate.dense"]),
                ("narrow", [f"{old}.output.dense"]),
            ):
                name = f"{layer}.{new}"
                matrix = np.concatenate([weights[f"{part}.weight"].T for part in parts], axis=1)
                out[name], out[f"{name}.scale"] = whole(matrix)
                out[f"{name}.bias"] = np.concatenate([weights[f"{part}.bias"] for part in parts])
        for old, new in names.items():
            out[f"{new}.stretch"], out[f"{new}.bias"] = (
                weights[f"{old}.weight"],
                weights[f"{old}.bias"],
            )
        np.savez(folder / "weights.npz", **out)
        checks = folder / "checks.json"
        asked = list(json.loads(checks.read_text("utf-8")))
        with torch.no_grad():
            odds = self.says(asked)[:, 0].tolist()
        found = {
            text: {"pieces": self._tokenizer.encode(text).tokens, "log_odds": round(one, 2)}
            for text, one in zip(asked, odds, strict=True)
        }
        checks.write_text(json.dumps(found, ensure_ascii=False, indent=1), "utf-8")


def whole(matrix: NDArray[np.floating]) -> tuple[NDArray[np.int8], NDArray[np.float32]]:
    """A matrix in whole numbers up to 127, and what each column must be multiplied with."""
    scale = np.abs(matrix).max(axis=0) / 127
    return np.rint(matrix / np.where(scale > 0, scale, 1)).astype(np.int8), scale.astype(np.float32)


def batches(texts: list[str], size: int, order: random.Random) -> list[list[int]]:
    """Every text once, those of like length together, which saves time."""
    turns = order.sample(range(len(texts)), len(texts))
    found = []
    for start in range(0, len(turns), size * 20):
        near = sorted(turns[start : start + size * 20], key=lambda i: len(texts[i]))
        found += [near[i : i + size] for i in range(0, len(near), size)]
    return order.sample(found, len(found))


class Variants:
    """Makes new texts of old ones. Some are nonsense; the teacher says what it makes of them."""

    def __init__(self, texts: list[str]) -> None:
        self._texts, self._draw = texts, random.Random(7)
        self._words = [word for text in texts for word in re.findall(r"[A-Za-z']+", text.lower())]
        vectors = meanings()
        names = sorted(vectors)
        table = np.array([vectors[name] for name in names], dtype=np.float32)
        table /= np.linalg.norm(table, axis=1, keepdims=True)
        place = {name: i for i, name in enumerate(names)}
        self._near: dict[str, list[str]] = {}
        for word in sorted(place.keys() & set(self._words)):
            likeness = table @ table[place[word]]
            best = np.argsort(-likeness, kind="stable")[1:12]
            self._near[word] = [names[i] for i in best if likeness[i] > ALIKE]

    def of(self, text: str) -> str:
        """One variant: other words, a part, the joint of two messages, or a mixture of these."""
        lot = self._draw.random()
        if len(text.split()) > 45:
            return self._reworded(self._part(text))
        if lot < 0.55:
            return self._reworded(text)
        if lot < 0.68:
            return self._part(text)
        joint = self._joint(text)
        return joint if lot < 0.85 else self._reworded(joint)

    def _reworded(self, text: str) -> str:
        swapped, dropped = self._draw.choice((0.1, 0.2, 0.35)), self._draw.choice((0, 0.05, 0.12))
        strange = self._draw.choice((0, 0, 0.05, 0.12))
        found = []
        for token in re.findall(r"[A-Za-z']+|[^A-Za-z']+", text):
            lot, near = self._draw.random(), self._near.get(token.lower())
            if not re.match("[A-Za-z']", token) or lot >= dropped + strange + swapped:
                found.append(token)
            elif lot >= dropped + strange:
                found.append(self._draw.choice(near) if near else token)
            elif lot >= dropped:
                found.append(self._draw.choice(self._words))
        return " ".join("".join(found).split())

    def _part(self, text: str) -> str:
        words = text.split()
        length = min(self._draw.randint(3, 14), len(words))
        start = self._draw.randrange(len(words) - length + 1)
        return " ".join(words[start : start + length])

    def _joint(self, text: str) -> str:
        one, other = text.split(), self._draw.choice(self._texts).split()
        end = max(1, self._draw.randint(len(one) // 3, len(one)))
        start = self._draw.randint(0, len(other) * 2 // 3)
        return " ".join(one[:end][:20] + other[start:][:20])


def messages() -> tuple[list[str], Targets, Targets]:
    """What is learnt from, whether each is danger and an emergency, and how much that counts."""
    found: dict[str, tuple[float, float, float]] = {}  # danger, emergency, what the first counts
    tiers: dict[str, str] = {}
    for name in ("positives", "negatives", "tuning-2"):
        for row in tuning(name):
            if "tier" in row:
                tiers[str(row["category"])] = str(row["tier"])
            danger, grave = float("tier" in row), float(row.get("tier") == "emergency")
            found[str(row["text"])] = (danger, grave, 0.3 if row.get("resources_ok") else 1.0)
    for category, block in read_yaml("safety/examples.yaml").items():
        grave = float(tiers.get(category) == "emergency")
        found |= dict.fromkeys(block["shown"], (1.0, grave, 1.0))
    found |= {text: (0.0, 0.0, weight) for text, danger, weight in outside() if not danger}
    rows = np.array(list(found.values()), np.float32)
    return list(found), rows[:, :2], np.stack([rows[:, 2], np.ones(len(rows), np.float32)], axis=1)


def main() -> int:
    """The command line."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("weights", type=Path)
    folder = parser.parse_args().weights
    torch.manual_seed(0)
    texts, targets, counts = messages()
    short = [text[:CHARACTERS] for text in texts]
    teacher = Pupil(folder, 6)
    teacher.learn(short, targets, counts, rounds=4, batch=32, rate=6e-5)
    make = Variants(texts)
    new = list(dict.fromkeys(make.of(text) for text in texts for _ in range(VARIANTS)))
    new = [text[:CHARACTERS] for text in new if " " in text]
    pupil = Pupil(folder, 2)
    pupil.learn(short, targets, counts, rounds=4, batch=32, rate=6e-5)
    both = np.concatenate([(teacher.opinion(short) + targets) / 2, teacher.opinion(new)])
    pupil.learn(short + new, both, np.ones_like(both), rounds=2, batch=48, rate=1.2e-4)
    pupil.write(FOLDER / "safety" / "encoder", texts + new)
    return 0


if __name__ == "__main__":
    sys.exit(main())
