"""Numbers for Prometheus: counts and times, never a word of anybody's."""

from collections.abc import Mapping

from chatbot.builtin import read_yaml
from chatbot.settings import unusable

BUCKETS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1.0)  # seconds


class Metrics:
    """What one process counts; each process behind a balancer is scraped by itself."""

    def __init__(self) -> None:
        try:
            import prometheus_client
        except ImportError as error:
            fix = "Run `pip install --require-hashes -r requirements-scale.lock`, or leave it off."
            raise unusable("METRICS", "needs a package that is not installed.", fix) from error
        self._client = prometheus_client
        self._registry = registry = prometheus_client.CollectorRegistry()
        self._questions = prometheus_client.Counter(
            "faq_questions", "Questions by outcome", ["outcome", "reason"], registry=registry
        )
        self._seconds = prometheus_client.Histogram(
            "faq_reply_seconds", "Time to a reply", buckets=BUCKETS, registry=registry
        )

    def replied(self, outcome: str, reason: str, seconds: float) -> None:
        self._questions.labels(outcome, reason).inc()
        self._seconds.observe(seconds)

    def page(self, gauges: Mapping[str, float]) -> bytes:
        """The text that Prometheus reads; builtin/metrics.yaml says what a gauge means."""
        now, meanings = self._client.CollectorRegistry(), read_yaml("metrics.yaml")
        for name, value in gauges.items():
            self._client.Gauge(f"faq_{name}", meanings[name], registry=now).set(value)
        return self._client.generate_latest(self._registry) + self._client.generate_latest(now)
