"""Another desk's files that were handed in: kept, looked at and brought in by a worker, never in a request. Files are
written, read and deleted outside of transactions."""

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory

import structlog
from django.conf import settings
from django.core.files import File
from django.db import transaction
from django.utils.translation import gettext as _

from portal.accounts.models import User
from portal.events.actions import record
from portal.lib.archives import Limits, Unacceptable, unpacked
from portal.lib.clock import moment
from portal.lib.file_kinds import shown_name
from portal.lib.refusals import Refused
from portal.lib.storable import storable
from tickets.actions.imports import Delivered, Order, import_desk
from tickets.events import IMPORT_CONFIRMED, IMPORT_ENDED, IMPORT_HANDED_IN
from tickets.models import DeskImport
from tickets.models.attachments import random_name
from tickets.states.imports import ENDINGS, FILES, ImportKind, ImportState

LEASE = timedelta(minutes=10)  # so long after its last sign of life a worker counts as dead
MOST_ATTEMPTS = 3
KEPT_FOR = timedelta(days=14)
log = structlog.get_logger("portal.system")


@dataclass(frozen=True)
class HandedIn:
    """A ZIP file, or one CSV file; `name` says what is in the latter (`tickets.csv`)."""

    name: str
    file: File
    origin: str
    source: str
    audience: str


def keep_import(*, upload: HandedIn, by: User, now: datetime | None = None) -> DeskImport:
    """Keeps the file; a worker looks at it. Until the file is there nobody takes it up."""
    at = moment(now)
    kept = DeskImport(origin=upload.origin, source=upload.source, audience=upload.audience, uploaded_by=by)
    kept.name, kept.size, kept.uploaded_at, kept.next_at = shown_name(upload.name), upload.file.size, at, at + LEASE
    kept.stored.name = random_name(kept, "")
    with transaction.atomic():
        kept.save()
        record(IMPORT_HANDED_IN, about=kept, by=by, details={"size": kept.size}, now=at)
    upload.file.seek(0)
    kept.stored.storage.save(kept.stored.name, upload.file)
    DeskImport.objects.filter(pk=kept.pk).update(next_at=at)
    return kept


@transaction.atomic
def confirm_import(*, chosen: DeskImport, by: User, now: datetime | None = None) -> DeskImport:
    """What was looked at is brought in by a worker. Confirmed already: nothing happens."""
    locked, at = DeskImport.objects.select_for_update().get(pk=chosen.pk), moment(now)
    if locked.state == ImportState.CONFIRMED:
        return locked
    if locked.state != ImportState.LOOKED_AT or not locked.stored:
        raise Refused(_("Have it looked at first, and read what would happen."), code="not_looked_at")
    locked.state, locked.next_at, locked.attempts, locked.through = ImportState.CONFIRMED, at, 0, 0
    locked.save(update_fields=["state", "next_at", "attempts", "through"])
    record(IMPORT_CONFIRMED, about=locked, by=by, now=at)
    return locked


@transaction.atomic
def repeat_import(*, chosen: DeskImport, by: User, now: datetime | None = None) -> DeskImport:
    """Looks at the same file once more: what came over since is known, and nothing comes twice."""
    locked, at = DeskImport.objects.select_for_update().get(pk=chosen.pk), moment(now)
    if locked.is_at_work:
        return locked
    if not locked.may_be_repeated:
        raise Refused(_("The file is no longer here. Hand it in again."), code="file_gone")
    locked.state, locked.next_at, locked.attempts, locked.reason = ImportState.HANDED_IN, at, 0, ""
    locked.save(update_fields=["state", "next_at", "attempts", "reason"])
    record(IMPORT_HANDED_IN, about=locked, by=by, details={"size": locked.size}, now=at)
    return locked


@transaction.atomic
def claim_import(*, now: datetime | None = None) -> DeskImport | None:
    """Takes up one that waits, or that a dead worker left. The attempt is counted before it begins."""
    at = moment(now)
    found = DeskImport.objects.due(at).select_for_update(skip_locked=True, of=("self",)).first()
    if found is None:
        return None
    found.attempts += 1
    found.next_at = at + LEASE
    found.save(update_fields=["attempts", "next_at"])
    if found.attempts > MOST_ATTEMPTS:
        _end(found, ImportState.FAILED, at, found.reason or _("Each worker that took it up died."))
    return found


def work_import(*, claimed: DeskImport, now: datetime | None = None) -> DeskImport:
    """Looks at a claimed one, or brings it in. What is through stays, so that the next attempt goes on from there."""
    if not claimed.is_at_work:
        return claimed
    is_look = claimed.state == ImportState.HANDED_IN
    try:
        with _files(claimed) as folder:
            delivered = import_desk(order=_order(claimed, folder, is_look=is_look), by=claimed.uploaded_by, now=now)
    except (Unacceptable, FileNotFoundError) as problem:
        said = _("The file is gone.") if isinstance(problem, FileNotFoundError) else str(problem)
        return _end(claimed, ImportState.FAILED, moment(now), said)
    except Exception as error:  # a fault of ours, of the storage or of the database: kept in words, tried again
        log.exception("import_failed", desk_import=claimed.pk, attempts=claimed.attempts)
        return _try_again(claimed, storable(f"{type(error).__name__}: {error}")[:300], moment(now))
    if not delivered.counted:
        names = ", ".join(f"{name}.{ENDINGS[claimed.origin][0]}" for name in FILES)
        said = _("There are no rows in it. Files are known by their names: %(names)s.") % {"names": names}
        return _end(claimed, ImportState.FAILED, moment(now), said)
    _keep(claimed, delivered)
    return _end(claimed, ImportState.LOOKED_AT if is_look else ImportState.DONE, moment(now), "")


def sweep_import(*, now: datetime | None = None) -> bool:
    """Deletes the file of one that ended some time ago, and what was said of single rows. False: there is none."""
    before = moment(now) - KEPT_FOR
    with transaction.atomic():
        found = DeskImport.objects.ended_before(before).select_for_update(skip_locked=True).first()
        if found is None:
            return False
        name = found.stored.name
        found.stored.name, found.problems, found.remarks = "", [], []
        if found.state == ImportState.LOOKED_AT:
            found.state, found.reason = ImportState.FAILED, _("Nobody confirmed it.")
        found.save(update_fields=["stored", "problems", "remarks", "state", "reason"])
    with suppress(FileNotFoundError):
        found.stored.storage.delete(name)
    return True


@contextmanager
def _files(claimed: DeskImport) -> Iterator[Path]:
    """The folder in which the files are, for as long as they are needed."""
    name = claimed.stored.name
    if not name:
        raise FileNotFoundError
    with claimed.stored.storage.open(name, "rb") as file:
        content = file.read()
    if claimed.name.lower().endswith(".csv"):
        with TemporaryDirectory() as folder:
            (Path(folder) / Path(claimed.name).name.lower()).write_bytes(content)
            yield Path(folder)
        return
    with unpacked(content, Limits.of(settings.DESK_ZIP_LIMITS)) as folder:
        inside = list(folder.iterdir())
        yield inside[0] if len(inside) == 1 and inside[0].is_dir() else folder


def _order(claimed: DeskImport, folder: Path, *, is_look: bool) -> Order:
    return Order(
        folder=folder,
        endings=ENDINGS[claimed.origin],
        source=claimed.source,
        audience=claimed.audience,
        dry_run=is_look,
        after_each_batch=None if is_look else partial(_show_progress, claimed),  # a look keeps nothing, this neither
    )


def _show_progress(claimed: DeskImport, delivered: Delivered) -> None:
    """A batch is through: the page counts on, and the worker is alive."""
    through = delivered.counted
    DeskImport.objects.filter(pk=claimed.pk).update(through=through, next_at=moment(None) + LEASE)


def _keep(claimed: DeskImport, delivered: Delivered) -> None:
    claimed.tally = {
        kind.value: {"new": delivered.new[kind], "known": delivered.known[kind], "bad": delivered.bad[kind]}
        for kind in ImportKind
    }
    claimed.problems = [asdict(one) for one in delivered.problems]
    claimed.remarks = [asdict(one) for one in delivered.remarks]
    claimed.rows = claimed.through = delivered.counted


@transaction.atomic
def _end(claimed: DeskImport, state: ImportState, at: datetime, reason: str) -> DeskImport:
    claimed.state, claimed.next_at, claimed.ended_at, claimed.reason = state, None, at, storable(reason)[:300]
    claimed.save(
        update_fields=[
            *("state", "next_at", "ended_at", "reason"),
            *("tally", "problems", "remarks", "rows", "through"),
        ]
    )
    new = sum(one["new"] for one in claimed.tally.values()) if state == ImportState.DONE else 0
    record(IMPORT_ENDED, about=claimed, by=None, details={"state": str(state), "new": new}, now=at)
    return claimed


def _try_again(claimed: DeskImport, reason: str, at: datetime) -> DeskImport:
    if claimed.attempts >= MOST_ATTEMPTS:
        return _end(claimed, ImportState.FAILED, at, reason)
    claimed.reason, claimed.next_at = reason, at + timedelta(seconds=30 * claimed.attempts)
    claimed.save(update_fields=["reason", "next_at"])
    return claimed
