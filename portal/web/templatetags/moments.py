"""Moments as people read them: in the reader's zone, with its name."""

from datetime import datetime

from django import template
from django.utils import timezone
from django.utils.dates import MONTHS_3
from django.utils.formats import date_format
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.text import capfirst
from django.utils.translation import gettext as _

register = template.Library()


def _exact(local: datetime) -> str:
    """Day and time with the zone's name ("22 Nov 2026, 14:05 CET"); written out, since long lists hold many."""
    return f"{local.day} {capfirst(MONTHS_3[local.month])} {local.year}, {local:%H:%M} {local.tzname()}"


@register.filter
def moment(at: datetime | None) -> SafeString | str:
    """`<time>` with day and time in the reader's zone, the zone named."""
    if at is None:
        return ""
    local = timezone.localtime(at)
    return format_html('<time datetime="{}">{}</time>', at.isoformat(), _exact(local))


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
    local = timezone.localtime(at)
    day = "" if local.date() == timezone.localdate() else date_format(local, "D j M, ")
    shown = f"{day}{local:%H:%M} {local.tzname()}"
    return format_html('<time datetime="{}">{}</time>', at.isoformat(), shown)


@register.filter
def ago(at: datetime | None, now: datetime | None = None) -> SafeString | str:
    """ "3 h ago" or "in 20 min", with the exact moment as title."""
    if at is None:
        return ""
    seconds = ((now or timezone.now()) - at).total_seconds()
    template_text = _("%(length)s ago") if seconds >= 0 else _("in %(length)s")
    local = timezone.localtime(at)
    return format_html(
        '<time datetime="{}" title="{}">{}</time>',
        at.isoformat(),
        _exact(local),
        template_text % {"length": length(abs(seconds))},
    )


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
