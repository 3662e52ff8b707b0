"""Figures of this process for Prometheus: how many requests, how long, how they ended. No label holds a value sent."""

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram
from prometheus_client.exposition import CONTENT_TYPE_LATEST, generate_latest

_SECONDS = (0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5)


class Metrics:
    """The counters, by the route's template and never its path."""

    content_type = CONTENT_TYPE_LATEST

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self._of_route: dict[tuple[str, str, int], tuple[Counter, Histogram]] = {}
        labels = ("method", "route", "status")
        self.requests = Counter("http_requests", "Requests answered.", labels, registry=self.registry)
        self.seconds = Histogram(
            "http_request_seconds",
            "Seconds from request to answer.",
            ("route",),
            buckets=_SECONDS,
            registry=self.registry,
        )
        self.problems = Counter("problems", "Problems answered, by type.", ("type",), registry=self.registry)
        self.screened = Counter("screened_texts", "Texts that the screen read.", ("accepted",), registry=self.registry)
        self.erasures_waiting = Gauge(
            "erasures_waiting", "Erased values that SQLite's log may still hold, unreadable.", registry=self.registry
        )

    def answered(self, method: str, route: str, status: int, seconds: float) -> None:
        """Count a request. Figures are looked up once for each route and not for each request."""
        try:
            count, duration = self._of_route[method, route, status]
        except KeyError:
            count, duration = self.requests.labels(method, route, status), self.seconds.labels(route)
            self._of_route[method, route, status] = count, duration
        count.inc()
        duration.observe(seconds)

    def text(self) -> bytes:
        """Return all figures in Prometheus' text format."""
        return generate_latest(self.registry)
