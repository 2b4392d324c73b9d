"""The words of letters: one template with three blocks, in the recipient's language and zone."""

import html
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import models
from django.template.loader import get_template
from django.utils import timezone, translation


@dataclass(frozen=True)
class Rendered:
    """The three parts of a letter."""

    subject: str
    text: str
    html: str


@dataclass(frozen=True)
class Draft:
    """A letter that is to be posted. `key` names its cause: the same key is posted once. `secret` letters (reset,
    verification, invitation, code) are kept encrypted and erased once sent. `not_before`: it waits until then."""

    key: str
    to: str
    subject: str
    text: str
    html: str = ""
    about: models.Model | None = None
    user_id: int | None = None
    secret: bool = False
    reply_to: str = ""
    headers: dict[str, str] = field(default_factory=dict)
    not_before: datetime | None = None


def render(name: str, context: dict[str, Any], *, language: str = "en", zone: str = "UTC") -> Rendered:
    """The letter `templates/<name>.html`, which extends `emails/letter.html` and fills its blocks.

    The template is rendered once per part: `part` in the context is subject, text or html. Subject and text are
    plain, so what autoescaping did to them is undone.
    """
    template = get_template(f"{name}.html")
    shared = {**context, "site_url": settings.SITE_URL}
    with translation.override(language), timezone.override(ZoneInfo(zone)):
        parts = {part: template.render({**shared, "part": part}).strip() for part in ("subject", "text", "html")}
    return Rendered(
        subject=" ".join(html.unescape(parts["subject"]).split()),
        text=html.unescape(parts["text"]),
        html=parts["html"],
    )
