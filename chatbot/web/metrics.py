"""Numbers for Prometheus: counts and times, never a word of anybody's."""

from __future__ import annotations

from typing import TYPE_CHECKING

from chatbot.errors import Problem, SettingsError, StorageError
from chatbot.settings import PREFIX

if TYPE_CHECKING:
    from chatbot.web.services import Services

SOON = 30  # days ahead within which an approval counts as ending
BUCKETS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1.0)  # seconds


class Metrics:
    """What one process counts; each process behind a balancer is scraped by itself."""

    def __init__(self) -> None:
        try:
            import prometheus_client as prometheus
        except ImportError as error:
            fix = "Run `pip install -r requirements-scale.txt`, or leave it off."
            missing = "needs a package that is not installed."
            name = PREFIX + "METRICS"
            raise SettingsError([Problem(name, 0, "setting", missing, fix)]) from error
        self._registry = prometheus.CollectorRegistry()
        self._render = prometheus.generate_latest
        self._questions = prometheus.Counter(
            "faq_questions", "Questions by outcome", ["outcome", "reason"], registry=self._registry
        )
        self._seconds = prometheus.Histogram(
            "faq_reply_seconds", "Time to a reply", buckets=BUCKETS, registry=self._registry
        )
        self._gauges = {
            name: prometheus.Gauge(f"faq_{name}", text, registry=self._registry)
            for name, text in GAUGES.items()
        }

    def replied(self, outcome: str, reason: str, seconds: float) -> None:
        """Count one reply."""
        self._questions.labels(outcome, reason).inc()
        self._seconds.observe(seconds)

    def page(self, services: Services) -> bytes:
        """The text that Prometheus reads."""
        for name, value in _state(services).items():
            self._gauges[name].set(value)
        return self._render(self._registry)


GAUGES = {
    "live_documents": "Documents that may be quoted",
    "expiring_documents": f"Live documents whose approval ends within {SOON} days",
    "knowledge_errors": "Errors in the knowledge folder",
    "oldest_approval_days": "Days since the oldest live approval",
    "database_up": "1 when the database answers",
    "oldest_delivery_seconds": "Age of the oldest notification that waits to be sent",
    "handoffs_overdue": "Hand-offs that are overdue",
    "exchanges_dropped": "Exchanges that could not be noted",
}


def _state(services: Services) -> dict[str, float]:
    assistant, withdrawn = services.library.current()
    today = services.today()
    live = assistant.edition(today, withdrawn).live.values()
    ages = [(today - document.approved_on).days for document in live if document.approved_on]
    ends = [(document.review_by - today).days for document in live if document.review_by]
    problems = services.library.snapshot.problems
    state: dict[str, float] = {
        "live_documents": len(live),
        "expiring_documents": sum(days <= SOON for days in ends),
        "knowledge_errors": sum(problem.level == "error" for problem in problems),
        "oldest_approval_days": max(ages, default=0),
        "exchanges_dropped": services.store.exchanges.dropped,
    }
    try:
        waiting = services.store.oldest_waiting(services.now())
        numbers = services.store.inbox.numbers(services.now(), services.clinic.time_zone)
    except StorageError:
        return state | {"database_up": 0}
    age = (services.now() - waiting).total_seconds() if waiting else 0.0
    overdue = {"handoffs_overdue": numbers.overdue, "oldest_delivery_seconds": age}
    return state | overdue | {"database_up": 1}
