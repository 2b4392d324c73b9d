from datetime import datetime

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from portal.accounts.models import User
from portal.events.actions import record
from portal.lib.clock import moment
from portal.lib.refusals import Refused
from tickets.events import QUEUE_VIEW_DROPPED, QUEUE_VIEW_KEPT
from tickets.models import QueueView
from tickets.search import understood

MOST_OF_ONE = 30


@transaction.atomic
def keep_view(*, view: QueueView, by: User, now: datetime | None = None) -> QueueView:
    """Saves a view, new or changed; a search that means nothing is refused. Sharing needs its permission.

    The same name again changes the view that has it.
    """
    User.objects.select_for_update(no_key=True).get(pk=by.pk)  # two browsers of one person keep one after the other
    before = QueueView.objects.select_for_update().filter(pk=view.pk).first()
    _check_may_keep(view, before, by)
    view.name, view.query = " ".join(view.name.split()), view.query.strip()
    if not view.name or not view.query:
        raise Refused(_("A view has a name and a search."), code="empty")
    understood(view.query, reader=by, now=moment(now))
    same = QueueView.objects.select_for_update().filter(owner=view.owner, name=view.name).exclude(pk=view.pk).first()
    if same is not None and view.pk is not None:
        raise Refused(_("There is a view with this name already."), code="name_taken")
    if same is not None:
        view.pk, view.slug, view.position, view._state.adding = same.pk, same.slug, same.position, False
    elif view.pk is None and view.owner and QueueView.objects.owned_by(by).count() >= MOST_OF_ONE:
        raise Refused(_("You have many views already. Drop one first."), code="too_many")
    _save(view)
    record(QUEUE_VIEW_KEPT, about=view, by=by, details={"is_shared": view.is_shared}, now=now)
    return view


@transaction.atomic
def drop_view(*, view: QueueView, by: User, now: datetime | None = None) -> None:
    """Takes a view away; one that was shipped is only no longer offered. Gone already does nothing."""
    found = QueueView.objects.select_for_update().filter(pk=view.pk).first()
    if found is None:
        return
    _check_may_keep(found, found, by)
    record(QUEUE_VIEW_DROPPED, about=found, by=by, details={"is_shared": found.is_shared}, now=now)
    if found.slug:
        found.is_active = False
        found.save(update_fields=["is_active"])
    else:
        found.delete()


def _save(view: QueueView) -> None:
    view.is_active = True
    try:
        with transaction.atomic():
            view.save()
    except IntegrityError as error:  # a colleague shared one with this name just now
        raise Refused(_("There is a view with this name already."), code="name_taken") from error


def _check_may_keep(view: QueueView, before: QueueView | None, by: User) -> None:
    concerned = [one for one in (view, before) if one is not None]
    if any(one.is_shared for one in concerned) and not by.has_perm("tickets.share_queueview"):
        raise Refused(_("You may not change views that colleagues share."), code="not_yours")
    if any(not one.is_shared and one.owner_id != by.pk for one in concerned):
        raise Refused(_("This view belongs to a colleague."), code="not_yours")
