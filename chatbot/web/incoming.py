"""Reading what was sent: JSON and forms share field names and one parser.

A body is read in two passes. `peek` takes whatever text can be had, for the crisis check, which
comes before everything else; `parse` then insists on the contract and raises Refused.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import chain
from typing import Annotated, Any, TypeVar
from urllib.parse import parse_qs, unquote_plus, urlsplit

from flask import Request
from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError

from chatbot.web.refusals import Refused

LONGEST_BODY = 64 * 1024
LONGEST_QUESTION = 4_000
FORM, JSON = "application/x-www-form-urlencoded", "application/json"


def _without_nul(text: str) -> str:
    if "\x00" in text:
        raise Refused(400, "The text holds a NUL character. Remove it and send it again.")
    return text


def _not_blank(text: str) -> str:
    if not text.strip():
        raise ValueError("is empty; write a few words")
    return text


Text = Annotated[str, AfterValidator(_without_nul)]
Question = Annotated[
    str,
    Field(max_length=LONGEST_QUESTION),
    AfterValidator(_without_nul),
    AfterValidator(_not_blank),
]


class Body(BaseModel):
    """What every request body has in common: exact types, and no unknown fields."""

    model_config = ConfigDict(strict=True, extra="forbid", frozen=True)


class Asked(Body):
    """The body of a question."""

    question: Question
    context: list[Annotated[Text, Field(max_length=LONGEST_QUESTION)]] = Field(
        default_factory=list, max_length=50
    )
    passage: Annotated[Text, Field(max_length=120)] | None = None


@dataclass(frozen=True, slots=True)
class Raw:
    """The first 64 KB of a body, undecoded; `whole` is False when there was more."""

    data: bytes
    whole: bool
    mimetype: str

    @property
    def text(self) -> str:
        """The body as text, whatever it is."""
        return self.data.decode("utf-8", "replace")


def read(request: Request) -> Raw:
    """The body, of which at most 64 KB are taken in."""
    data = request.stream.read(LONGEST_BODY + 1)
    return Raw(data[:LONGEST_BODY], len(data) <= LONGEST_BODY, request.mimetype)


def peek(raw: Raw) -> tuple[str, tuple[str, ...]]:
    """Question and context as far as they can be made out; the whole text where they cannot."""
    try:
        fields = _fields(raw)
    except (ValueError, RecursionError):
        return "\n".join(spoken(raw)), ()
    question = fields.get("question")
    context = fields.get("context")
    earlier = [c for c in context if isinstance(c, str)] if isinstance(context, list) else []
    if not isinstance(question, str):
        return "\n".join(spoken(raw)), ()
    return question, tuple(earlier)


M = TypeVar("M", bound=Body)


def parse(raw: Raw, model: type[M], accepted: str) -> M:
    """The body as `model`; raises Refused with 400, 413, 415 or 422 and what to change."""
    return validate(fields(raw, accepted), model)


def fields(raw: Raw, accepted: str) -> dict[str, Any]:
    """The body's fields by name, still unchecked; raises Refused with 400, 413 or 415."""
    if not raw.whole:
        raise Refused(413, "A message may have at most 64 KB. Shorten it and send it again.")
    if raw.mimetype != accepted:
        raise Refused(415, f"Send it with Content-Type: {accepted}.")
    try:
        return _fields(raw)
    except (ValueError, RecursionError) as error:
        advice = "Check it and send it again."
        raise Refused(400, f"The body is not valid {accepted}. {advice}") from error


def validate(fields: Mapping[str, Any], model: type[M]) -> M:
    """The fields as `model`; raises Refused 422 naming the first wrong one."""
    try:
        return model.model_validate(fields)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        field = ".".join(str(part) for part in first["loc"]) or None
        raise Refused(422, _explain(field, first), field=field) from error


def same_site(request: Request, public_url: str) -> None:
    """Refuse a form or call that another site made the browser send; raises Refused."""
    fetch_site = request.headers.get("Sec-Fetch-Site")
    if fetch_site in ("same-origin", "none"):
        return
    origin = request.headers.get("Origin")
    ours = {urlsplit(url).netloc for url in (request.host_url, public_url) if url}
    if fetch_site is None and (origin is None or urlsplit(origin).netloc in ours):
        return
    raise Refused(403, "Open our own page and send it from there.")


def _fields(raw: Raw) -> dict[str, Any]:
    if raw.mimetype == FORM:
        pairs = parse_qs(raw.text, keep_blank_values=True, max_num_fields=100)
        return {
            name: values if name == "context" else values[-1]
            for name, values in pairs.items()
            if name in {"context", "question"} or values[-1]
        }
    fields = _json(raw)
    if not isinstance(fields, dict):
        raise ValueError("the body must be a JSON object")
    return fields


def _json(raw: Raw) -> Any:
    # Lone surrogates ("\ud800") cannot be stored, hashed or sent: they become question marks.
    text = json.dumps(json.loads(raw.data), ensure_ascii=False)
    return json.loads(text.encode("utf-8", "replace"))


def spoken(raw: Raw) -> tuple[str, ...]:
    """Every text of a body by itself, or the whole of it where it cannot be taken apart."""
    try:
        found = tuple(_texts(_fields(raw)))
    except (ValueError, RecursionError):
        found = ()
    # A form under another content type has no spaces: they were written as "+".
    return found or (raw.text if " " in raw.text else unquote_plus(raw.text),)


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict | list):
        for part in chain(value, value.values()) if isinstance(value, dict) else value:
            yield from _texts(part)


def _explain(field: str | None, error: Any) -> str:
    name = field or "the body"
    if error["type"] == "extra_forbidden":
        return f"{name} is not a field of this request. Leave it out."
    if error["type"] == "missing":
        return f"{name} is missing. Add it."
    message = error["msg"].removeprefix("Value error, ")
    message = message[:1].lower() + message[1:]
    return f"{name}: {message}."
