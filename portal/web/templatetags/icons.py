"""Icons, badges and promise chips: small tags instead of includes, since a page may show a hundred of them."""

from datetime import datetime

from django import template
from django.contrib.staticfiles.storage import staticfiles_storage
from django.utils.html import format_html
from django.utils.safestring import SafeString

from portal.web.templatetags.moments import clock

register = template.Library()
_OF_PROMISE = {"kept": "check", "paused": "pause", "breached": "alert"}


@register.simple_tag
def icon(name: str, size: str = "", tone: str = "") -> SafeString:
    """The symbol `name` of static/img/icons.svg, hidden from screen readers; size s or l, tone as in tokens.css."""
    kind = f"icon icon-{size}" if size else "icon"
    toned = format_html(' data-tone="{}"', tone) if tone else ""
    sprite = staticfiles_storage.url("img/icons.svg")
    return format_html('<svg class="{}"{} aria-hidden="true"><use href="{}#{}"/></svg>', kind, toned, sprite, name)


@register.simple_tag
def badge(label: str, state: str = "") -> SafeString:
    """A word in a frame; the state (of `states.py`) gives it its color."""
    return format_html('<span class="badge" data-state="{}">{}</span>', state, label)


@register.simple_tag
def promise(state: str, label: str, due_at: datetime | None) -> SafeString:
    """How a promise stands (due, soon, breached, kept, paused), in words and with its moment."""
    shown = icon(_OF_PROMISE.get(state, "clock"))
    return format_html(
        '<span class="promise" data-promise="{}">{}<span>{} {}</span></span>', state, shown, label, clock(due_at)
    )
