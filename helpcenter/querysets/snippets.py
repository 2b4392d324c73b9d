"""Snippets and terms: what they say, and who uses them."""

from django.apps import apps
from django.db.models import Q

from helpcenter.states import OPEN_REVISIONS


def snippets(names: list[str]) -> dict[str, str]:
    """What these snippets and terms say, by name."""
    if not names:
        return {}
    return dict(apps.get_model("helpcenter", "Snippet").objects.filter(name__in=names).values_list("name", "body"))


def using(name: str) -> Q:
    """Articles whose live text, or the one being written, brings in that snippet."""
    at_work = Q(revisions__state__in=OPEN_REVISIONS, revisions__uses__contains=[name])
    return Q(live__uses__contains=[name]) | at_work
