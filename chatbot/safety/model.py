"""The words of the safety package: how serious, about what, and who can help."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum


class Safety(StrEnum):
    """What a reply says about danger; the order below is from harmless to grave."""

    NONE = "none"
    URGENT = "urgent"  # "contact the clinic today; emergency number if…"
    CONCERN = "concern"  # resources above the answer
    EMERGENCY = "emergency"  # resources only

    @property
    def gravity(self) -> int:
        """0 for none up to 3 for emergency, for comparing."""
        return list(Safety).index(self)


@dataclass(frozen=True, slots=True)
class Danger:
    """What the detector found in a message. `matched` names the rules, to explain, never logs."""

    safety: Safety
    categories: tuple[str, ...] = ()
    matched: tuple[str, ...] = ()
    language: str = "en"  # the language the danger was written in, for the wording
    helper: bool = False  # the message speaks of somebody else, so the reply speaks to a helper


@dataclass(frozen=True, slots=True)
class Resource:
    """Somebody to call, text or read. `text` is a number; `text_body` what to send to it."""

    label: str
    call: str | None = None
    text: str | None = None
    url: str | None = None
    text_body: str | None = None
    verified_on: date | None = None
