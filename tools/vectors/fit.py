"""Fits the table: a text's weighted sum of word vectors must point where the teacher's does."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn import functional

Floats = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Recipe:
    """The choices of one fit; rates are Adam's, per kind of number fitted."""

    dimensions: int = 256
    epochs: int = 5
    batch: int = 512
    near: int = 32  # texts of one neighbourhood in a batch
    similarity: float = 20.0  # what the similarity matrices count beside the cosine
    map_rate: float = 1e-3
    # A word's own correction stays small: at 1e-3 the fit is closer on its own kind of texts, and
    # worse on texts of other subjects.
    correction_rate: float = 2e-4
    weight_rate: float = 1e-2
    common: float = 1e-3  # share of all words at which a word's starting weight has halved
    flatness: float = 0.25  # power taken of the starting weights
    pull: float = 0.1  # what the weights' distance from their start costs
    seed: int = 7


def principal(targets: Floats, dimensions: int) -> Floats:
    """The directions that hold most of `targets`, one a column."""
    _, directions = np.linalg.eigh((targets.T @ targets).astype(np.float64))
    return np.ascontiguousarray(directions[:, ::-1][:, :dimensions], dtype=np.float32)


def fit(
    words: Floats, texts: Sequence[Sequence[int]], targets: Floats, recipe: Recipe
) -> tuple[Floats, Floats]:
    """Vectors and weights of the words, given their teacher's vectors and the texts' rows.

    The loss is 1 - cosine to the teacher's vector (in its first principal directions), and the
    mean squared difference of the two similarity matrices of a batch.
    """
    torch.manual_seed(recipe.seed)
    base = torch.from_numpy(words)
    basis = torch.from_numpy(principal(targets, recipe.dimensions))
    full = torch.from_numpy(targets)
    goal = functional.normalize(full @ basis, dim=1)
    mapping = basis.clone().requires_grad_()
    correction = torch.zeros(len(words), recipe.dimensions, requires_grad=True)
    logarithm = start_weights(texts, len(words), recipe).requires_grad_()
    first = logarithm.detach().clone()
    groups = [
        {"params": [mapping], "lr": recipe.map_rate},
        {"params": [correction], "lr": recipe.correction_rate},
        {"params": [logarithm], "lr": recipe.weight_rate},
    ]
    steps = recipe.epochs * (len(texts) // recipe.batch)
    optimiser = torch.optim.Adam(groups, foreach=False, fused=True)
    schedule = torch.optim.lr_scheduler.LambdaLR(
        optimiser, lambda step: min(1.0, (step + 1) / 50) * max(0.02, 1 - step / steps)
    )
    lengths = [len(rows) for rows in texts]
    for epoch in range(recipe.epochs):
        order = neighbourhoods(full, recipe.near).tolist()
        total = 0.0
        for start in range(0, len(order) - recipe.batch + 1, recipe.batch):
            chosen = order[start : start + recipe.batch]
            flat = torch.tensor([row for i in chosen for row in texts[i]])
            offsets = torch.tensor([0, *np.cumsum([lengths[i] for i in chosen])[:-1]])
            weights = logarithm[flat].exp()
            made = functional.embedding_bag(
                flat, base, offsets, mode="sum", per_sample_weights=weights
            )
            made = made @ mapping + functional.embedding_bag(
                flat, correction, offsets, mode="sum", per_sample_weights=weights
            )
            loss = _loss(functional.normalize(made, dim=1), goal[chosen], full[chosen], recipe)
            loss = loss + recipe.pull * (logarithm - first).square()[flat].mean()
            optimiser.zero_grad()
            loss.backward()  # type: ignore[no-untyped-call]
            optimiser.step()
            schedule.step()
            total += loss.item()
        print(f"epoch {epoch + 1}: loss {total / (len(order) // recipe.batch):.4f}", flush=True)
    vectors = (base @ mapping + correction).detach()
    lengths_of = vectors.norm(dim=1, keepdim=True).clamp_min(1e-6)
    weights = logarithm.detach().exp() * lengths_of[:, 0]
    return (vectors / lengths_of).numpy(), weights.numpy()


def neighbourhoods(vectors: Tensor, size: int) -> Tensor:
    """A random order in which runs of about `size` texts are near each other.

    So a batch holds both: pairs of one topic, which the table must tell apart, and others. Halves
    at the median along the line between two random texts, over and over; then shuffles the runs.
    """
    runs = [torch.randperm(len(vectors))]
    while len(runs[0]) > size:
        halves = []
        for run in runs:
            first, second = vectors[run[torch.randint(len(run), (2,))]]
            order = run[(vectors[run] @ (first - second)).argsort()]
            middle = len(order) // 2
            halves += [order[:middle], order[middle:]]
        runs = halves
    return torch.cat([runs[i] for i in torch.randperm(len(runs)).tolist()])


def _loss(made: Tensor, goal: Tensor, full: Tensor, recipe: Recipe) -> Tensor:
    near = 1 - (made * goal).sum(1).mean()
    return near + recipe.similarity * (made @ made.T - full @ full.T).square().mean()


def start_weights(texts: Sequence[Sequence[int]], size: int, recipe: Recipe) -> Tensor:
    """Logarithms of weights to start from: rare rows count more, by a / (a + share) flattened."""
    counts = np.bincount(np.concatenate([np.asarray(rows) for rows in texts]), minlength=size)
    share = counts / counts.sum()
    start = recipe.flatness * np.log(recipe.common / (recipe.common + share))
    return torch.from_numpy(start.astype(np.float32))
