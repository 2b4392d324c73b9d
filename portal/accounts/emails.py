from datetime import datetime
from typing import Any

from allauth.account.forms import default_token_generator
from allauth.account.utils import user_pk_to_url_str
from django.conf import settings
from django.urls import reverse

from portal.accounts.models import Erasure, Export, Invitation, Membership, Organization, User
from portal.accounts.states import MemberRole
from portal.lib.tokens import public_id
from portal.outbox.actions import post
from portal.outbox.letters import Draft, render
from portal.outbox.models import Endpoint, Letter


def invitation(*, invitation: Invitation, secret: str, now: datetime | None = None) -> Letter:
    """The letter that asks an address to join an organization; its link is a secret."""
    link = settings.SITE_URL + reverse("accounts:accept_invitation", args=[secret])
    words = render("emails/accounts/invitation", {"invitation": invitation, "link": link},
                   language=invitation.organization.language, zone=invitation.organization.time_zone)  # fmt: skip
    draft = Draft(
        key=f"invitation:{invitation.pk}",
        to=invitation.email,
        subject=words.subject,
        text=words.text,
        html=words.html,
        about=invitation.organization,
        secret=True,
    )
    return post(draft, now=now)


def choose_password(*, user: User, is_new: bool, now: datetime | None = None) -> Letter:
    """The letter with the link to choose a password: a welcome for new staff, help for anybody else."""
    key = {"uidb36": user_pk_to_url_str(user), "key": default_token_generator.make_token(user)}
    link = settings.SITE_URL + reverse("account_reset_password_from_key", kwargs=key)
    context = {"user": user, "link": link, "is_new": is_new}
    words = render("emails/accounts/choose_password", context, language=user.language, zone=user.time_zone)
    draft = Draft(
        key=f"choose-password:{user.pk}:{public_id()}",
        to=user.email,
        subject=words.subject,
        text=words.text,
        html=words.html,
        about=user,
        user_id=user.pk,
        secret=True,
    )
    return post(draft, now=now)


def export_ready(*, export: Export, row: User | Organization, now: datetime | None = None) -> None:
    """Says that an export can be fetched, to the person or to the owners. The link opens for them alone."""
    link = settings.SITE_URL + reverse("accounts:export", args=[export.public_id])
    people = [row] if isinstance(row, User) else _owners(row)
    for to in people:
        _tell("export_ready", f"export:{export.pk}:{to.pk}", to, {"export": export, "row": row, "link": link}, now)


def erasure_asked(*, erasure: Erasure, row: User | Organization, to: User, now: datetime | None = None) -> None:
    """Says what will be erased and when, and how to take it back."""
    of = [] if isinstance(row, User) else [row.public_id]
    link = settings.SITE_URL + reverse("accounts:privacy" if not of else "accounts:privacy_of", args=of)
    _tell("erasure_asked", f"erasure:{erasure.pk}:{to.pk}", to, {"erasure": erasure, "row": row, "link": link}, now)


def _owners(organization: Organization) -> list[User]:
    found = User.objects.filter(memberships__organization=organization, memberships__role=MemberRole.OWNER)
    return list(found.filter(is_active=True).distinct())


def _tell(name: str, key: str, to: User, context: dict[str, Any], now: datetime | None) -> None:
    words = render(f"emails/accounts/{name}", {**context, "to": to}, language=to.language, zone=to.time_zone)
    draft = Draft(
        key=key, to=to.email, subject=words.subject, text=words.text, html=words.html, about=to, user_id=to.pk
    )
    post(draft, now=now)


def webhook_switched_off(*, endpoint: Endpoint, owner: Membership, cause: int, now: datetime | None = None) -> Letter:
    """The letter to an owner whose endpoint did not answer for so long that it is not called any more."""
    user, organization = owner.user, owner.organization
    link = settings.SITE_URL + reverse("accounts:webhook", args=[organization.public_id, endpoint.public_id])
    context = {"endpoint": endpoint, "organization": organization, "link": link, "user": user}
    words = render("emails/accounts/webhook_switched_off", context, language=user.language, zone=user.time_zone)
    draft = Draft(
        key=f"webhook-switched-off:{cause}:{user.pk}",
        to=user.email,
        subject=words.subject,
        text=words.text,
        html=words.html,
        about=organization,
        user_id=user.pk,
    )
    return post(draft, now=now)
