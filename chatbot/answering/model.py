"""What a visitor gets back."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from chatbot.knowledge.model import Passage
from chatbot.safety.model import Resource, Safety


class Outcome(StrEnum):
    """The six ways a question can end."""

    ANSWERED = "answered"
    CHOOSE = "choose"
    HANDOFF = "handoff"
    GREETING = "greeting"
    CRISIS = "crisis"
    CLOSED = "closed"


class Reason(StrEnum):
    """Why a question was not answered."""

    NOTHING_FOUND = "nothing_found"
    LOW_CONFIDENCE = "low_confidence"
    OUT_OF_DATE = "out_of_date"
    NOT_UNDERSTOOD = "not_understood"


@dataclass(frozen=True, slots=True)
class Quotation:
    """A passage as quoted. `key_sentence` is [start, end) in code points of `passage.text`."""

    passage: Passage
    citation: int
    key_sentence: tuple[int, int] | None = None


@dataclass(frozen=True, slots=True)
class Citation:
    """Where a quotation stands, and until when it may be relied on."""

    number: int
    document: str
    anchor: str | None
    title: str
    section: str | None
    url: str
    approved_on: date
    review_by: date
    approved_by: str


@dataclass(frozen=True, slots=True)
class Option:
    """A passage that may be meant; the visitor confirms it by asking again with `passage`."""

    label: str
    passage: str
    document: str
    anchor: str | None


@dataclass(frozen=True, slots=True)
class Reply:
    """Everything a visitor is told about one question.

    Same folder, date, settings and request give the same reply; ids and opening hours are added by
    the caller. `steps` explain the decision in plain words and are never sent to visitors.
    """

    outcome: Outcome
    message: str
    disclaimer: str
    knowledge_version: str
    reason: Reason | None = None
    looked_for: tuple[str, ...] = ()
    quotations: tuple[Quotation, ...] = ()
    citations: tuple[Citation, ...] = ()
    options: tuple[Option, ...] = ()
    personal: bool = False
    safety: Safety = Safety.NONE
    categories: tuple[str, ...] = ()
    language: str = "en"  # the language that danger was written in, for the card with resources
    resources: tuple[Resource, ...] = ()
    suggestions: tuple[str, ...] = ()
    confidence: float | None = None
    steps: tuple[str, ...] = ()
