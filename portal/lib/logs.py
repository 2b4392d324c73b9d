"""Structured logs in the five categories of operations: application, model, activity, payment, system.

Loggers are named `portal.<category>`; request id, user and organization are bound per request by the web floor.
Values under a telling key (password, token, address …) are struck out before anything is written.
"""

import logging
import logging.config
import re
from typing import Any

import structlog

CATEGORIES = ("application", "model", "activity", "payment", "system")
_TELLING = re.compile(
    r"pass|secret|token|cookie|authorization|e?mail|address|phone|api_?key|session|subject|body", re.I
)


def strike_out(_logger: Any, _name: str, line: dict[str, Any]) -> dict[str, Any]:
    """Replaces values whose key tells that they are secret or personal."""
    return {key: "[struck out]" if _TELLING.search(key) and value else value for key, value in line.items()}


def add_category(_logger: Any, _name: str, line: dict[str, Any]) -> dict[str, Any]:
    """The category from the logger's name; what other libraries log is `application`."""
    name = str(line.get("logger", ""))
    found = name.removeprefix("portal.")
    line["category"] = found if found in CATEGORIES else "application"
    return line


def configure(options: dict[str, str]) -> None:
    """Django's LOGGING_CONFIG: `format` is json or console, `level` the lowest level written."""
    shared: list[Any] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_logger_name,
        structlog.stdlib.add_log_level,
        structlog.stdlib.ExtraAdder(),
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        add_category,
        strike_out,
    ]
    renderer: Any = structlog.dev.ConsoleRenderer(colors=False)
    if options["format"] == "json":
        shared.append(structlog.processors.dict_tracebacks)
        renderer = structlog.processors.JSONRenderer()
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=False,
    )
    _write_through(shared, renderer, options["level"])
    for noisy in ("django.server", "django.request", "django.security.DisallowedHost"):
        logging.getLogger(noisy).setLevel("ERROR")
    for repeating in ("celery.beat", "celery.worker.strategy"):  # what was done is told by celery.app.trace
        logging.getLogger(repeating).setLevel("WARNING")


def _write_through(shared: list[Any], renderer: Any, level: str) -> None:
    """What other libraries log passes the same processors as our own lines."""
    handler = logging.StreamHandler()
    formatter = structlog.stdlib.ProcessorFormatter
    handler.setFormatter(formatter(foreign_pre_chain=shared, processors=[formatter.remove_processors_meta, renderer]))
    root = logging.getLogger()
    root.handlers = [handler]
    root.setLevel(level)
