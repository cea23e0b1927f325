"""What reads badly, promises too much or contradicts itself: warnings, for a person to decide."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any

from chatbot.builtin import read_yaml
from chatbot.errors import Problem
from chatbot.knowledge.folder import Files
from chatbot.knowledge.model import Corpus, Document, Kind, Passage, Status
from chatbot.knowledge.problems import finding
from chatbot.knowledge.sentences import sentences
from chatbot.knowledge.source import decode
from chatbot.text.terms import Analyzer

_SHORT = re.compile(r"\b[A-Z]{2,6}s?\b")
_VOWELS = re.compile(r"[aeiouy]+")
_SENTENCE_END = re.compile(r"[.!?…]+(?:\s|$)")
_SENTENCE_BREAK = re.compile(r"(?<=[.!?…])\s+|\n")  # quicker than finding sentences
_WORD = re.compile(r"[A-Za-z][A-Za-z'’-]*")


def lint(corpus: Corpus, files: Files) -> tuple[Problem, ...]:
    """All warnings about documents that are not retired, in the order of files and lines."""
    kept = [document for document in corpus.documents if document.status is not Status.RETIRED]
    where = _places(files)
    found = [*_same_question(kept, corpus.clinic.language), *_same_text(kept)]
    for document in kept:
        places = where[document.file]
        for passage in document.passages:
            found += _leaning(document, passage, places)
            found += _unsafe(document, passage, places)
        found += _abbreviations(document, places)
        if corpus.clinic.language.startswith("en"):
            found += _reading_age(document)
        spoken = " ".join(passage.text for passage in document.passages)
        medical = document.kind is Kind.ARTICLE and rules()["medical"].search(spoken)
        if medical and not document.references:
            found.append(finding("no-references", document.file, document.line))
    return tuple(sorted(set(found)))


def numbers(corpus: Corpus, files: Files) -> dict[tuple[str, str], dict[str, tuple[str, ...]]]:
    """What each topic says in numbers: {(topic, unit): {number: places}}, stated in 2+ places.

    A topic is a tag; a number belongs to it when both stand in one sentence.
    """
    analyzer = Analyzer(corpus.clinic.language)
    tags = {analyzer.terms(tag): tag for d in corpus.documents for tag in d.tags}
    by_first: defaultdict[str, list[tuple[str, ...]]] = defaultdict(list)
    for terms in tags:
        by_first[terms[0] if terms else ""].append(terms)
    where = _places(files)
    told: defaultdict[tuple[str, str], defaultdict[str, list[str]]]
    told = defaultdict(lambda: defaultdict(list))
    for document in corpus.documents:
        if document.status is Status.RETIRED:
            continue
        places = where[document.file]
        for passage in document.passages:
            for sentence in _SENTENCE_BREAK.split(passage.text):
                stated = rules()["number"].findall(sentence)
                terms = analyzer.terms(sentence) if stated else ()
                topics = {tags[tag] for at, term in enumerate(terms) for tag in by_first[term]
                          if terms[at : at + len(tag)] == tag}  # fmt: skip
                line = places.line(passage, sentence) if topics else 0
                for number, unit in stated:
                    for topic in topics:
                        told[topic, analyzer.stem(unit)][number].append(f"{document.file}:{line}")
    return {
        key: {number: tuple(dict.fromkeys(at)) for number, at in sorted(values.items())}
        for key, values in sorted(told.items())
        if len({place for at in values.values() for place in at}) > 1
    }


@cache
def rules() -> Mapping[str, Any]:
    """The rules of `builtin/lint.yaml`, their expressions compiled."""
    raw = read_yaml("lint.yaml")
    unsafe = [(_compiled(r["match"]), _compiled(r.get("not", "(?!)")), r["why"])
              for r in raw["unsafe"]]  # fmt: skip
    unit = "|".join(raw["units"])
    number = rf"(?<![\w.,])(\d+(?:[.,]\d+)*(?: ?(?:-|–|to) ?\d+(?:[.,]\d+)*)?) ?-?({unit})(?!\w)"
    leaning = {name: _compiled(rule) for name, rule in raw["leaning"].items()}
    compiled = {"unsafe": unsafe, "number": _compiled(number), "leaning": leaning}
    return {**raw, **compiled, "medical": _compiled(raw["medical"])}


def _compiled(expression: str) -> re.Pattern[str]:
    return re.compile(expression, re.IGNORECASE)


def _places(files: Files) -> dict[str, _Places]:
    return {path: _Places(decode(path, content).text) for path, content in files.contents.items()}


class _Places:
    """Finds the line of words of a passage; a FAQ answer's line breaks may have been folded."""

    def __init__(self, text: str) -> None:
        self._text = text

    def line(self, passage: Passage, words: str = "") -> int:
        """The line of the first of these words, else of the passage."""
        start, end = passage.span
        for wanted in (words, words[:20]):
            if wanted and (at := self._text.find(wanted, start, end)) >= 0:
                return self._text.count("\n", 0, at) + 1
        return self._text.count("\n", 0, start) + 1


def _same_question(documents: list[Document], language: str) -> Iterator[Problem]:
    analyzer = Analyzer(language)
    fillers = min(read_yaml("stopwords.yaml").items())[1]  # the words of least weight
    small = set(analyzer.terms(" ".join(fillers)))
    first: dict[frozenset[str], Document] = {}
    for document in documents:
        for question in (document.title, *document.also_asked):
            terms = frozenset(analyzer.terms(question))
            other = first.setdefault(terms - small or terms, document)
            if other is not document:
                yield finding("same-question", document.file, document.line, question=question,
                              other=f"{other.id} ({other.file}:{other.line})")  # fmt: skip


def _same_text(documents: list[Document]) -> Iterator[Problem]:
    first: dict[str, Document] = {}
    for document in documents:
        for passage in document.passages:
            other = first.setdefault(passage.sha256, document)
            if other is not document:
                where = f"{other.id} ({other.file}:{other.line})"
                yield finding("same-text", document.file, document.line, other=where)


def _leaning(document: Document, passage: Passage, places: _Places) -> Iterator[Problem]:
    leaning, text = rules()["leaning"], passage.text
    begins = leaning["anywhere"].match(text)
    if not begins and document.kind is Kind.ARTICLE:
        begins = leaning["in_articles"].match(text)
    for match in (begins, *leaning["inside"].finditer(text)):
        if match:
            line = places.line(passage, match[0])
            yield finding("leans-on-context", document.file, line, words=match[0])


def _unsafe(document: Document, passage: Passage, places: _Places) -> Iterator[Problem]:
    lowered = passage.text.lower()  # twice as fast to look in
    for match, spared, why in rules()["unsafe"]:
        if not match.search(lowered):
            continue
        for start, end in sentences(passage.text):
            sentence = passage.text[start:end]
            found = match.search(sentence)
            if found and not spared.search(sentence):
                line = places.line(passage, found[0])
                yield finding("unsafe-wording", document.file, line, words=found[0], why=why)


def _abbreviations(document: Document, places: _Places) -> Iterator[Problem]:
    text = "\n".join([document.title, *(passage.text for passage in document.passages)])
    seen = set(rules()["known_abbreviations"])
    for passage in document.passages:
        for short in _SHORT.findall(passage.text):
            word = short.rstrip("s")
            # Explained: "multiple sclerosis (MS)" or "MS (multiple sclerosis)".
            if word not in seen and not re.search(rf"\({word}s?\b|\b{word}s? \(", text):
                line = places.line(passage, word)
                yield finding("abbreviation", document.file, line, word=word)
            seen.add(word)


def _reading_age(document: Document) -> Iterator[Problem]:
    """Kincaid and others 1975: grade = 0.39 words/sentence + 11.8 syllables/word - 15.59."""
    limit = rules()["reading_age"]
    words: list[str] = []
    count = 0
    for passage in document.passages:
        # A list item is read as a sentence of its own.
        for line in passage.text.splitlines():
            words += (found := _WORD.findall(line))
            count += max(1, len(_SENTENCE_END.findall(line))) if found else 0
    if len(words) < limit["words"]:
        return
    length = len(words) / count
    grade = 0.39 * length + 11.8 * sum(map(_syllables, words)) / len(words) - 15.59
    if (age := round(grade + 5)) > limit["highest"]:
        yield finding("reading-age", document.file, document.line, age=age,
                      limit=limit["highest"], words=round(length))  # fmt: skip


@cache
def _syllables(word: str) -> int:
    lower = word.lower()
    groups = len(_VOWELS.findall(lower))
    silent = lower.endswith("e") and not lower.endswith(("le", "ee", "ye"))
    return max(1, groups - silent)
