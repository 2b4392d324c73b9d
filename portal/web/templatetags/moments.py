"""Moments as people read them: in the reader's zone, with its name.

Long lists hold many, so these are written out; nothing in them needs escaping but the words of a language.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache

from django import template
from django.utils import timezone
from django.utils.dates import MONTHS_3, WEEKDAYS_ABBR
from django.utils.formats import date_format
from django.utils.html import escape, format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.text import capfirst
from django.utils.translation import get_language
from django.utils.translation import gettext as _

register = template.Library()


@dataclass(frozen=True)
class _Words:
    """What moments are told with, in one language, ready for a page."""

    months: Mapping[int, str]
    days: Mapping[int, str]
    past: str
    future: str


def _words() -> _Words:
    return _words_in(get_language())


@lru_cache(maxsize=64)
def _words_in(_language: str | None) -> _Words:
    """Looked up once per language; call it while that one is active."""
    months = {number: escape(capfirst(str(name))) for number, name in MONTHS_3.items()}
    days = {number: escape(capfirst(str(name))) for number, name in WEEKDAYS_ABBR.items()}
    return _Words(months, days, escape(_("%(length)s ago")), escape(_("in %(length)s")))


def _exact(local: datetime, words: _Words) -> str:
    """Day and time with the zone's name ("22 Nov 2026, 14:05 CET")."""
    return f"{local.day} {words.months[local.month]} {local.year}, {_time(local)}"


def _time(local: datetime) -> str:
    return f"{local.hour:02}:{local.minute:02} {local.tzname()}"


@register.filter
def moment(at: datetime | None) -> SafeString | str:
    """`<time>` with day and time in the reader's zone, the zone named."""
    if at is None:
        return ""
    shown = _exact(timezone.localtime(at), _words())
    return mark_safe(f'<time datetime="{at.isoformat()}">{shown}</time>')  # noqa: S308  # parts are escaped or ours


@register.filter
def until(begins: datetime | None, ends: datetime | None) -> SafeString | str:
    """A period: "22 Nov 2026, 04:00 – 06:30 UTC", the second day named only when it is another one."""
    if begins is None or ends is None:
        return moment(begins)
    first, last = timezone.localtime(begins), timezone.localtime(ends)
    shape = "H:i" if first.date() == last.date() else "j M Y, H:i"
    zone = "" if first.tzname() == last.tzname() else f" {first.tzname()}"
    return format_html(
        '<time datetime="{}">{}{}</time> – <time datetime="{}">{} {}</time>',
        begins.isoformat(),
        date_format(first, "j M Y, H:i"),
        zone,
        ends.isoformat(),
        date_format(last, shape),
        last.tzname(),
    )


@register.filter
def clock(at: datetime | None) -> SafeString | str:
    """Just the time today ("14:05 CET"), with the day when it is not today."""
    if at is None:
        return ""
    local, day = timezone.localtime(at), ""
    if local.date() != timezone.localdate():
        words = _words()
        day = f"{words.days[local.weekday()]} {local.day} {words.months[local.month]}, "
    return mark_safe(f'<time datetime="{at.isoformat()}">{day}{_time(local)}</time>')  # noqa: S308  # parts are escaped or ours


@register.filter
def ago(at: datetime | None, now: datetime | None = None) -> SafeString | str:
    """ "3 h ago" or "in 20 min", with the exact moment as title."""
    if at is None:
        return ""
    seconds = ((now or timezone.now()) - at).total_seconds()
    words = _words()
    told = (words.past if seconds >= 0 else words.future) % {"length": length(abs(seconds))}
    exact = _exact(timezone.localtime(at), words)
    return mark_safe(f'<time datetime="{at.isoformat()}" title="{exact}">{told}</time>')  # noqa: S308  # parts are escaped or ours


@register.filter
def length(seconds: float) -> str:
    """A length in its two largest units: "2 h 10 min"."""
    minutes = int(seconds // 60)
    days, rest = divmod(minutes, 24 * 60)
    hours, minutes = divmod(rest, 60)
    if days:
        return f"{days} d {hours} h" if hours else f"{days} d"
    if hours:
        return f"{hours} h {minutes} min" if minutes else f"{hours} h"
    return f"{minutes} min"
