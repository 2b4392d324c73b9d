"""What accounts know of people, and the rows that the log-in's libraries keep of them."""

import json
from datetime import datetime
from typing import Any

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.contrib.admin.models import LogEntry
from django.contrib.contenttypes.models import ContentType
from django.contrib.sessions.models import Session
from django.db.models import Model, Q, QuerySet
from django.utils.translation import gettext_lazy as _

from portal.accounts.models import ApiToken, Export, IdempotencyKey, Invitation, Membership, Organization, User
from portal.lib.privacy import (
    ERASED,
    ORGANIZATION,
    PERSON,
    Ageing,
    Fate,
    Sheet,
    Subject,
    ages,
    decide,
    erased_address,
    erases,
    exports,
)

decide(
    {
        "accounts.User": {Fate.ERASED: "email name password time_zone", Fate.FIGURE: "public_id"},
        "accounts.Organization": {Fate.ERASED: "name time_zone", Fate.FIGURE: "public_id"},
        "accounts.Tier": {Fate.HOUSE: "slug name"},
        "accounts.Brand": {Fate.HOUSE: "name logo_svg accent sender hosts"},
        "accounts.Membership": {Fate.DELETED: "user organization"},
        "accounts.Invitation": {
            Fate.DELETED: "email organization",
            Fate.FIGURE: "public_id secret_digest",
            Fate.LINK: "invited_by",
        },
        "accounts.ApiToken": {Fate.DELETED: "user name prefix secret_digest scopes"},
        "accounts.IdempotencyKey": {Fate.DELETED: "user key request_digest body headers"},
        "accounts.Export": {Fate.DELETED: "archive error", Fate.FIGURE: "public_id subject_id asked_by_id"},
        "accounts.Erasure": {Fate.FIGURE: "public_id subject_id asked_by_id erased"},
        "accounts.RetentionRule": {Fate.HOUSE: "what"},
        "account.EmailAddress": {Fate.DELETED: "user email"},
        "account.EmailConfirmation": {Fate.DELETED: "key"},
        "mfa.Authenticator": {Fate.DELETED: "user data"},
        "usersessions.UserSession": {Fate.DELETED: "user ip session_key user_agent data"},
        "sessions.Session": {Fate.DELETED: "session_key session_data"},
        "admin.LogEntry": {Fate.ERASED: "object_repr change_message", Fate.FIGURE: "object_id", Fate.LINK: "user"},
    }
)


def subject_of(row: User | Organization) -> Subject:
    """The person or organization, with every address known of a person."""
    if isinstance(row, Organization):
        return Subject(ORGANIZATION, row.pk)
    others = EmailAddress.objects.filter(user=row).values_list("email", flat=True)
    return Subject(PERSON, row.pk, tuple(sorted({row.email.lower(), *(one.lower() for one in others)})))


def _log_of(subject: Subject) -> QuerySet[LogEntry]:
    model: type[Model] = User if subject.is_person else Organization
    found = LogEntry._default_manager.filter(
        content_type=ContentType.objects.get_for_model(model), object_id=str(subject.pk)
    )
    return found.exclude(object_repr=ERASED, change_message="")


def _mentions_of(subject: Subject) -> QuerySet[LogEntry]:
    """What the log of the admin says of the person where it tells of an organization: who was added there, or left."""
    names = User.objects.filter(pk=subject.pk).exclude(name__in=["", ERASED]).values_list("name", flat=True)
    found = Q(pk__in=[])
    for one in (*subject.emails, *names):
        found |= Q(change_message__icontains=json.dumps(one)[1:-1])
    about = ContentType.objects.get_for_model(Organization)
    return LogEntry._default_manager.filter(found, content_type=about)


def _exports_of(subject: Subject) -> QuerySet[Export]:
    return Export.objects.filter(subject_kind=subject.kind, subject_id=subject.pk)


@erases("accounts", position=80)
def erase(subject: Subject, most: int) -> int:
    """Whatever stands beside the account itself; what a person has is little enough for one go."""
    count = _log_of(subject).update(object_repr=ERASED, change_message="")
    count += _exports_of(subject).delete()[0]
    if subject.is_person:
        count += _mentions_of(subject).update(change_message="")
        theirs_too = Membership.objects.filter(user=subject.pk).values("organization")
        organizations = Export.objects.filter(subject_kind=ORGANIZATION, subject_id__in=theirs_too)
        count += organizations.delete()[0]  # it tells of its people
    else:
        count += Invitation.objects.filter(organization=subject.pk).delete()[0]
        return count + Membership.objects.filter(organization=subject.pk).delete()[0]
    count += Invitation.objects.filter(_any_of("email", subject.emails)).delete()[0]
    sessions = UserSession.objects.filter(user=subject.pk)
    count += Session.objects.filter(session_key__in=list(sessions.values_list("session_key", flat=True))).delete()[0]
    theirs: tuple[type[Model], ...] = (UserSession, Authenticator, EmailAddress, ApiToken, IdempotencyKey, Membership)
    for model in theirs:
        count += model._default_manager.filter(user=subject.pk).delete()[0]
    return count


@erases("identity", position=99)
def erase_identity(subject: Subject, most: int) -> int:
    """The row stays, since tickets and events count on it, and names nobody."""
    nowhere: dict[str, Any] = {"time_zone": "UTC", "language": "en"}
    if not subject.is_person:
        name = f"{ERASED} {subject.pk}"
        return Organization.objects.filter(pk=subject.pk).exclude(name=name).update(name=name, **nowhere)
    key = User.objects.filter(pk=subject.pk).values_list("pk", flat=True).first()
    email = erased_address(f"person-{key}")
    nowhere |= {"email": email, "name": ERASED, "password": "!", "is_active": False, "last_login": None}
    nowhere |= {"quiet_from": None, "quiet_until": None}
    return User.objects.filter(pk=subject.pk).exclude(email=email).update(**nowhere)


def _any_of(column: str, values: tuple[str, ...]) -> Q:
    found = Q(pk__in=[])
    for value in values:
        found |= Q(**{f"{column}__iexact": value})
    return found


@exports("accounts")
def export(subject: Subject) -> list[Sheet]:
    if subject.is_person:
        return _export_of_a_person(subject)
    organization = Organization.objects.filter(pk=subject.pk)
    members = Membership.objects.filter(organization=subject.pk).order_by("joined_at")
    invited = Invitation.objects.filter(organization=subject.pk).order_by("invited_at")
    return [
        Sheet("organization.json", organization.values("name", "tier__name", "time_zone", "language", "created_at")[0]),
        Sheet("members.json", list(members.values("user__name", "user__email", "role", "joined_at"))),
        Sheet("invitations.json", list(invited.values("email", "role", "invited_at", "accepted_at", "revoked_at"))),
    ]


def _export_of_a_person(subject: Subject) -> list[Sheet]:
    columns = ("public_id", "email", "name", "time_zone", "language", "quiet_from", "quiet_until", "joined_at")
    memberships = Membership.objects.filter(user=subject.pk).order_by("joined_at")
    tokens = ApiToken.objects.filter(user=subject.pk).order_by("created_at")
    sessions = UserSession.objects.filter(user=subject.pk).order_by("created_at")
    return [
        Sheet("profile.json", User.objects.filter(pk=subject.pk).values(*columns, "last_login")[0]),
        Sheet("addresses.json", list(EmailAddress.objects.filter(user=subject.pk).values("email", "verified"))),
        Sheet("memberships.json", list(memberships.values("organization__name", "role", "joined_at"))),
        Sheet("api-tokens.json", list(tokens.values("name", "prefix", "created_at", "last_used_at"))),
        Sheet("sessions.json", list(sessions.values("ip", "user_agent", "created_at", "last_seen_at"))),
    ]


def _exports_before(before: datetime) -> Any:
    return Export.objects.filter(asked_at__lt=before)


ages(
    Ageing(
        "accounts.exports",
        _("Archives of exports"),
        7,
        _exports_before,
        lambda pks: Export.objects.filter(pk__in=pks).delete()[0],
        is_on=True,
    )
)


def _log_before(before: datetime) -> Any:
    return LogEntry.objects.filter(action_time__lt=before)


ages(
    Ageing(
        "accounts.admin_log",
        _("Log of changes in the admin"),
        1095,
        _log_before,
        lambda pks: LogEntry.objects.filter(pk__in=pks).delete()[0],
    )
)
