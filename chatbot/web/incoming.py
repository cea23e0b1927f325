"""Reading what was sent: JSON and forms share field names and one parser.

A body is read in two passes. `peek` takes whatever text can be had, for the crisis check, which
comes before everything else; `parse` then insists on the contract and raises Refused.
"""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import chain
from typing import Annotated, Any, Literal, Self, TypeVar
from urllib.parse import parse_qs, unquote_plus, urlsplit

from flask import request
from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError, model_validator

from chatbot.web.refusals import Refused
from chatbot.web.services import services

LONGEST_BODY = 64 * 1024
TEXTS = 32  # names and values of the longest of our forms, with some to spare
_FRAME = re.compile(r'"\w+"\s*:|[{}\[\]"]')  # what JSON puts around words, even where it is broken
FORM, JSON = "application/x-www-form-urlencoded", "application/json"


def _without_nul(text: str) -> str:
    if "\x00" in text:
        raise Refused(400, "The text holds a NUL character. Remove it and send it again.")
    return text


def _like(pattern: str, why: str) -> AfterValidator:
    """Text that the whole pattern fits, else what to change."""

    def checked(text: str) -> str:
        if not re.fullmatch(pattern, text, re.DOTALL):
            raise ValueError(why)
        return text

    return AfterValidator(checked)


_SPOKEN = _like(r".*\S.*", "is empty; write a few words")
_LINE = _like("[^\x00-\x1f\x7f\u2028\u2029]*", "must be one line without control characters")
_ADDRESS = _like(
    r"|[^@ ,;<>()]+@[^ ,;<>()]*\.[^ ,;<>()]*",
    "is not an e-mail address; write it like name@example.org",
)
Text = Annotated[str, AfterValidator(_without_nul)]
Message = Annotated[str, Field(max_length=4_000), AfterValidator(_without_nul)]
Question = Annotated[Message, _SPOKEN]
Line = Annotated[Text, Field(max_length=200), _LINE, AfterValidator(str.strip)]
Email = Annotated[Line, _ADDRESS]
Phone = Annotated[Line, _like(r"|(.*\d){3}.*", "is not a phone number; write its digits")]
Reason = Literal["nothing_found", "low_confidence", "out_of_date", "not_understood"]


class Body(BaseModel):
    """What every request body has in common: exact types, and no unknown fields."""

    model_config = ConfigDict(strict=True, extra="forbid", frozen=True)


class Asked(Body):
    question: Question
    context: Annotated[list[Message], Field(max_length=50)] = []
    passage: Annotated[Text, Field(max_length=120)] | None = None


class ForStaff(Body):
    """The body of `POST /api/v1/handoffs`; `reason` is that of the reply that led here."""

    question: Question
    message: Message = ""
    name: Line = ""
    email: Email = ""
    phone: Phone = ""
    consent: bool
    reason: Reason | None = None
    page: Annotated[Text, Field(max_length=2_000)] | None = None  # accepted and not stored

    @model_validator(mode="after")
    def _complete(self) -> Self:
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
    phone: Phone = ""


class Opinion(Body):
    """The body of `POST /api/v1/feedback`; `reply` is the id that came with the reply."""

    reply: Annotated[Text, Field(min_length=1, max_length=60)]
    helpful: bool
    reason: Literal["wrong", "unclear", "not_mine", "out_of_date"] | None = None


@dataclass(frozen=True, slots=True)
class Raw:
    """The first 64 KB of a body, undecoded; `whole` is False when there was more."""

    data: bytes
    whole: bool
    mimetype: str


def read() -> Raw:
    """The body of this request, of which at most 64 KB are taken in."""
    data = request.stream.read(LONGEST_BODY + 1)
    return Raw(data[:LONGEST_BODY], len(data) <= LONGEST_BODY, request.mimetype)


def peek(raw: Raw) -> tuple[str, tuple[str, ...]]:
    """Question and context as far as they can be made out; the whole text where they cannot."""
    try:
        found = _fields(raw)
    except (ValueError, RecursionError):
        found = None
    named = found if isinstance(found, dict) else {}
    question, context = named.get("question"), named.get("context")
    if not isinstance(question, str):
        return "\n".join(spoken(raw)), ()
    earlier = context if isinstance(context, list) else []
    return question, tuple(one for one in earlier if isinstance(one, str))


def spoken(raw: Raw) -> tuple[str, ...]:
    """Every text of a body by itself, or the whole of it where it cannot be taken apart. What is
    more than a form of ours has comes as one, so that a body of shreds costs no more than another.
    """
    try:
        found = tuple(_texts(_fields(raw)))
    except (ValueError, RecursionError):
        found = ()
    if found:
        rest = "\n".join(found[TEXTS:])
        return (*found[:TEXTS], rest) if rest else found
    text = _FRAME.sub("\n\n", raw.data.decode("utf-8", "replace"))
    # A form under another content type has no spaces: they were written as "+".
    return (text if " " in text else unquote_plus(text),)


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict | list):
        for part in chain(value, value.values()) if isinstance(value, dict) else value:
            yield from _texts(part)


M = TypeVar("M", bound=Body)


def parse(raw: Raw, model: type[M], accepted: str) -> M:
    """The body as `model`; raises Refused with 400, 413, 415 or 422 and what to change."""
    return validate(fields(raw, accepted), model)


def fields(raw: Raw, accepted: str) -> Any:
    """The body's fields by name, still unchecked, or what else its JSON is; raises Refused with
    400, 413 or 415."""
    if not raw.whole:
        raise Refused(413, "A message may have at most 64 KB. Shorten it and send it again.")
    if raw.mimetype != accepted:
        raise Refused(415, f"Send it with Content-Type: {accepted}.")
    try:
        return _fields(raw)
    except (ValueError, RecursionError) as error:
        advice = "Check it and send it again."
        raise Refused(400, f"The body is not valid {accepted}. {advice}") from error


def _fields(raw: Raw) -> Any:
    if raw.mimetype == FORM:
        text = raw.data.decode("utf-8", "replace")
        pairs = parse_qs(text, keep_blank_values=True, max_num_fields=100)
        return {
            name: values if name == "context" else values[-1]
            for name, values in pairs.items()
            if name in {"context", "question"} or values[-1]
        }
    # Lone surrogates ("\ud800") cannot be stored, hashed or sent: they become question marks.
    text = json.dumps(json.loads(raw.data), ensure_ascii=False)
    return json.loads(text.encode("utf-8", "replace"))


def validate(found: Any, model: type[M]) -> M:
    """The fields as `model`, null left out; raises Refused 422 naming the first wrong one."""
    if isinstance(found, dict):
        optional = {name for name, field in model.model_fields.items() if not field.is_required()}
        found = {k: v for k, v in found.items() if v is not None or k not in optional}
    try:
        return model.model_validate(found)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        field = ".".join(str(part) for part in first["loc"]) or None
        name, why = field or "the body", first["msg"].removeprefix("Value error, ")
        detail = {
            "extra_forbidden": f"{name} is not a field of this request. Leave it out.",
            "missing": f"{name} is missing. Add it.",
            "model_type": "The body must be a JSON object, in braces.",
        }.get(first["type"], f"{name}: {why[:1].lower()}{why[1:]}.")
        raise Refused(422, detail, field=field) from error


def same_site() -> None:
    """Refuse a form or call that another site made the browser send; raises Refused."""
    fetch_site, origin = request.headers.get("Sec-Fetch-Site"), request.headers.get("Origin")
    ours = {urlsplit(url).netloc for url in (request.host_url, services().settings.public_url)}
    if fetch_site is None:
        allowed = origin is None or urlsplit(origin).netloc in ours - {""}
    else:
        allowed = fetch_site in ("same-origin", "none")
    if not allowed:
        raise Refused(403, "Open our own page and send it from there.")


def limit(kind: str, told: str, unit: int = 1) -> None:
    """Count this request; raises Refused 429 when it is one too many. `told` says how many `{wait}`
    units of so many seconds to wait."""
    if wait := services().limits.wait(kind, request.remote_addr or ""):
        raise Refused(429, told.format(wait=-(-wait // unit)), retry_after=wait)
