"""Logs, metrics and traces. Metrics are named `fairmark_<what>_<unit>` and served at /metrics."""

import logging
import sys
from functools import cache
from typing import Any

import structlog
from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest

REGISTRY = CollectorRegistry()

_FAST = (0.0005, 0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10)

SQL_STATEMENTS = Counter("fairmark_sql_statements", "Statements sent to the database.", registry=REGISTRY)
SQL_SECONDS = Histogram("fairmark_sql_seconds", "Time per statement.", ["statement"], buckets=_FAST, registry=REGISTRY)
HTTP_SECONDS = Histogram(
    "fairmark_http_seconds", "Time per request.", ["operation", "status"], buckets=_FAST, registry=REGISTRY
)
JOB_SECONDS = Histogram("fairmark_job_seconds", "Time per background job.", ["job", "outcome"], registry=REGISTRY)
EVENTS_LAG = Gauge(
    "fairmark_events_lag_seconds", "Age of the oldest event a reader has not handled.", ["reader"], registry=REGISTRY
)
EVENTS_HANDLED = Counter("fairmark_events_handled", "Events a reader has handled.", ["reader"], registry=REGISTRY)
EVENTS_GIVEN_UP = Counter(
    "fairmark_events_given_up", "Events a reader passed over after several tries.", ["reader"], registry=REGISTRY
)


@cache
def sql_seconds(statement: str) -> Histogram:
    """The time of one named statement. Kept, as looking a label up costs more than counting."""
    return SQL_SECONDS.labels(statement)


@cache
def http_seconds(operation: str, status: str) -> Histogram:
    """The time of one operation's answers with one status."""
    return HTTP_SECONDS.labels(operation, status)


def metrics() -> bytes:
    """All metrics of this process in Prometheus' text format."""
    return generate_latest(REGISTRY)


def configure(level: str, form: str) -> None:
    """Sets up structlog and the standard library's logging to write one line per event on standard error."""
    renderer: Any = (
        structlog.processors.JSONRenderer()
        if form == "json"
        else structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty())
    )
    shared: list[Any] = [
        structlog.contextvars.merge_contextvars,
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]
    structlog.configure(
        processors=[*shared, structlog.processors.format_exc_info, renderer],
        wrapper_class=structlog.make_filtering_bound_logger(logging.getLevelNamesMapping()[level.upper()]),
        logger_factory=structlog.WriteLoggerFactory(sys.stderr),
        cache_logger_on_first_use=True,
    )
    logging.basicConfig(level=level.upper(), stream=sys.stderr, format="%(levelname)s %(name)s %(message)s", force=True)
    for noisy in ("httpx", "httpcore", "alembic", "pgqueuer"):
        logging.getLogger(noisy).setLevel(max(logging.WARNING, logging.getLevelNamesMapping()[level.upper()]))


def log(name: str) -> Any:
    """A structured logger."""
    return structlog.get_logger(name)
