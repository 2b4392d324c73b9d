"""Handing people what is known of them."""

import io
import json
import zipfile
from collections.abc import Iterable
from datetime import datetime, timedelta

import structlog
from django.core.serializers.json import DjangoJSONEncoder
from django.db import transaction
from django.utils.translation import gettext as _

from portal.accounts import emails
from portal.accounts.actions.erasing import check_may_decide
from portal.accounts.events import EXPORT_ASKED, EXPORT_MADE
from portal.accounts.models import Export, Organization, RetentionRule, User
from portal.accounts.privacy import subject_of
from portal.accounts.querysets.privacy import held, row_of
from portal.accounts.states import ExportState
from portal.events.actions import record
from portal.lib.clock import moment
from portal.lib.privacy import Sheet, exporters
from portal.lib.refusals import Refused

MOST_BYTES = 256 * 1024 * 1024
ASKED_AGAIN_AFTER = timedelta(hours=1)
KEPT_FOR_DAYS = 7
log = structlog.get_logger("portal.system")


class _TooLarge(Exception):
    pass


@transaction.atomic
def ask_export(*, of: User | Organization, by: User, now: datetime | None = None) -> Export:
    """Has everything known of a person or an organization put together; a letter says when it can be fetched. One that
    is under way, or was made within the hour, is answered in place of another."""
    at, subject = moment(now), subject_of(of)
    check_may_decide(of=of, by=by, permission="accounts.add_export")
    row = held(of)
    if isinstance(row, User) and not row.is_active:
        raise Refused(_("This account is closed: nobody could log in to fetch it."), code="closed")
    lately = Export.objects.of(subject).exclude(state=ExportState.FAILED).filter(asked_at__gt=at - ASKED_AGAIN_AFTER)
    under_way = Export.objects.of(subject).filter(state=ExportState.ASKED).first() or lately.first()
    if under_way is not None:
        return under_way
    export = Export.objects.create(subject_kind=subject.kind, subject_id=subject.pk, asked_by_id=by.pk, asked_at=at)
    organization = of if isinstance(of, Organization) else None
    record(EXPORT_ASKED, about=export, by=by, organization=organization, details={"of": subject.kind}, now=at)
    return export


def make_export(*, export_id: int, now: datetime | None = None) -> Export | None:
    """Puts the archive together and writes the letter; once more does nothing. None when the wish is gone."""
    export = Export.objects.filter(pk=export_id, state=ExportState.ASKED).first()
    row = row_of(export) if export else None
    if export is None or row is None:
        return None
    at, error, archive = moment(now), "", b""
    try:
        archive = packed(sheet for _name, source in exporters() for sheet in source(subject_of(row)))
    except _TooLarge:
        error = "It is larger than an archive may be."
        log.warning("export_too_large", export_id=export.pk)
    with transaction.atomic():
        locked = Export.objects.select_for_update().filter(pk=export.pk, state=ExportState.ASKED).first()
        if locked is None:
            return None  # another worker was quicker, or the subject was erased meanwhile
        locked.state, locked.error = (ExportState.FAILED, error) if error else (ExportState.MADE, "")
        locked.archive, locked.made_at = archive or None, at
        locked.expires_at = at + timedelta(days=kept_for_days())
        locked.save()
        if not error:
            emails.export_ready(export=locked, row=row, now=at)
            record(EXPORT_MADE, about=locked, details={"bytes": len(archive)}, now=at)
    return locked


def fetch_export(*, export: Export, by: User, now: datetime | None = None) -> bytes:
    """The archive, for who may have it while it is kept."""
    found = Export.objects.visible_to(by).fetchable(moment(now)).filter(pk=export.pk).first()
    if found is None or found.archive is None:
        raise Refused(_("This export is no longer kept. Ask for a new one."), code="export_gone")
    return bytes(found.archive)


def kept_for_days() -> int:
    """As the rule about archives says."""
    rule = RetentionRule.objects.filter(what="accounts.exports").first()
    return rule.days if rule else KEPT_FOR_DAYS


def packed(sheets: Iterable[Sheet]) -> bytes:
    """The sheets as one ZIP file, written one after the other."""
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        for sheet in sheets:
            content = sheet.content
            if not isinstance(content, str):
                content = json.dumps(content, cls=DjangoJSONEncoder, ensure_ascii=False, indent=2)
            archive.writestr(sheet.path, content)
            if made.tell() > MOST_BYTES:
                raise _TooLarge
    return made.getvalue()
