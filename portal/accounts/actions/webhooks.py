"""What the owner of an organization does with its webhook endpoints. Each of these refuses whoever is no owner."""

from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

import portal.outbox.actions as outbox
from portal.accounts.models import Membership, Organization, User
from portal.accounts.states import INVITING_ROLES
from portal.lib.clock import moment
from portal.lib.rate_limits import take
from portal.lib.refusals import Refused
from portal.outbox.models import Endpoint, Webhook

MOST_ENDPOINTS = 10
MOST_CALLS_A_MINUTE = 6


@dataclass(frozen=True)
class Hearing:
    """Where an organization wants to hear, and of which events: of all public ones when none is named."""

    url: str
    events: list[str]


def owns(*, organization: Organization, by: User) -> bool:
    """Whether that person decides for the organization: an owner, or staff who may change customers."""
    owners = Membership.objects.filter(organization=organization, user=by, role__in=INVITING_ROLES)
    return by.has_perm("accounts.change_organization") or owners.exists()


@transaction.atomic
def add_webhook(
    *, organization: Organization, hearing: Hearing, by: User, now: datetime | None = None
) -> tuple[Endpoint, str]:
    """A new endpoint and its secret, which is shown this once."""
    locked = Organization.objects.select_for_update(of=("self",), no_key=True).get(pk=organization.pk)
    _check(locked, by)
    if Endpoint.objects.of_organization(locked).count() >= MOST_ENDPOINTS:
        raise Refused(_("There are many endpoints already. Remove one that is no longer used."), code="too_many")
    endpoint = Endpoint(organization_id=locked.pk, url=hearing.url, events=hearing.events)
    made = outbox.add_endpoint(endpoint=endpoint, by=by, now=now)
    return made, made.secret


@transaction.atomic
def change_webhook(
    *, organization: Organization, endpoint: Endpoint, hearing: Hearing, by: User, now: datetime | None = None
) -> Endpoint:
    """Another address, or other events."""
    _check(organization, by, endpoint)
    return outbox.revise_endpoint(endpoint=endpoint, url=hearing.url, events=hearing.events, by=by, now=now)


@transaction.atomic
def rotate_webhook_secret(
    *, organization: Organization, endpoint: Endpoint, by: User, now: datetime | None = None
) -> str:
    """The new secret, which is shown this once. For a day the one before signs too."""
    _check(organization, by, endpoint)
    return outbox.rotate_secret(endpoint=endpoint, by=by, now=now).secret


@transaction.atomic
def try_webhook(*, organization: Organization, endpoint: Endpoint, by: User, now: datetime | None = None) -> Webhook:
    """Sends a call that tells of nothing. Not often: it must not be used to knock at the doors of others."""
    _check(organization, by, endpoint)
    _count_call(organization, now)
    return outbox.send_test(endpoint=endpoint, by=by, now=now)


@transaction.atomic
def replay_webhook(*, organization: Organization, webhook: Webhook, by: User, now: datetime | None = None) -> Webhook:
    """Tells one of them once more."""
    _check(organization, by, webhook.endpoint)
    _count_call(organization, now)
    return outbox.resend_webhook(webhook=webhook, by=by, now=now)


@transaction.atomic
def release_webhook(*, organization: Organization, endpoint: Endpoint, by: User, now: datetime | None = None) -> None:
    """Switches an endpoint on again that was switched off because nobody answered there."""
    _check(organization, by, endpoint)
    outbox.release(endpoint=endpoint, by=by, now=now)


@transaction.atomic
def remove_webhook(*, organization: Organization, endpoint: Endpoint, by: User, now: datetime | None = None) -> None:
    """The endpoint and what was told there are gone."""
    _check(organization, by, endpoint)
    outbox.remove_endpoint(endpoint=endpoint, by=by, now=now)


def _check(organization: Organization, by: User, endpoint: Endpoint | None = None) -> None:
    is_theirs = endpoint is None or endpoint.organization_id == organization.pk
    if not is_theirs or not owns(organization=organization, by=by):
        raise Refused(_("Only an owner of the organization can do this."), code="not_owner")


def _count_call(organization: Organization, now: datetime | None) -> None:
    if take(f"webhook-calls:{organization.pk}", limit=MOST_CALLS_A_MINUTE, now=moment(now)).is_over:
        raise Refused(_("You have just sent several. Please wait a minute."), code="too_often")
