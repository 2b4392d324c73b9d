from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from portal.lib.quotes import parted

register = template.Library()


@register.filter
def folded(html: str) -> SafeString:
    """The sanitized HTML of a message; a letter quoted below it is folded, never left out."""
    written, quoted = parted(html)
    if not quoted:
        return mark_safe(html)  # noqa: S308  # sanitized when it was stored
    fold = format_html('<details class="quoted"><summary>{}</summary>', _("Quoted text"))
    return mark_safe(f"{written}{fold}{quoted}</details>")  # noqa: S308  # likewise
