"""Builds the word-vector table. See README.md for the inputs and the command."""

import argparse
import resource
import time
from collections.abc import Sequence
from pathlib import Path

import entries as vocabulary
import numpy as np
import store
import texts as corpus
import torch
import wordnet
from fit import Recipe, fit
from numpy.typing import NDArray
from teacher import Teacher
from texts import Pair

HERE = Path(__file__).parent
SIZE = 46_000  # entries at most
ROUNDS = 170  # times that the question patterns are filled
KINDS = ("data", "index")  # WordNet's files for each part of speech
SENSES = 3  # meanings of a word that WordNet counts as its commonest


def main() -> None:
    """Reads the inputs, fits, and writes the table."""
    started = time.monotonic()
    options = _options()
    torch.set_num_threads(1)
    torch.use_deterministic_algorithms(True)
    inputs = [options.texts, options.model / "model.safetensors", options.model / "tokenizer.json"]
    inputs += [options.wordnet / f"{kind}.{part}" for part in wordnet.PARTS for kind in KINDS]
    inputs += vocabulary.lists(options.scowl, (*vocabulary.COMMON, *vocabulary.LISTED))
    for file in inputs:
        store.show(file)
    kinds = corpus.own_words(HERE / "words.txt")
    plain = corpus.plain_words(HERE / "plain-words.txt")
    sentences = corpus.sentences(options.texts)
    teacher = Teacher(options.model)
    pieces = teacher.pieces()
    own = [*(phrase for phrases in kinds.values() for phrase in phrases), *plain]
    wanted = list(dict.fromkeys(word for phrase in own for word in vocabulary.words_of(phrase)))
    table = vocabulary.choose(pieces, sentences, wanted, options.scowl, SIZE)
    words = [entry for entry in table if not entry.startswith("##")]
    print(f"{len(table)} entries, {len(words)} of them whole words", flush=True)

    meanings = wordnet.meanings(options.wordnet, {word for word in words if len(word) > 1}, SENSES)
    kinds["word"] = [word for word in words if len(word) > 2 and word.isalpha()]
    pairs = [Pair(word, plain.get(word, word)) for word in words]
    pairs += corpus.questions(HERE / "questions.txt", kinds, plain, ROUNDS, seed=1)
    pairs += [Pair(text, text) for text in corpus.fragments(sentences, seed=2)]
    pairs += [Pair(text, text) for text in sentences]
    defined = _defined(meanings)
    glossed = [Pair(word, meaning) for word, meaning in plain.items()]
    taught = _taught(teacher, [*words, *(pair.taught for pair in [*pairs, *glossed, *defined])])
    print(f"taught {len(taught)} texts, {time.monotonic() - started:.0f} s", flush=True)

    start = _start(table, pieces, defined, plain, teacher, taught)
    numbers = {entry: number for number, entry in enumerate(table)}
    lessons = [
        (vocabulary.rows_of(pair.asked, numbers), taught[pair.taught])
        for pair in [*pairs, *glossed, *defined]
    ]
    lessons = [lesson for lesson in lessons if lesson[0]]
    vectors, weights = fit(
        start, [rows for rows, _ in lessons], np.array([goal for _, goal in lessons]), Recipe()
    )
    store.save(options.out, table, vectors, weights)
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6
    print(f"{time.monotonic() - started:.0f} s, {memory:.1f} GB at most")


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    for name, text in (
        ("texts", "texts.txt.gz, a sentence a line"),
        ("model", "the folder with the teacher's model.safetensors and tokenizer.json"),
        ("scowl", "the folder of SCOWL's word lists"),
        ("wordnet", "the folder of WordNet's data and index files"),
        ("out", "where the table goes"),
    ):
        parser.add_argument(f"--{name}", type=Path, required=True, help=text)
    return parser.parse_args()


def _defined(meanings: Sequence[wordnet.Meaning]) -> list[Pair]:
    """Each phrase, and each definition, must point where the whole dictionary entry does."""
    found = []
    for meaning in meanings:
        entry = f"{', '.join(meaning.phrases)}: {meaning.definition}"
        found += [Pair(text, entry) for text in (*meaning.phrases, meaning.definition)]
    return found


def _taught(teacher: Teacher, texts: Sequence[str]) -> dict[str, NDArray[np.float32]]:
    once = list(dict.fromkeys(texts))
    return dict(zip(once, teacher.vectors(once), strict=True))


def _start(
    table: Sequence[str],
    pieces: dict[str, int],
    defined: Sequence[Pair],
    plain: dict[str, str],
    teacher: Teacher,
    taught: dict[str, NDArray[np.float32]],
) -> NDArray[np.float32]:
    """Where each entry's vector starts: the teacher's for the word or piece alone.

    What the teacher knows only as pieces it would place by its spelling, so there the dictionary's
    meanings have an equal say, and our own list of plain words the only one.
    """
    numbers = {entry: number for number, entry in enumerate(table)}
    parts = [entry for entry in table if entry.startswith("##")]
    words = np.array([taught[entry] for entry in table if not entry.startswith("##")])
    said = np.zeros_like(words)
    for phrase, meaning in defined:
        word = phrase.lower()
        if word in numbers and word not in pieces and word not in plain:
            said[numbers[word]] += taught[meaning]
    words += said / np.maximum(np.linalg.norm(said, axis=1, keepdims=True), 1e-9)
    for word, meaning in plain.items():
        if word in numbers:
            own = taught[meaning]
            words[numbers[word]] = words[numbers[word]] + own if word in pieces else own
    words /= np.linalg.norm(words, axis=1, keepdims=True)
    return np.concatenate([words, teacher.piece_vectors([pieces[part] for part in parts])])


if __name__ == "__main__":
    main()
