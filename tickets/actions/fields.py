"""Fields of one's own: their definitions, and what tickets answer."""

from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from portal.accounts.models import User
from portal.events.actions import record
from portal.lib.clock import moment, moment_after
from portal.lib.refusals import Refused
from tickets.actions import changes
from tickets.events import TICKET_FIELD_ARCHIVED, TICKET_FIELD_KEPT, TICKET_FIELD_RESTORED, TICKET_FIELDS_CHANGED
from tickets.models import FieldValue, Ticket, TicketField
from tickets.models.fields import LONGEST_TEXT
from tickets.states import FieldKind


@transaction.atomic
def keep_field(*, field: TicketField, by: User, now: datetime | None = None) -> TicketField:
    """Saves a definition, new or changed. Once a ticket has a value its kind is fixed."""
    before = TicketField.objects.select_for_update().filter(pk=field.pk).first()
    if before is not None and before.kind != field.kind and before.values.exists():
        raise Refused(_("Tickets have values of this field: its kind cannot change. Archive it."), code="in_use")
    field.save()
    record(TICKET_FIELD_KEPT, about=field, by=by, details={"kind": field.kind}, now=now)
    return field


@transaction.atomic
def archive_field(*, field: TicketField, by: User, now: datetime | None = None) -> TicketField:
    """It is asked no longer; what was answered stays readable and is found. Archived already does nothing."""
    return _set_archived(field, moment(now), by, now)


@transaction.atomic
def restore_field(*, field: TicketField, by: User, now: datetime | None = None) -> TicketField:
    return _set_archived(field, None, by, now)


def _set_archived(field: TicketField, at: datetime | None, by: User, now: datetime | None) -> TicketField:
    locked = TicketField.objects.select_for_update().get(pk=field.pk)
    if locked.is_archived != (at is not None):
        locked.archived_at = at
        locked.save(update_fields=["archived_at"])
        record(TICKET_FIELD_ARCHIVED if at else TICKET_FIELD_RESTORED, about=locked, by=by, now=now)
    return locked


@transaction.atomic
def set_fields(
    *, ticket: Ticket, values: Mapping[TicketField, Any], by: User | None, now: datetime | None = None
) -> Ticket:
    """Staff answer fields of a ticket; None or an empty text takes the answer away, unless customers must give it.

    What is as it was makes no news. A closed ticket may be answered too: fields are for finding.
    """
    changes.check_staff(by=by)
    locked = changes.lock(ticket=ticket)
    at = moment_after(locked.last_activity_at, now)
    changed = store(ticket=locked, values=values)
    if changed:
        locked.save(update_fields=["version"])
        details = {"fields": ", ".join(sorted(changed))}
        changes.tell(event=TICKET_FIELDS_CHANGED, ticket=locked, by=by, at=at, details=details)
    return locked


@transaction.atomic(savepoint=False)
def store(*, ticket: Ticket, values: Mapping[TicketField, Any]) -> list[str]:
    """Writes answers of a ticket that is locked or new; answers the slugs of those that changed.

    A written row holds its definition as it is; whether that changed in the moment before is looked at afterwards.
    """
    held = TicketField.objects.in_bulk([field.pk for field in values])
    known = {one.field_id: one for one in FieldValue.objects.filter(ticket=ticket, field__in=held)}
    changed = []
    for named, given in values.items():
        field, row = held[named.pk], known.get(named.pk)
        value = checked(field=field, value=given)
        if (row.value if row else None) == value:
            continue
        _check_may_change(field, row, value)
        if value is None and row is not None:
            row.delete()
        else:
            row = row or FieldValue(ticket=ticket, field=field, kind=field.kind)
            row.value = value
            row.save()
        changed.append(field.slug)
    if changed and any(held[one.pk].kind != one.kind for one in TicketField.objects.filter(pk__in=held)):
        raise Refused(_("A field was changed meanwhile. Please try again."), code="changed")
    return changed


def _check_may_change(field: TicketField, row: FieldValue | None, value: Any) -> None:
    if field.is_archived:
        raise Refused(_("“%(field)s” is archived.") % {"field": field}, code="archived")
    if value is None and row is not None and field.is_required:
        raise Refused(_("“%(field)s” must not be empty.") % {"field": field}, code="required")


def checked(*, field: TicketField, value: Any) -> Any:
    """The answer as it is kept; None for no answer. What is none of the field's kind is refused."""
    if value is None or value == "":
        return None
    try:
        return _READ[FieldKind(field.kind)](field, value)
    except (ValueError, TypeError, InvalidOperation) as error:
        sentence = _("“%(value)s” does not fit “%(field)s”.")
        raise Refused(sentence % {"value": str(value)[:80], "field": field}, code="wrong_value") from error


def _text(_field: TicketField, value: Any) -> str | None:
    text = " ".join(str(value).split())
    if len(text) > LONGEST_TEXT or "\x00" in text:
        raise ValueError
    return text or None


def _choice(field: TicketField, value: Any) -> str:
    if value not in field.choices:
        raise ValueError
    return str(value)


def _number(_field: TicketField, value: Any) -> Decimal:
    number = Decimal(str(value))
    if not number.is_finite() or abs(number) >= 10**12:
        raise ValueError
    return round(number, 6)


def _day(_field: TicketField, value: Any) -> date:
    if isinstance(value, datetime):
        raise TypeError
    return value if isinstance(value, date) else date.fromisoformat(value)


def _flag(_field: TicketField, value: Any) -> bool:
    if not isinstance(value, bool):
        raise TypeError
    return value


_READ = {
    FieldKind.TEXT: _text,
    FieldKind.CHOICE: _choice,
    FieldKind.NUMBER: _number,
    FieldKind.DATE: _day,
    FieldKind.CHECKBOX: _flag,
}
