"""Icons from the sprite: one small tag instead of an include, since a page may show fifty of them."""

from django import template
from django.contrib.staticfiles.storage import staticfiles_storage
from django.utils.html import format_html
from django.utils.safestring import SafeString

register = template.Library()


@register.simple_tag
def icon(name: str, size: str = "", tone: str = "") -> SafeString:
    """The symbol `name` of static/img/icons.svg, hidden from screen readers; size s or l, tone as in tokens.css."""
    kind = f"icon icon-{size}" if size else "icon"
    toned = format_html(' data-tone="{}"', tone) if tone else ""
    sprite = staticfiles_storage.url("img/icons.svg")
    return format_html('<svg class="{}"{} aria-hidden="true"><use href="{}#{}"/></svg>', kind, toned, sprite, name)
