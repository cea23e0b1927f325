"""What whoever runs the site can set, read once from the environment.

Every name below is an environment variable with the prefix `CHATBOT_`; `create_app` takes the same
names without it. A name may be given as `…_FILE`, the path of a file that holds the value, which
suits secrets. Empty, or None, means "not set". All bad values are reported together, each with what
would be accepted.
"""

from base64 import b64decode
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import fields
from difflib import get_close_matches
from pathlib import Path
from typing import Annotated, Any, Self
from urllib.parse import urlsplit

from pydantic import AfterValidator, BeforeValidator, ConfigDict, Field, ValidationError
from pydantic.dataclasses import dataclass

from chatbot.errors import Problem, SettingsError

PREFIX = "CHATBOT_"
ROOT = Path(__file__).resolve().parent.parent
_ALIKE = "when DATABASE_URL is PostgreSQL, so that every process signs alike"
_OURS = "with WEBHOOK_URL, so that the receiver can tell our calls from others"
_RANDOM = ", e.g. the output of `openssl rand -hex 32`"
# With what a setting begins that needs another one, that one, and why.
_PARTNERS = (
    ("DATABASE_URL", "postgresql", "SECRET_KEY", _ALIKE + _RANDOM),
    ("WEBHOOK_URL", "", "WEBHOOK_SECRET", _OURS + _RANDOM),
    ("SMTP_URL", "", "MAIL_FROM", "with SMTP_URL: the address mails come from"),
)


def _switch(on: str = "on") -> BeforeValidator:
    def read(value: str | bool) -> bool:
        if isinstance(value, bool):
            return value
        if value.lower() not in (on, "on", "off"):
            raise ValueError(f"'{on}' or 'off'")
        return value.lower() != "off"

    return BeforeValidator(read)


def _url(*schemes: str) -> AfterValidator:
    def read(value: str) -> str:
        try:
            parts = urlsplit(value)
            usable = parts.scheme in schemes and (parts.hostname or parts.path.strip("/"))
            _ = parts.port
        except ValueError:
            usable = False
        if value and not usable:
            begins = " or ".join(f"{scheme}://" for scheme in schemes)
            raise ValueError(f"a URL that begins with {begins}")
        return value.rstrip("/") if "https" in schemes else value

    return AfterValidator(read)


def _origins(value: str | tuple[str, ...]) -> tuple[str, ...]:
    items = value.split(",") if isinstance(value, str) else value
    origins = tuple(item.strip().rstrip("/") for item in items if item.strip())
    for origin in origins:
        parts = urlsplit(origin)
        exact = parts.scheme in ("http", "https") and parts.netloc and not parts.path + parts.query
        if not exact or any(character in origin for character in " ;'\"*"):
            raise ValueError(
                "a comma list of exact origins without paths or wildcards, "
                "e.g. https://blog.example,https://www.example"
            )
    return origins


def _rate(value: str) -> str:
    from limits import parse

    if value.lower() == "off":
        return "off"
    try:
        if not parse(value).amount:
            raise ValueError
    except ValueError:
        raise ValueError("'off' or a rate such as '60 per minute'") from None
    return value


def _address(value: str) -> str:
    if value and (value.count("@") != 1 or any(c in value for c in "\r\n ,;<>")):
        raise ValueError("one e-mail address such as desk@clinic.example")
    return value


def _key(value: str) -> str:
    with suppress(ValueError):
        if not value.startswith("whsec_") or b64decode(value[6:], validate=True):
            return value
    raise ValueError("a text of your own, or whsec_ with a key in base64 behind it")


_Switch = Annotated[bool, _switch()]
_Address = Annotated[str, AfterValidator(_address)]


@dataclass(frozen=True, slots=True, config=ConfigDict(extra="forbid"))
class Settings:
    """The settings, checked."""

    knowledge: Path = Path("knowledge")
    database_url: Annotated[str, _url("sqlite", "postgresql", "postgresql+psycopg")] = ""
    secret_key: str = ""
    public_url: Annotated[str, _url("http", "https")] = ""
    embed_origins: Annotated[tuple[str, ...], BeforeValidator(_origins)] = ()
    rate_limit: Annotated[str, AfterValidator(_rate)] = "60 per minute"
    redis_url: Annotated[str, _url("redis", "rediss", "unix")] = ""
    trusted_proxies: Annotated[int, Field(ge=0, le=10)] = 0
    smtp_url: Annotated[str, _url("smtp", "smtps")] = ""
    mail_from: _Address = ""
    notify_email: _Address = ""
    webhook_url: Annotated[str, _url("http", "https")] = ""
    webhook_secret: Annotated[str, AfterValidator(_key)] = ""
    webhook_private: _Switch = False
    retention_days: Annotated[int, Field(ge=1, le=3650)] = 90
    question_log: _Switch = False
    metrics: _Switch = False
    semantics: _Switch = True
    staff_mfa: Annotated[bool, _switch("required")] = True
    instance: Path = Path("instance")

    @classmethod
    def from_environ(cls, environ: Mapping[str, str]) -> Self:
        """The settings in `environ`; raises SettingsError with every bad value."""
        own = (name for name in environ if name.startswith(PREFIX))
        return cls.from_mapping({name.removeprefix(PREFIX): environ[name] for name in own})

    @classmethod
    def from_mapping(cls, given: Mapping[str, Any]) -> Self:
        """The settings in a mapping of names without prefix; raises SettingsError likewise."""
        problems: list[Problem] = []
        values, wrong = _with_files(given, problems), set()
        try:
            settings = cls(**{name.lower(): value for name, value in values.items()})
        except ValidationError as error:
            found = {str(one["loc"][0]).upper(): one for one in error.errors()}
            problems += [_refused(name, one) for name, one in found.items()]
            wrong = set(found)
        problems += [
            _problem(partner, "", f"It must be given {why}.")
            for name, start, partner, why in _PARTNERS
            if (value := str(values.get(name, ""))).startswith(start)
            and value
            and name not in wrong
            and not values.get(partner)
        ]
        if problems:
            raise SettingsError(problems)
        return settings


def _with_files(given: Mapping[str, Any], problems: list[Problem]) -> dict[str, Any]:
    bare = {name: v.strip() if isinstance(v, str) else v for name, v in given.items()}
    values = {name: value for name, value in bare.items() if value not in ("", None)}
    for name in [name for name in values if name.endswith("_FILE")]:
        try:
            path = Path(str(values.pop(name)))
            values[name.removesuffix("_FILE")] = path.read_text("utf-8").strip()
        except (OSError, UnicodeDecodeError) as error:
            reason = getattr(error, "strerror", None) or "it is not UTF-8 text"
            problems.append(_problem(name, str(path), f"It must be a readable file ({reason})."))
    return values


def _refused(name: str, error: Mapping[str, Any]) -> Problem:
    if error["type"] == "unexpected_keyword_argument":
        near = get_close_matches(name, [field.name.upper() for field in fields(Settings)], n=1)
        fix = f"Did you mean {PREFIX}{near[0]}?" if near else "Remove it, or see docs/operating.md."
        return Problem(PREFIX + name, 0, "setting", "is not a setting.", fix)
    own = error.get("ctx", {}).get("error")
    return _problem(name, str(error["input"]), f"It must be {own}." if own else f"{error['msg']}.")


def unusable(name: str, says: str, fix: str) -> SettingsError:
    """The error about one setting that looked sound and cannot be used after all."""
    return SettingsError([Problem(PREFIX + name, 0, "setting", says, fix)])


def _problem(name: str, seen: str, fix: str) -> Problem:
    shown = f"is {seen!r}." if seen else "is not set."
    if any(word in name for word in ("SECRET", "URL")) and seen:
        shown = "cannot be used as it is."  # it may hold a password
    return Problem(PREFIX + name, 0, "setting", shown, fix)
