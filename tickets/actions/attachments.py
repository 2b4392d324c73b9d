"""Files that people hand in: kept at once, taken by a message, swept when none did. Bytes are written and deleted
outside of transactions; the row stands before them and goes after them, so that none is forgotten."""

from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.core.files import File
from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from portal.accounts.models import User
from portal.lib.clock import moment
from portal.lib.file_kinds import HEAD, PICTURES, PROGRAM, shown_name, told_by
from portal.lib.refusals import Refused
from tickets.models import Attachment, Desk, HeldReply, Message
from tickets.models.attachments import random_name
from tickets.models.figures import MB
from tickets.states import FileState

MOST_UNSENT = 3  # times the files of one message: so much one person may have lying around
STRANGERS_KEPT_FOR = timedelta(hours=2)  # while they fill in their form


@dataclass(frozen=True)
class Upload:
    """A file as it came in, and the name its owner gave it."""

    name: str
    file: File


def keep_upload(*, upload: Upload, by: User, now: datetime | None = None) -> Attachment:
    """Keeps a file until a message takes it; what it is, its content says. Nothing of it is opened here.

    Refuses an empty one (`file_empty`), one too large (`file_large`), a program (`file_program`), and more than a
    person may have lying around, or upload in a day (`files_many`).
    """
    desk: Desk = Desk.objects.present()
    attachment = drafted(upload=upload, desk=desk, now=moment(now))
    attachment.uploaded_by = by
    with transaction.atomic():
        User.objects.select_for_update(no_key=True).get(pk=by.pk)  # two uploads at once are counted one by one
        _refuse_heaps(attachment, desk)
        attachment.save()
    write(attachment=attachment, upload=upload)
    return attachment


def drafted(*, upload: Upload, desk: Desk, now: datetime) -> Attachment:
    """The row of a file, told by its content, before anybody counted it. Refuses as `keep_upload` says."""
    name = shown_name(upload.name)
    content_type = _checked(upload, name, desk)
    attachment = Attachment(name=name, content_type=content_type, size=upload.file.size, uploaded_at=now)
    attachment.stored.name = random_name(attachment, "")
    if settings.CLAMAV_URL:
        attachment.state = FileState.WAITING
    if settings.CLAMAV_URL or content_type in PICTURES:
        attachment.check_at = now
    return attachment


def write(*, attachment: Attachment, upload: Upload) -> None:
    """The bytes, once the row stands and outside of its transaction."""
    upload.file.seek(0)
    attachment.stored.storage.save(attachment.stored.name, upload.file)


def _checked(upload: Upload, name: str, desk: Desk) -> str:
    if not upload.file.size:
        raise Refused(_("%(name)s is empty.") % {"name": name}, code="file_empty")
    if upload.file.size > desk.most_file_bytes:
        said = _("%(name)s is larger than %(limit)s MB.")
        raise Refused(said % {"name": name, "limit": desk.most_file_mb}, code="file_large")
    upload.file.seek(0)
    content_type = told_by(upload.file.read(HEAD), name)
    if content_type == PROGRAM:
        said = _("%(name)s is a program. Programs cannot be attached.")
        raise Refused(said % {"name": name}, code="file_program")
    return content_type


def _refuse_heaps(attachment: Attachment, desk: Desk) -> None:
    by = attachment.uploaded_by
    unsent, lately = Attachment.objects.unsent_of(by), Attachment.objects.uploaded_lately(by, attachment.uploaded_at)
    most = desk.most_files * MOST_UNSENT
    if unsent.count() >= most or unsent.bytes_of() + attachment.size > desk.most_file_bytes * most:
        raise Refused(_("You have added many files that were not sent. Send or remove some first."), code="files_many")
    if lately.bytes_of() + attachment.size > desk.most_files_mb_a_day * MB:
        raise Refused(_("You have uploaded a lot today. Please go on tomorrow."), code="files_many")


@transaction.atomic
def attach(*, message: Message, files: Sequence[str], by: User) -> list[Attachment]:
    """Gives a message the files that its author uploaded, by their public ids. Taken by this very message already is
    fine; anything else that is not theirs to send is refused (`file_gone`), as are too many (`files_many`)."""
    found = _theirs(files, by, {"message": message.pk})
    Attachment.objects.filter(pk__in=[one.pk for one in found]).update(message=message)
    return found


@transaction.atomic
def hold_files(*, held: HeldReply, files: Sequence[str], by: User) -> list[Attachment]:
    """The same for an answer that can still be taken back; when it leaves, its message takes them."""
    found = _theirs(files, by, {"held": held.pk})
    Attachment.objects.filter(pk__in=[one.pk for one in found]).update(held=held)
    return found


def _theirs(files: Sequence[str], by: User, taken: dict[str, int]) -> list[Attachment]:
    """Locked: those of that person which are free, or `taken` by the same message or answer already."""
    wanted = list(dict.fromkeys(files))
    if not wanted:
        return []
    desk: Desk = Desk.objects.present()
    if len(wanted) > desk.most_files:
        said = ngettext("Attach %d file at most.", "Attach %d files at most.", desk.most_files)
        raise Refused(said % desk.most_files, code="files_many")
    named = Attachment.objects.named(wanted).filter(uploaded_by=by, dropped_at=None).select_for_update()
    pks = [one.pk for one in named]
    usable = Attachment.objects.free().filter(pk__in=pks) | Attachment.objects.filter(pk__in=pks, **taken)
    fits = list(usable.order_by("pk"))
    if len(fits) < len(wanted):
        raise Refused(_("A file is no longer here, or was sent already. Add it again."), code="file_gone")
    return fits


@transaction.atomic
def drop_upload(*, attachment: Attachment, now: datetime | None = None) -> bool:
    """Its owner takes an unsent file back: from now on it is nowhere; the sweep deletes it. False once it was sent."""
    if not Attachment.objects.select_for_update().filter(pk=attachment.pk).exists():
        return False
    return _drop(attachment.pk, moment(now))


def _drop(pk: int, at: datetime) -> bool:
    """Of a locked file: whether nobody took it, looked at anew, since whoever held the lock before may have."""
    if not Attachment.objects.free().filter(pk=pk).exists():
        return False
    return bool(Attachment.objects.filter(pk=pk).update(dropped_at=at))


def sweep_next_upload(*, now: datetime | None = None) -> bool:
    """Deletes one file that nobody sent in time; one that was taken at the last moment stays. False: there is none."""
    at = moment(now)
    before = at - Desk.objects.present().unsent_files_kept_for
    with transaction.atomic():
        found = Attachment.objects.to_sweep(before, at - STRANGERS_KEPT_FOR).select_for_update(skip_locked=True).first()
        if found is None:
            return False
        if found.dropped_at is None and not _drop(found.pk, at):
            return True
    for field in (found.stored, found.thumbnail):
        if field.name:
            with suppress(FileNotFoundError):
                field.storage.delete(field.name)
    Attachment.objects.filter(pk=found.pk, message=None).delete()
    return True


def pieces(attachment: Attachment) -> Iterator[bytes]:
    """The bytes of a file, never all at once."""
    with attachment.stored.open("rb") as file:
        yield from file.chunks()
