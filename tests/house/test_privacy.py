"""No column is forgotten: of each that may hold something personal it is written down what becomes of it."""

from django.apps import apps
from django.contrib.postgres.fields import ArrayField
from django.db import models

from portal.accounts.models import Organization, User
from portal.lib.privacy import Fate, fates
from tests.house.sources import APPS

TEXT = (models.CharField, models.TextField, models.JSONField, models.BinaryField, models.GenericIPAddressField)
LIBRARIES = {"account", "mfa", "usersessions", "sessions", "admin"}  # theirs tell of our people too
# In each app's privacy.py; here stand all columns that an erasure takes away, so that none moves unseen.
GOES = {
    "account.EmailAddress": {"user", "email"},
    "account.EmailConfirmation": {"key"},
    "accounts.ApiToken": {"user", "name", "prefix", "secret_digest", "scopes"},
    "accounts.Export": {"archive", "error"},
    "accounts.IdempotencyKey": {"user", "key", "request_digest", "body", "headers"},
    "accounts.Invitation": {"email", "organization"},
    "accounts.Membership": {"user", "organization"},
    "accounts.Organization": {"name", "time_zone"},
    "accounts.User": {"email", "name", "password", "time_zone"},
    "admin.LogEntry": {"object_repr", "change_message"},
    "billing.Subscription": {"reason"},
    "helpcenter.Follow": {"user"},
    "helpcenter.Question": {"text", "answer", "visitor", "user_id", "organization_id"},
    "mfa.Authenticator": {"user", "data"},
    "operations.Task": {"title", "found"},
    "outbox.Endpoint": {
        *("url", "events", "sealed_secret", "older_sealed_secret", "quarantine_reason", "organization_id"),
    },
    "outbox.Letter": {"to", "reply_to", "subject", "text", "html", "headers", "sealed", "error", "user_id"},
    "outbox.Webhook": {"error"},
    "sessions.Session": {"session_key", "session_data"},
    "tickets.Attachment": {"name", "content_type", "problem", "stored", "thumbnail", "uploaded_by", "network"},
    "tickets.Copy": {"address"},
    "tickets.Escalation": {"reason"},
    "tickets.FieldValue": {"text"},
    "tickets.Firing": {"reason"},
    "tickets.Follower": {"user"},
    "tickets.GuestFiling": {"email", "name", "subject", "body", "digest", "network"},
    "tickets.HeldReply": {"body", "digest", "reason", "leaves"},
    "tickets.Message": {"body", "html"},
    "tickets.Suggestion": {"options"},
    "tickets.Survey": {"comment"},
    "tickets.Ticket": {"subject", "filing_key"},
    "usersessions.UserSession": {"user", "ip", "session_key", "user_agent", "data"},
}


def may_be_personal(column: models.Field) -> bool:
    """Text of any kind that is no choice of a list, and whatever leads to a person or an organization."""
    if isinstance(column, ArrayField):
        return may_be_personal(column.base_field)
    if column.is_relation:
        return column.related_model in (User, Organization)
    leads_somewhere = isinstance(column, models.BigIntegerField) and column.name.endswith("_id")
    return leads_somewhere or (isinstance(column, (*TEXT, models.FileField)) and not column.choices)


def to_decide() -> dict[str, set[str]]:
    known = [one for one in apps.get_models() if not one._meta.proxy]
    ours = [one for one in known if one._meta.app_config.name in APPS or one._meta.app_label in LIBRARIES]
    found = {one._meta.label: {c.name for c in one._meta.concrete_fields if may_be_personal(c)} for one in ours}
    return {label: columns for label, columns in found.items() if columns}


def test_of_every_column_that_may_be_personal_it_is_written_what_becomes_of_it() -> None:
    decided = fates()
    missing = {label: columns - set(decided.get(label, {})) for label, columns in to_decide().items()}
    missing = {label: sorted(columns) for label, columns in missing.items() if columns}
    assert not missing, f"Say in the app's privacy.py what an erasure does with them: {missing}"


def test_nothing_is_decided_about_columns_that_are_gone() -> None:
    known = {one._meta.label: {column.name for column in one._meta.concrete_fields} for one in apps.get_models()}
    stale = {label: set(columns) - known.get(label, set()) for label, columns in fates().items()}
    assert not {label: gone for label, gone in stale.items() if gone}


def test_the_table_of_what_goes_is_true() -> None:
    gone = {
        label: {name for name, fate in columns.items() if fate in (Fate.ERASED, Fate.DELETED)}
        for label, columns in fates().items()
    }
    assert {label: columns for label, columns in gone.items() if columns} == GOES
