"""What visitors may send about a hand-off, field by field."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import AfterValidator, Field, model_validator

from chatbot.web.incoming import Body, Question, Text

LONGEST_LINE, LONGEST_MESSAGE = 200, 4_000


def _one_line(text: str) -> str:
    if any(ord(character) < 32 or character in "\x7f\u2028\u2029" for character in text):
        raise ValueError("must be one line without control characters")
    return text.strip()


def _address(text: str) -> str:
    name, _, domain = text.partition("@")
    if text and (not name or "." not in domain or any(c in text for c in " ,;<>()")):
        raise ValueError("is not an e-mail address; write it like name@example.org")
    return text


Line = Annotated[Text, Field(max_length=LONGEST_LINE), AfterValidator(_one_line)]
Email = Annotated[Line, AfterValidator(_address)]
Reason = Literal["nothing_found", "low_confidence", "out_of_date", "not_understood"]
Message = Annotated[Text, Field(max_length=LONGEST_MESSAGE)]


class Request(Body):
    """The body of `POST /api/v1/handoffs`; `reason` is that of the reply that led here.

    `page` is accepted and not stored.
    """

    question: Question
    message: Message = ""
    name: Line = ""
    email: Email = ""
    phone: Line = ""
    consent: bool
    reason: Reason | None = None
    page: Annotated[Text, Field(max_length=2_000)] | None = None

    @model_validator(mode="after")
    def _complete(self) -> Request:
        if not self.consent:
            raise ValueError("consent is needed: without it we may not keep your question")
        if not self.email and not self.phone:
            raise ValueError("an e-mail address or a phone number is needed, so we can answer you")
        return self


class Visiting(Body):
    """What a visitor does on the status page."""

    action: Literal["open", "follow_up", "correct", "delete"]
    code: Line = ""
    text: Message = ""
    email: Email = ""
    phone: Line = ""
