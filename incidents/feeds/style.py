"""The look of the published pages: the house's own stylesheets, inlined, so that a page is whole by itself."""

import base64
import hashlib
import re
from functools import lru_cache
from pathlib import Path

from django.contrib.staticfiles import finders
from django.utils.safestring import SafeString, mark_safe

_SHEETS = ("tokens", "base", "shell", "status", "published")
_COMMENT = re.compile(r"/\*.*?\*/", re.S)
_BLANKS = re.compile(r"\s*\n\s*")
_SYMBOL = re.compile(r'<symbol id="([\w-]+)".*?</symbol>', re.S)
_ICONS = ("mark", "check-circle", "alert", "wrench", "question", "calendar")


@lru_cache(maxsize=8)
def stylesheet(accent: str) -> SafeString:
    """All rules as one text, without comments; `accent` is the brand's color, or empty."""
    sheets = [_COMMENT.sub("", _static(f"css/{name}.css")) for name in _SHEETS]
    print_rules = _COMMENT.sub("", _static("css/print.css"))
    brand = f":root{{--brand:{accent}}}" if accent else ""
    rules = f"{''.join(sheets)}\n@media print{{{print_rules}}}\n{brand}"
    packed = _BLANKS.sub("\n", rules).replace("</", r"<\/")
    return mark_safe(packed.strip())  # noqa: S308  # our own files; the accent is checked by the brand's validator


def policy(style: str) -> str:
    """The Content-Security-Policy of a published page: this one style, pictures in the page itself, nothing else."""
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    return (
        f"default-src 'none'; style-src 'sha256-{digest}'; img-src 'self' data:; "
        "form-action 'none'; frame-ancestors 'none'; base-uri 'none'"
    )


@lru_cache(maxsize=1)
def sprite() -> SafeString:
    """The few icons that the pages use, as symbols."""
    found = {match[1]: match[0] for match in _SYMBOL.finditer(_static("img/icons.svg"))}
    return mark_safe("".join(found[name] for name in _ICONS if name in found))  # noqa: S308  # our own file


@lru_cache(maxsize=1)
def favicon() -> str:
    """The icon of the browser's tab, as a data address."""
    return picture(_static("img/favicon.svg"))


def picture(svg: str) -> str:
    """An SVG as a data address; shown as a picture it runs no script."""
    return f"data:image/svg+xml;base64,{base64.b64encode(svg.encode()).decode()}" if svg else ""


def _static(name: str) -> str:
    found = finders.find(name)
    return Path(found).read_text() if isinstance(found, str) else ""
