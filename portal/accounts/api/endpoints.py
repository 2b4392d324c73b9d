"""Who the token speaks for, and the customers that they may see."""

from datetime import datetime
from typing import Literal

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from ninja import Query, Router
from pydantic import Field

from portal.accounts.api.answers import told
from portal.accounts.api.doors import READS, endpoint
from portal.accounts.api.paging import Listing, Page, Paged, Sort
from portal.accounts.api.schemas import Text, Told
from portal.accounts.context import actor
from portal.accounts.models import Organization
from portal.accounts.states import MemberRole

router = Router(tags=["Account"])
_SORTS = {"name": Sort("name"), "-name": Sort("name", is_down=True)}


class OrganizationTold(Told):
    id: str
    name: str
    tier: str | None = Field(description="The slug of its plan's tier.")
    role: MemberRole | None = Field(description="Your role in it; null for staff.")
    time_zone: str
    language: str
    created_at: datetime


class Me(Told):
    id: str
    name: str
    email: str
    time_zone: str
    language: str
    is_staff: bool
    organizations: list[OrganizationTold]


class OrganizationsAsked(Listing):
    tier: Text = Field("", max_length=50, description="Only those on the tier with this slug.")
    sort: Literal["name", "-name"] = "name"


@endpoint(router, "GET /me", Me, READS)
def me(request: HttpRequest) -> HttpResponse:
    """Who the token speaks for, and in which organizations."""
    user = actor(request)
    mine = Organization.objects.of_member(user).select_related("tier").order_by("name", "pk")
    return told(
        Me(
            id=user.public_id,
            name=user.name,
            email=user.email,
            time_zone=user.time_zone,
            language=user.language,
            is_staff=user.is_staff,
            organizations=[_told(one, user.member_roles) for one in mine],
        )
    )


@endpoint(router, "GET /organizations", Paged[OrganizationTold], READS)
def organizations(request: HttpRequest, asked: Query[OrganizationsAsked]) -> HttpResponse:
    """The organizations that you belong to; staff who may see customers see all."""
    user = actor(request)
    found = Organization.objects.visible_to(user).select_related("tier")
    if asked.tier:
        found = found.filter(tier__slug=asked.tier)
    roles = user.member_roles
    page = Page(asked, _SORTS[asked.sort]).of(found, lambda one: _told(one, roles))
    return told(Paged[OrganizationTold](**page))


@endpoint(router, "GET /organizations/{organization}", OrganizationTold, READS)
def organization(request: HttpRequest, organization: str) -> HttpResponse:
    """One organization."""
    user = actor(request)
    found = Organization.objects.visible_to(user).select_related("tier")
    return told(_told(get_object_or_404(found, public_id=organization), user.member_roles))


def _told(one: Organization, roles: dict[int, str]) -> OrganizationTold:
    role = roles.get(one.pk)
    return OrganizationTold(
        id=one.public_id,
        name=one.name,
        tier=one.entitlement.tier or None,
        role=MemberRole(role) if role else None,
        time_zone=one.time_zone,
        language=one.language,
        created_at=one.created_at,
    )
