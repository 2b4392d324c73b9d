"""Structured logs in the five categories of operations: application, model, activity, payment, system.

Loggers are named `portal.<category>`; request id, user and organization are bound per request by the web floor.
Values under a telling key (password, token, address …) are struck out before anything is written. An exception is told
by its kind and the lines it came through: never by local variables, and a database's by its first line alone, since its
detail quotes the row. What Django says of a request loses the address, which may hold a letter's secret.
"""

import logging
import logging.config
import re
import traceback
from typing import Any, TextIO

import structlog

CATEGORIES = ("application", "model", "activity", "payment", "system")
_TELLING = re.compile(
    r"pass|secret|token|cookie|authorization|e?mail|address|phone|api_?key|session|subject|body", re.I
)

_QUOTED_ROW = re.compile(r"^(?:DETAIL|CONTEXT|LINE \d+|STATEMENT): .*$\n?", re.M)
_TRANSFORM = structlog.tracebacks.ExceptionDictTransformer(show_locals=False, use_rich=False)


def strike_out(_logger: Any, _name: str, line: dict[str, Any]) -> dict[str, Any]:
    """Replaces values whose key tells that they are secret or personal."""
    return {key: "[struck out]" if _TELLING.search(key) and value else value for key, value in line.items()}


def add_category(_logger: Any, _name: str, line: dict[str, Any]) -> dict[str, Any]:
    """The category from the logger's name; what other libraries log is `application`."""
    name = str(line.get("logger", ""))
    found = name.removeprefix("portal.")
    line["category"] = found if found in CATEGORIES else "application"
    return line


def tell_no_address(_logger: Any, _name: str, line: dict[str, Any]) -> dict[str, Any]:
    """Django's own lines about requests end with the path and carry the request itself; the request id finds both."""
    if str(line.get("logger", "")).startswith(("django.request", "django.security")):
        line.pop("request", None)
        line["event"] = str(line.get("event", "")).split(": ")[0]
    return line


def _without_row(text: str) -> str:
    """What a database says, without the row that it quotes."""
    return _QUOTED_ROW.sub("", text)


def _plain_traceback(written: TextIO, failure: Any) -> None:
    written.write("\n" + _without_row("".join(traceback.format_exception(*failure))))


def _told(failure: Any) -> list[dict[str, Any]]:
    """An exception for machines."""
    told = _TRANSFORM(failure)
    for one in told:
        one["exc_value"] = _without_row(one["exc_value"])
    return told


def configure(options: dict[str, str]) -> None:
    """Django's LOGGING_CONFIG: `format` is json or console, `level` the lowest level written."""
    shared: list[Any] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_logger_name,
        structlog.stdlib.add_log_level,
        structlog.stdlib.ExtraAdder(),
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        add_category,
        tell_no_address,
        strike_out,
    ]
    renderer: Any = structlog.dev.ConsoleRenderer(colors=False, exception_formatter=_plain_traceback)
    if options["format"] == "json":
        shared.append(structlog.processors.ExceptionRenderer(_told))
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


def _write_through(shared: list[Any], renderer: Any, level: str) -> None:
    """What other libraries log passes the same processors as our own lines."""
    handler = logging.StreamHandler()
    formatter = structlog.stdlib.ProcessorFormatter
    handler.setFormatter(formatter(foreign_pre_chain=shared, processors=[formatter.remove_processors_meta, renderer]))
    root = logging.getLogger()
    root.handlers = [handler]
    root.setLevel(level)
