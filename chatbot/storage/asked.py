"""What was asked lately, for finding gaps: from the question log, reports and hand-offs."""

from datetime import datetime

from chatbot.answering.model import Outcome
from chatbot.curation.gaps import Asked, Why
from chatbot.safety.identifiers import redact
from chatbot.storage.store import Store

MOST = 2_000  # hand-offs looked at
_UNANSWERED = (Outcome.HANDOFF, Outcome.CHOOSE)


def asked(store: Store, since: datetime) -> tuple[Asked, ...]:
    """The questions from `since` on whose words are known, redacted; none of people in danger."""
    found = []
    unhelpful = {report.reply for report in store.exchanges.reports()}
    for noted in store.exchanges.since(since):
        why = Why.UNANSWERED if noted.outcome in _UNANSWERED else None
        why = Why.UNHELPFUL if noted.id in unhelpful else why
        if noted.question:
            found.append(Asked(noted.question, noted.at, why))
    for item in store.inbox.items(limit=MOST):
        if item.question and not item.urgent and item.submitted_at >= since:
            question = " ".join(redact(item.question).split())
            found.append(Asked(question, item.submitted_at, Why.HANDED_OFF))
    return tuple(found)
