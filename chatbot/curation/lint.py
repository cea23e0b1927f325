"""What reads badly, promises too much or contradicts itself: warnings, for a person to decide."""

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
# A code, the values of its message, and the words of a passage that it is about.
_Remark = tuple[str, dict[str, object], str]


def lint(corpus: Corpus, files: Files) -> tuple[Problem, ...]:
    """All warnings about documents that are not retired, in the order of files and lines."""
    kept = [document for document in corpus.documents if document.status is not Status.RETIRED]
    texts = _texts(files)
    found = set(_twice(kept, corpus.clinic.language))
    for document in kept:
        text, seen = texts[document.file], set(rules()["known_abbreviations"])
        for passage in document.passages:
            remarks = [*_leaning(document.kind, passage.text), *_unsafe(passage.text)]
            remarks += _abbreviations(document, passage.text, seen)
            for code, values, words in remarks:
                line = _line(text, passage, words)
                found.add(finding(code, document.file, line, **values))
        for code, values in _whole(document, corpus.clinic.language):
            found.add(finding(code, document.file, document.line, **values))
    return tuple(sorted(found))


def numbers(corpus: Corpus, files: Files) -> dict[tuple[str, str], dict[str, tuple[str, ...]]]:
    """What each topic says in numbers: {(topic, unit): {number: places}}, stated in 2+ places.

    A topic is a tag; a number belongs to it when both stand in one sentence.
    """
    analyzer = Analyzer(corpus.clinic.language)
    tags = {analyzer.terms(tag): tag for d in corpus.documents for tag in d.tags}
    lengths = {len(terms) for terms in tags}
    texts = _texts(files)
    told: dict[tuple[str, str], dict[str, dict[str, None]]] = defaultdict(lambda: defaultdict(dict))
    units: dict[str, str] = {}  # as they are first written
    kept = (d for d in corpus.documents if d.status is not Status.RETIRED)
    for document, passage in ((d, passage) for d in kept for passage in d.passages):
        for sentence in _SENTENCE_BREAK.split(passage.text):
            stated = rules()["number"].findall(sentence)
            terms = analyzer.terms(sentence) if stated else ()
            runs = {terms[at : at + n] for n in lengths for at in range(len(terms))}
            topics = runs & tags.keys()
            line = _line(texts[document.file], passage, sentence) if topics else 0
            for number, unit in stated:
                for topic in topics:
                    shown = units.setdefault(analyzer.stem(unit), unit)
                    told[tags[topic], shown][number][f"{document.file}:{line}"] = None
    return {
        key: {number: tuple(places) for number, places in sorted(values.items())}
        for key, values in sorted(told.items())
        if len({place for places in values.values() for place in places}) > 1
    }


@cache
def rules() -> Mapping[str, Any]:
    """The rules of `builtin/lint.yaml`, their expressions compiled."""
    raw = read_yaml("lint.yaml")
    unsafe = [
        (r["near"], _compiled(r["match"]), _compiled(r.get("not", "(?!)")), r["why"])
        for r in raw["unsafe"]
    ]
    unit = "|".join(raw["units"])
    number = rf"(?<![\w.,])(\d+(?:[.,]\d+)*(?: ?(?:-|–|to) ?\d+(?:[.,]\d+)*)?) ?-?({unit})(?!\w)"
    leaning = {name: _compiled(rule) for name, rule in raw["leaning"].items()}
    compiled = {"unsafe": unsafe, "number": _compiled(number), "leaning": leaning}
    return {**raw, **compiled, "medical": _compiled(raw["medical"])}


def _compiled(expression: str) -> re.Pattern[str]:
    return re.compile(expression, re.IGNORECASE)


def _texts(files: Files) -> dict[str, str]:
    return {path: decode(path, content).text for path, content in files.contents.items()}


def _line(text: str, passage: Passage, words: str) -> int:
    """The line of the first of these words in a passage, else of the passage; the line breaks of
    an FAQ answer may have been folded."""
    start, end = passage.span
    places = (text.find(wanted, start, end) for wanted in (words, words[:20]))
    place = next((place for place in places if place >= 0), start)
    return text.count("\n", 0, place) + 1


def _twice(documents: list[Document], language: str) -> Iterator[Problem]:
    """Questions and texts that an earlier document has too."""
    analyzer = Analyzer(language)
    fillers = min(read_yaml("stopwords.yaml").items())[1]  # the words of least weight
    small = set(analyzer.terms(" ".join(fillers)))
    first: dict[object, Document] = {}
    for document in documents:
        for question in (document.title, *document.also_asked):
            terms = frozenset(analyzer.terms(question))
            other = first.setdefault(terms - small or terms, document)
            if other is not document:
                values = {"question": question, "other": _place(other)}
                yield finding("same-question", document.file, document.line, **values)
        for passage in document.passages:
            other = first.setdefault(passage.sha256, document)
            if other is not document:
                yield finding("same-text", document.file, document.line, other=_place(other))


def _place(document: Document) -> str:
    return f"{document.id} ({document.file}:{document.line})"


def _leaning(kind: Kind, text: str) -> Iterator[_Remark]:
    leaning = rules()["leaning"]
    begins = leaning["anywhere"].match(text)
    if not begins and kind is Kind.ARTICLE:
        begins = leaning["in_articles"].match(text)
    for match in (begins, *leaning["inside"].finditer(text)):
        if match:
            yield "leans-on-context", {"words": match[0]}, match[0]


def _unsafe(text: str) -> Iterator[_Remark]:
    lowered = text.lower()
    for near, match, spared, why in rules()["unsafe"]:
        there = any(part in lowered for part in near) and match.search(lowered)
        for start, end in sentences(text) if there else ():
            found = match.search(text[start:end])
            if found and not spared.search(text[start:end]):
                yield "unsafe-wording", {"words": found[0], "why": why}, found[0]


def _abbreviations(document: Document, text: str, seen: set[str]) -> Iterator[_Remark]:
    """Short forms not explained as in "multiple sclerosis (MS)" or "MS (multiple sclerosis)"."""
    words = {short.rstrip("s") for short in _SHORT.findall(text)} - seen
    seen |= words
    whole = "\n".join([document.title, *(p.text for p in document.passages)]) if words else ""
    for word in words:
        if not re.search(rf"\({word}s?\b|\b{word}s? \(", whole):
            yield "abbreviation", {"word": word}, word


def _whole(document: Document, language: str) -> Iterator[tuple[str, dict[str, object]]]:
    """Remarks on a document as a whole: how long it is approved, references and reading age.

    Kincaid and others 1975: grade = 0.39 words/sentence + 11.8 syllables/word - 15.59.
    """
    on, last = document.approved_on, document.review_by
    if on and last and last.year - on.year > rules()["approval_years"]:
        yield "long-approval", {"last": last}
    spoken = " ".join(passage.text for passage in document.passages)
    medical = document.kind is Kind.ARTICLE and rules()["medical"].search(spoken)
    if medical and not document.references:
        yield "no-references", {}
    limit, words, count = rules()["reading_age"], list[str](), 0
    # A list item is read as a sentence of its own.
    for line in (line for passage in document.passages for line in passage.text.splitlines()):
        words += (found := _WORD.findall(line))
        count += max(1, len(_SENTENCE_END.findall(line))) if found else 0
    if language.startswith("en") and len(words) >= limit["words"]:
        length = len(words) / count
        grade = 0.39 * length + 11.8 * sum(map(_syllables, words)) / len(words) - 15.59
        if (age := round(grade + 5)) > limit["highest"]:
            yield "reading-age", {"age": age, "limit": limit["highest"], "words": round(length)}


@cache
def _syllables(word: str) -> int:
    lower = word.lower()
    groups = len(_VOWELS.findall(lower))
    silent = lower.endswith("e") and not lower.endswith(("le", "ee", "ye"))
    return max(1, groups - silent)
