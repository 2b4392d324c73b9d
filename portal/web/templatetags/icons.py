"""Icons, badges and promise chips: small tags instead of includes, since a page may show a hundred of them."""

from collections.abc import Mapping
from datetime import datetime
from functools import lru_cache

from django import template
from django.contrib.staticfiles.storage import staticfiles_storage
from django.utils.html import conditional_escape, format_html
from django.utils.safestring import SafeString, mark_safe

from portal.web.templatetags.moments import clock

register = template.Library()
_OF_PROMISE = {"kept": "check", "paused": "pause", "breached": "alert"}


@register.simple_tag
@lru_cache(maxsize=512, typed=True)  # typed: a text that is marked safe is not the same as one that is not
def icon(name: str, size: str = "", tone: str = "") -> SafeString:
    """The symbol `name` of static/img/icons.svg, hidden from screen readers; size s or l, tone as in tokens.css."""
    kind = f"icon icon-{size}" if size else "icon"
    toned = format_html(' data-tone="{}"', tone) if tone else ""
    sprite = staticfiles_storage.url("img/icons.svg")
    return format_html('<svg class="{}"{} aria-hidden="true"><use href="{}#{}"/></svg>', kind, toned, sprite, name)


def escaped(words: Mapping[str, str]) -> dict[str, SafeString]:
    """The same words ready for pages: a list of many rows escapes each only once."""
    return {name: conditional_escape(word) for name, word in words.items()}


@register.simple_tag
def badge(label: str, state: str = "") -> SafeString:
    """A word in a frame; the state (of `states.py`) gives it its color."""
    return mark_safe(  # noqa: S308  # parts are escaped or ours
        f'<span class="badge" data-state="{conditional_escape(state)}">{conditional_escape(label)}</span>'
    )


@register.simple_tag
def promise(state: str, label: str, due_at: datetime | None) -> SafeString:
    """How a promise stands (due, soon, breached, kept, paused), in words and with its moment."""
    shown = f"{icon(_OF_PROMISE.get(state, 'clock'))}<span>{conditional_escape(label)} {clock(due_at)}</span>"
    return mark_safe(f'<span class="promise" data-promise="{conditional_escape(state)}">{shown}</span>')  # noqa: S308  # parts are escaped or ours
