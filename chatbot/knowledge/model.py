"""What a knowledge folder holds once it is read: documents, their passages, and the clinic."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import Literal

from chatbot.knowledge.values import Accent, Day, Email, Hours, Web, Zone


class Status(StrEnum):
    """What the author says of a document."""

    DRAFT = "draft"
    APPROVED = "approved"
    RETIRED = "retired"


class Kind(StrEnum):
    """How a document is authored."""

    ARTICLE = "article"
    FAQ = "faq"


class State(StrEnum):
    """What may be done with a document on a given day; only `LIVE` ones are quoted."""

    LIVE = "live"
    DRAFT = "draft"
    RETIRED = "retired"
    NOT_YET = "not yet"  # approved_on lies in the future
    OUT_OF_DATE = "out of date"
    TEXT_CHANGED = "text changed"
    WITHDRAWN = "withdrawn"  # taken back in the folder while the folder cannot be loaded whole


@dataclass(frozen=True, slots=True)
class Reference:
    """A source that an article names."""

    title: str
    url: Web | None = None


@dataclass(frozen=True, slots=True)
class Passage:
    """The unit of retrieval and quoting.

    `span` is [start, end) in code points of `file` without its BOM; the slice is `source`, or for
    an FAQ entry the YAML scalar that reads as `source`. `sha256` is of `source` in UTF-8, `text` is
    plain(source), `html` is render(source).
    """

    id: str
    document: str
    file: str
    span: tuple[int, int]
    source: str
    sha256: str
    text: str
    html: str
    anchor: str | None = None
    section: str | None = None
    headings: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Document:
    """An article or one FAQ entry, as authored. An FAQ entry's `title` is its question.

    `text_digest` is the first 12 hex digits of a SHA-256; `approve` writes it as `approved_text`.
    """

    id: str
    kind: Kind
    file: str
    line: int
    title: str
    status: Status
    passages: tuple[Passage, ...]
    text_digest: str
    approved_by: str | None = None
    approved_on: date | None = None
    review_by: date | None = None
    approved_text: str | None = None
    anchors: frozenset[str] = frozenset()
    also_asked: tuple[str, ...] = ()
    url: str | None = None
    author: str | None = None
    tags: tuple[str, ...] = ()
    references: tuple[Reference, ...] = ()

    def state(self, today: date, require_approved_text: bool = False) -> State:
        """What may be done with this document on `today`, a date in the clinic's time zone."""
        if self.status is not Status.APPROVED:
            return State(self.status.value)
        if self.approved_on is None or self.review_by is None or today > self.review_by:
            return State.OUT_OF_DATE
        if today < self.approved_on:
            return State.NOT_YET
        unchanged = self.approved_text == self.text_digest
        if not unchanged and (self.approved_text is not None or require_approved_text):
            return State.TEXT_CHANGED
        return State.LIVE


@dataclass(frozen=True, slots=True)
class ExtraPhrase:
    """A crisis phrase that the clinic adds; `counter` is text that takes the match back."""

    category: str
    tier: Literal["urgent", "concern", "emergency"]
    match: str
    counter: str | None = field(default=None, metadata={"key": "not"})


@dataclass(frozen=True, slots=True)
class ExtraResource:
    """A place to get help that the clinic adds to the built-in ones."""

    label: str
    call: str | None = None
    text: str | None = None
    url: Web | None = None
    verified_on: Day | None = None


@dataclass(frozen=True, slots=True)
class Expectation:
    """One line of `questions.yaml`: what must not change."""

    ask: str
    expect: str
    line: int = 0


@dataclass(frozen=True, slots=True)
class Clinic:
    """`clinic.yaml`. `hours` maps mon…sun to (opens, closes) in `time_zone`."""

    name: str = "our clinic"
    url: Web | None = None
    phone: str | None = None
    email: Email | None = None
    language: str = "en"
    country: Literal["US", "CA", "GB", "AU"] = "US"
    time_zone: Zone = "UTC"
    hours: Hours = field(default_factory=dict)
    holidays: frozenset[Day] = frozenset()
    disclaimer: str | None = None
    accent: Accent = "#1f6f78"
    wording: Mapping[str, str] = field(default_factory=dict)
    closed: str | None = None
    require_approved_text: bool = False


@dataclass(frozen=True, slots=True)
class Corpus:
    """Everything one consistent reading of the folder gave."""

    clinic: Clinic
    documents: tuple[Document, ...] = ()
    synonyms: tuple[tuple[str, ...], ...] = ()
    phrases: tuple[ExtraPhrase, ...] = ()
    resources: tuple[ExtraResource, ...] = ()
    expectations: tuple[Expectation, ...] = ()

    @property
    def passages(self) -> tuple[Passage, ...]:
        """All passages, withheld ones too, in the order of the documents."""
        return tuple(passage for document in self.documents for passage in document.passages)

    def live(self, today: date, withdrawn: frozenset[str] = frozenset()) -> tuple[Document, ...]:
        """The documents that may be quoted on `today`, without those `withdrawn` by id."""
        strict = self.clinic.require_approved_text
        served = [document for document in self.documents if document.id not in withdrawn]
        return tuple(one for one in served if one.state(today, strict) is State.LIVE)
