"""What plans there are, and what an organization has."""

from typing import Any

from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from billing.models import Plan, Subscription
from portal.accounts.models import Membership, Organization, User
from portal.accounts.states import PAYING_ROLES, MemberRole
from portal.events.listeners import told
from portal.events.models import Event
from portal.web.htmx import page
from portal.web.page_cache import public_page

_NEWEST = 50


@login_not_required
@require_safe
def pricing(request: HttpRequest) -> HttpResponse:
    """The public plans side by side, with what each promises."""
    plans = list(Plan.objects.public())
    return public_page(request, "billing/pricing.html", {"plans": plans, "features": _compared(plans)})


def _compared(plans: list[Plan]) -> list[tuple[str, list[tuple[str, str | bool]]]]:
    """Each feature with what every plan gives of it, in the order in which the plans name them."""
    names = dict.fromkeys(name for plan in plans for name, _value in plan.features)
    return [(name, [(plan.name, dict(plan.features).get(name, False)) for plan in plans]) for name in names]


@require_safe
def overview(request: HttpRequest) -> HttpResponse:
    """Plan and history of one organization (`?of=` chooses among several), for those who pay."""
    reader: Any = request.user  # signed in: the log-in middleware lets nobody else in
    found = Membership.objects.filter(user=reader).select_related("organization__tier")
    mine = list(found.order_by("organization__name"))
    if not mine:
        return page(request, "billing/overview.html", {})
    wanted = request.GET.get("of", mine[0].organization.public_id)
    chosen = next((one for one in mine if one.organization.public_id == wanted), None)
    if chosen is None:
        raise Http404
    may_see = chosen.role in PAYING_ROLES
    shown = _paid(chosen.organization) if may_see else {"owners": _owners(chosen.organization)}
    context = {"organization": chosen.organization, "mine": mine, "may_see": may_see, **shown}
    return page(request, "billing/overview.html", context)


def _paid(organization: Organization) -> dict[str, Any]:
    events = Event.objects.of_organization(organization).named("subscription.plan_changed")
    newest = list(events.order_by("-happened_at", "-pk")[:_NEWEST])
    names = User.objects.names(event.by_id for event in newest)
    return {
        "subscription": Subscription.objects.active().of_organization(organization).select_related("plan").first(),
        "history": told(newest, names),
    }


def _owners(organization: Organization) -> str:
    owners = organization.memberships.filter(role=MemberRole.OWNER).select_related("user")
    return ", ".join(str(one.user) for one in owners)
