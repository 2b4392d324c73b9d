"""Files of visitors who have not proven an address: kept in a corner of limited size, shown to nobody and opened by
nothing, until the letter was followed; then they are the guest's like any file."""

from collections.abc import Sequence
from datetime import datetime

import structlog
from django.db import connection, transaction
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from portal.accounts.models import User
from portal.lib.clock import moment
from portal.lib.refusals import Refused
from tickets.actions.attachments import MOST_UNSENT, Upload, drafted, write
from tickets.models import Attachment, Desk, GuestFiling
from tickets.models.figures import MB

log = structlog.get_logger("portal.system")


def keep_guest_upload(*, upload: Upload, network: str, now: datetime | None = None) -> Attachment:
    """Keeps a file for two hours, until a guest's form takes it. Who has its public id may name it there, and nothing
    else: it is handed out to nobody.

    Refuses what `keep_upload` refuses, more than one network may upload in an hour (`files_many`), and more than the
    house keeps for all guests together (`files_full`).
    """
    desk: Desk = Desk.objects.present()
    attachment = drafted(upload=upload, desk=desk, now=moment(now))
    attachment.network = network
    with transaction.atomic():
        one_by_one("files")
        _refuse_heaps(attachment, desk)
        attachment.save()
    write(attachment=attachment, upload=upload)
    return attachment


def _refuse_heaps(attachment: Attachment, desk: Desk) -> None:
    lately = Attachment.objects.of_network_lately(attachment.network, attachment.uploaded_at)
    is_large = lately.bytes_of() + attachment.size > desk.guest_files_mb_an_hour * MB
    if is_large or lately.count() >= desk.most_files * MOST_UNSENT:
        said = _("Many files came from your network. You can add more in an hour, or once your address is confirmed.")
        raise Refused(said, code="files_many")
    if Attachment.objects.of_strangers().bytes_of() + attachment.size > desk.guest_files_mb * MB:
        log.warning("guest_files_full", most_mb=desk.guest_files_mb)
        said = _("We cannot keep files just now. Send your words; you can add files once your address is confirmed.")
        raise Refused(said, code="files_full")


@transaction.atomic
def take_along(*, filing: GuestFiling, files: Sequence[str], is_lost: bool, now: datetime) -> None:
    """A form takes the files that were uploaded for it; those of a form that nobody can ever confirm (`is_lost`) are
    gone. Refuses too many (`files_many`), and those that are no longer here (`file_gone`)."""
    wanted = list(dict.fromkeys(files))
    if not wanted:
        return
    most = Desk.objects.present().most_files
    if len(wanted) > most:
        raise Refused(ngettext("Attach %d file at most.", "Attach %d files at most.", most) % most, code="files_many")
    found = list(Attachment.objects.unclaimed().named(wanted).select_for_update().values_list("pk", flat=True))
    if len(found) < len(wanted):
        raise Refused(_("A file is no longer here, or was sent already. Add it again."), code="file_gone")
    Attachment.objects.filter(pk__in=found).update(filing=filing, dropped_at=now if is_lost else None)


@transaction.atomic
def hand_over(*, filing: GuestFiling, to: User) -> list[str]:
    """The address is proven: its files are that person's from now on, and looked at by the scanner. Answers their
    public ids, as many as a message may have."""
    theirs = Attachment.objects.filter(filing=filing, dropped_at=None).order_by("pk")
    named = list(theirs.values_list("public_id", flat=True))
    theirs.update(uploaded_by=to, network="", filing=None)
    return named[: Desk.objects.present().most_files]


@transaction.atomic
def drop(*, filings: Sequence[int], now: datetime) -> None:
    """What they held will never be confirmed: the sweep of uploads deletes rows and bytes."""
    Attachment.objects.filter(filing__in=filings).update(filing=None, dropped_at=now)


@transaction.atomic
def one_by_one(*names: str) -> None:
    """Who counts the same at the same time waits until the transaction is over."""
    with connection.cursor() as cursor:
        for name in names:
            cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [f"guest:{name}"])
