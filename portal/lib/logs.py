"""Structured logs in the five categories of operations: application, model, activity, payment, system.

Loggers are named `portal.<category>`; request id, user and organization are bound per request by the web floor.
Values under a telling key (password, token, address …), at any depth, and whatever looks like an e-mail address or a
secret of ours in any text, are struck out before anything is written; tracebacks come without local variables.
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
STRUCK_OUT = "[struck out]"
_ADDRESS = re.compile(r"[\w.+%'-]+@[\w-]+(?:\.[\w-]+)+")
# Links that open something carry 20 characters and more in one piece; so do our tokens and signing secrets.
_SECRET = re.compile(
    r"(?<=[/=])(?=[\w:-]*[A-Z0-9])[\w:-]{20,}"  # in a link, or given to a setting
    r"|\b(?:whsec_|ptl_)[\w+/=-]+"
    r"|(?<=://)[^/\s:@]*:[^/\s@]+(?=@)"  # name and password in a URL
)
_QUOTED_ROW = re.compile(r"^(?:DETAIL|CONTEXT|STATEMENT):.*$", re.M)  # PostgreSQL quotes the row that it refuses
_CHATTY = (
    "celery.worker.strategy",
    "celery.app.trace",
    "celery.beat",
    "django_celery_beat.schedulers",
)


def strike_out(_logger: Any, _name: str, line: dict[str, Any]) -> dict[str, Any]:
    """Replaces what is secret or personal: by its key, or by how it looks."""
    own = ("_record", "_from_structlog", "timestamp")
    return {key: value if key in own else _without_secrets(key, value) for key, value in line.items()}


def _without_secrets(key: str, value: Any) -> Any:
    if value and _TELLING.search(key):
        return STRUCK_OUT
    if isinstance(value, dict):
        return {name: _without_secrets(str(name), inner) for name, inner in value.items()}
    if isinstance(value, list | tuple | set):
        return [_without_secrets("", inner) for inner in value]
    if value is None or isinstance(value, bool | int | float):
        return value
    return _SECRET.sub(STRUCK_OUT, _ADDRESS.sub(STRUCK_OUT, _QUOTED_ROW.sub(STRUCK_OUT, str(value))))


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
    ]
    renderer: Any = structlog.dev.ConsoleRenderer(colors=False, exception_formatter=structlog.dev.plain_traceback)
    told: Any = structlog.processors.format_exc_info
    if options["format"] == "json":
        bare = structlog.tracebacks.ExceptionDictTransformer(show_locals=False)
        told = structlog.processors.ExceptionRenderer(bare)
        renderer = structlog.processors.JSONRenderer()
    shared += [told, strike_out]
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=False,
    )
    _write_through(shared, renderer, options["level"])
    for noisy in ("django.server", "django.request", "django.security.DisallowedHost"):
        logging.getLogger(noisy).setLevel("ERROR")
    for chatty in _CHATTY:  # each task and each tick of the clock, several a second
        logging.getLogger(chatty).setLevel("WARNING")


def _write_through(shared: list[Any], renderer: Any, level: str) -> None:
    """What other libraries log passes the same processors as our own lines."""
    handler = logging.StreamHandler()
    formatter = structlog.stdlib.ProcessorFormatter
    handler.setFormatter(formatter(foreign_pre_chain=shared, processors=[formatter.remove_processors_meta, renderer]))
    root = logging.getLogger()
    root.handlers = [handler]
    root.setLevel(level)
