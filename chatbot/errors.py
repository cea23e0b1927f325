"""Everything this package raises on purpose, and the findings it reports.

Not being able to answer a question is an outcome of a reply, never an exception.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum


class Level(StrEnum):
    """How bad a finding is: an error keeps a change from going live, a warning does not."""

    ERROR = "error"
    WARNING = "warning"


@dataclass(frozen=True, slots=True, order=True)
class Problem:
    """One finding about a file or a setting, with what to do about it.

    `code` is stable and may be relied on; `line` counts from 1 and is 0 where there is none.
    """

    path: str
    line: int
    code: str
    message: str
    fix: str
    level: Level = Level.ERROR

    def __str__(self) -> str:
        place = f"{self.path}:{self.line}" if self.line else self.path
        return f"{place}: {self.message} {self.fix}".rstrip()


def errors(problems: Iterable[Problem]) -> tuple[Problem, ...]:
    """Those findings that keep a change from going live."""
    return tuple(problem for problem in problems if problem.level is Level.ERROR)


class ChatbotError(Exception):
    """The root of everything raised on purpose."""


class ProblemsError(ChatbotError):
    """An error that carries every finding, not only the first."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = tuple(problems)
        super().__init__("\n".join(str(problem) for problem in self.problems))


class SettingsError(ProblemsError):
    """One or more environment values cannot be used."""


class KnowledgeError(ProblemsError):
    """The knowledge folder has errors and the caller needs it sound."""


class NotVerbatim(ChatbotError):
    """A reply was about to quote something that is not the text of a live passage."""


class StorageError(ChatbotError):
    """The database did not do what was asked."""


class SchemaOutdated(StorageError):
    """The database was made by another version of this program."""


class StorageUnavailable(StorageError):
    """The database cannot be reached, is locked, full or read-only; nothing was saved."""


class HandoffNotFound(ChatbotError):
    """There is no hand-off with this reference or token."""


class HandoffConflict(ChatbotError):
    """The same key came with another body, or the item changed since it was read."""


class TransitionRefused(ChatbotError):
    """The event is not allowed in the item's present state."""


class DeliveryError(ChatbotError):
    """A notification was not accepted by its receiver.

    `permanent` is True when trying again cannot help (a refused address, a bad URL);
    `retry_after` is the receiver's own wish in seconds, if it stated one.
    """

    def __init__(
        self, message: str, *, permanent: bool = False, retry_after: float | None = None
    ) -> None:
        super().__init__(message)
        self.permanent, self.retry_after = permanent, retry_after
