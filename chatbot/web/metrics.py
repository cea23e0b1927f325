"""Numbers for Prometheus: counts and times, never a word of anybody's."""

from collections.abc import Mapping

from chatbot.errors import Problem, SettingsError
from chatbot.settings import PREFIX

BUCKETS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1.0)  # seconds
GAUGES = {
    "live_documents": "Documents that may be quoted",
    "expiring_documents": "Live documents whose approval ends within 30 days",
    "knowledge_errors": "Errors in the knowledge folder",
    "oldest_approval_days": "Days since the oldest live approval",
    "database_up": "1 when the database answers",
    "oldest_delivery_seconds": "Age of the oldest notification that waits to be sent",
    "handoffs_overdue": "Hand-offs that are overdue",
    "exchanges_dropped": "Exchanges that could not be noted",
}


class Metrics:
    """What one process counts; each process behind a balancer is scraped by itself."""

    def __init__(self) -> None:
        try:
            import prometheus_client as prometheus
        except ImportError as error:
            fix = "Run `pip install -r requirements-scale.txt`, or leave it off."
            missing = "needs a package that is not installed."
            problem = Problem(f"{PREFIX}METRICS", 0, "setting", missing, fix)
            raise SettingsError([problem]) from error
        self._registry = registry = prometheus.CollectorRegistry()
        self._render = prometheus.generate_latest
        self._questions = prometheus.Counter(
            "faq_questions", "Questions by outcome", ["outcome", "reason"], registry=registry
        )
        self._seconds = prometheus.Histogram(
            "faq_reply_seconds", "Time to a reply", buckets=BUCKETS, registry=registry
        )
        self._gauges = {
            name: prometheus.Gauge(f"faq_{name}", text, registry=registry)
            for name, text in GAUGES.items()
        }

    def replied(self, outcome: str, reason: str, seconds: float) -> None:
        """Count one reply."""
        self._questions.labels(outcome, reason).inc()
        self._seconds.observe(seconds)

    def page(self, values: Mapping[str, float]) -> bytes:
        """The text that Prometheus reads, with the gauges at these values."""
        for name, value in values.items():
            self._gauges[name].set(value)
        return self._render(self._registry)
