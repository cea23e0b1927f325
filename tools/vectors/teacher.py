"""The teacher: all-MiniLM-L6-v2 run from its weights file, mean of the last layer, length 1."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from safetensors.torch import load_file
from tokenizers import Tokenizer
from torch import Tensor
from torch.nn import functional

HEADS = 12
LAYERS = 6
EPSILON = 1e-12
LONGEST = 128  # word pieces read of a text; the sentences here are far shorter


class Teacher:
    """Turns texts into the vectors that the table must reproduce."""

    def __init__(self, folder: Path, layers: int = LAYERS) -> None:
        """Reads ``model.safetensors`` and ``tokenizer.json`` from `folder`."""
        self._layers = layers
        self._weights = load_file(folder / "model.safetensors")
        self._tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
        self._tokenizer.no_padding()
        self._tokenizer.enable_truncation(LONGEST)

    def pieces(self) -> dict[str, int]:
        """The teacher's word pieces and their numbers."""
        return dict(sorted(self._tokenizer.get_vocab().items()))

    def vectors(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """One row of 384 numbers for each text, of length 1."""
        ids = [encoding.ids for encoding in self._tokenizer.encode_batch(list(texts))]
        return self._rows(ids)

    def piece_vectors(self, ids: Sequence[int]) -> NDArray[np.float32]:
        """The same for single word pieces, given by their numbers in the teacher's vocabulary."""
        start, end = (self._tokenizer.token_to_id(token) for token in ("[CLS]", "[SEP]"))
        return self._rows([[start, number, end] for number in ids])

    @torch.no_grad()
    def _rows(self, ids: list[list[int]]) -> NDArray[np.float32]:
        rows = np.empty((len(ids), 384), dtype=np.float32)
        order = sorted(range(len(ids)), key=lambda i: len(ids[i]))
        for start in range(0, len(order), 64):
            chosen = order[start : start + 64]
            longest = len(ids[chosen[-1]])
            padded = torch.tensor([ids[i] + [0] * (longest - len(ids[i])) for i in chosen])
            mask = torch.tensor(
                [[1.0] * len(ids[i]) + [0.0] * (longest - len(ids[i])) for i in chosen]
            )
            rows[chosen] = self._forward(padded, mask).numpy()
        return rows

    def _forward(self, ids: Tensor, mask: Tensor) -> Tensor:
        weights = self._weights
        state = (
            weights["embeddings.word_embeddings.weight"][ids]
            + weights["embeddings.position_embeddings.weight"][: ids.shape[1]]
            + weights["embeddings.token_type_embeddings.weight"][0]
        )
        state = self._norm("embeddings.LayerNorm", state)
        hidden = mask[:, None, None, :].bool()
        for layer in range(self._layers):
            name = f"encoder.layer.{layer}."
            query, key, value = (
                self._linear(f"{name}attention.self.{part}", state)
                .unflatten(-1, (HEADS, -1))
                .transpose(1, 2)
                for part in ("query", "key", "value")
            )
            seen = functional.scaled_dot_product_attention(query, key, value, attn_mask=hidden)
            seen = self._linear(f"{name}attention.output.dense", seen.transpose(1, 2).flatten(2))
            state = self._norm(f"{name}attention.output.LayerNorm", state + seen)
            wide = functional.gelu(self._linear(f"{name}intermediate.dense", state))
            wide = self._linear(f"{name}output.dense", wide)
            state = self._norm(f"{name}output.LayerNorm", state + wide)
        mean = (state * mask[:, :, None]).sum(1) / mask.sum(1, keepdim=True)
        return functional.normalize(mean, dim=1)

    def _linear(self, name: str, state: Tensor) -> Tensor:
        return functional.linear(
            state, self._weights[f"{name}.weight"], self._weights[f"{name}.bias"]
        )

    def _norm(self, name: str, state: Tensor) -> Tensor:
        weight, bias = self._weights[f"{name}.weight"], self._weights[f"{name}.bias"]
        return functional.layer_norm(state, (state.shape[-1],), weight, bias, EPSILON)
