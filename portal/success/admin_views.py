"""How a customer fares, as a panel for other pages."""

from typing import Any

from django.contrib.admin import site
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from portal.accounts.models import Organization
from portal.success.health import measures
from portal.success.models import Health
from portal.success.states import Band
from portal.web.htmx import page


@require_safe
def health_of_organization(request: HttpRequest, pk: int) -> HttpResponse:
    """The score and why: each part with its sentence, the heaviest reasons to worry first; and what is not known."""
    if not request.user.has_perm("success.view_health"):
        raise PermissionDenied
    organization = get_object_or_404(Organization.objects.visible_to(request.user), pk=pk)
    health = Health.objects.filter(organization=organization).first()
    context = {
        **site.each_context(request),
        "title": _("Health of %(organization)s") % {"organization": organization},
        "organization": organization,
        "health": health,
        "band": health.band if health else Band.UNKNOWN,
        "parts": _parts(health) if health else [],
        "unknown": _unknown(health) if health else [],
    }
    return page(request, "admin/success/health.html", context, parts=["health"])


def _parts(health: Health) -> list[dict[str, Any]]:
    known = measures()
    told = [
        {
            "label": known[one["part"]].label,
            "said": known[one["part"]].said(one["figures"]),
            "score": one["score"],
            "weight": one["weight"],
            "lost": (100 - one["score"]) * one["weight"],
        }
        for one in health.parts
        if one["part"] in known
    ]
    return sorted(told, key=lambda one: (-one["lost"], str(one["label"])))


def _unknown(health: Health) -> list[Any]:
    found = {one["part"] for one in health.parts}
    return [one.label for slug, one in measures().items() if slug not in found]
