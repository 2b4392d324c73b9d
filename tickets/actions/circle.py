"""Who else hears of a ticket: people who follow it, and addresses that get copies."""

from datetime import datetime, timedelta

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import transaction
from django.utils.translation import gettext as _

from portal.accounts.models import Membership, User
from portal.lib.clock import moment
from portal.lib.mailboxes import bare, is_read_by_nobody
from portal.lib.refusals import Refused
from portal.outbox.models import Letter
from portal.outbox.states import LetterState
from tickets.actions import changes
from tickets.events import CIRCLE_CAME, CIRCLE_WENT, COPY_ADDED, COPY_ENDED, FOLLOWER_ADDED, FOLLOWER_LEFT
from tickets.models import Copy, Desk, Follower, Ticket
from tickets.querysets import reads_as_staff


@transaction.atomic
def follow(*, ticket: Ticket, user: User, by: User, now: datetime | None = None) -> Follower:
    """Somebody gets letters about a ticket that they may see; staff add others, everybody themselves."""
    if user != by and not ticket.hears_us_from(by):
        raise Refused(_("You can follow a ticket yourself, but not make others follow it."), code="not_yours")
    if user.pk == ticket.requester_id:
        raise Refused(_("Who asked gets every answer anyway."), code="requester")
    if not user.is_active or not Ticket.objects.visible_to(user).filter(pk=ticket.pk).exists():
        raise Refused(_("They may not see this ticket. Send copies to their address instead."), code="not_visible")
    locked, at = changes.lock(ticket=ticket), moment(now)
    follower, is_new = Follower.objects.get_or_create(
        ticket=locked, user=user, defaults={"added_by": by, "added_at": at}
    )
    if is_new:
        locked.save(update_fields=["version"])
        changes.tell(event=FOLLOWER_ADDED, ticket=locked, by=by, at=at, details={"user": user.pk})
    return follower


@transaction.atomic
def unfollow(*, ticket: Ticket, user: User, by: User, now: datetime | None = None) -> None:
    """No more letters about it; who does not follow it already: nothing happens."""
    if user != by and not ticket.hears_us_from(by):
        raise Refused(_("Only they themselves or the support team can do this."), code="not_yours")
    gone, _rows = Follower.objects.filter(ticket=ticket, user=user).delete()
    survivor = Ticket.objects.survivor_of(Ticket.objects.get(pk=ticket.pk))
    if survivor is not None and survivor.pk != ticket.pk:
        unfollow(ticket=survivor, user=user, by=by, now=now)  # where the letters come from since it was merged
    if gone:
        locked = changes.lock(ticket=ticket)
        locked.save(update_fields=["version"])
        changes.tell(event=FOLLOWER_LEFT, ticket=locked, by=by, at=moment(now), details={"user": user.pk})


@transaction.atomic
def add_copy(*, ticket: Ticket, address: str, by: User, now: datetime | None = None) -> Copy:
    """An address gets what is said in public from now on. Staff add any mailbox that somebody reads, customers those of
    members of the ticket's organization. One that has left this ticket is not added again."""
    locked, at, address = changes.lock(ticket=ticket), moment(now), bare(address)
    if not locked.hears_us_from(by):
        _check_is_a_colleague(locked, address)  # first: a customer learns nothing of other addresses
    _check_mailbox(locked, address, at)
    copy = locked.copies.of_address(address).select_for_update().first()  # who leaves meanwhile has left
    if copy is not None and copy.left_at is not None:
        raise Refused(_("Who reads this mailbox wants no more letters about this ticket."), code="has_left")
    if copy is not None and copy.ended_at is None:
        return copy
    if locked.copies.live().count() >= Desk.objects.present().most_copies:
        raise Refused(_("No more addresses can be added to this ticket."), code="too_many")
    copy = copy or Copy(ticket=locked, address=address)
    copy.added_by, copy.added_at, copy.ended_at = by, at, None
    copy.save()
    locked.save(update_fields=["version"])
    changes.tell(event=COPY_ADDED, ticket=locked, by=by, at=at, details={"copy": copy.pk})
    return copy


@transaction.atomic
def end_copy(*, copy: Copy, by: User | None, now: datetime | None = None) -> None:
    """No more letters to that address. `by` None: whoever reads the mailbox wants it so, for good."""
    locked = Copy.objects.select_for_update(of=("self",)).select_related("ticket__organization").get(pk=copy.pk)
    at, was_live = moment(now), locked.ended_at is None and locked.left_at is None
    if by is None:
        locked.left_at = locked.left_at or at
    else:
        locked.ended_at = locked.ended_at or at
    locked.save(update_fields=["ended_at", "left_at"])
    if was_live:
        changes.tell(event=COPY_ENDED, ticket=locked.ticket, by=by, at=at, details={"copy": copy.pk})
    _end_where_it_went(locked, by, at)


def _end_where_it_went(copy: Copy, by: User | None, at: datetime) -> None:
    """Of a ticket that was merged: letters come from the survivor now, and an old letter's link ends these too."""
    survivor = Ticket.objects.survivor_of(copy.ticket)
    if survivor is not None and survivor.pk != copy.ticket_id:
        for one in survivor.copies.of_address(copy.address):
            end_copy(copy=one, by=by, now=at)


@transaction.atomic(savepoint=False)
def take_along(*, source: Ticket, into: Ticket, is_for_staff: bool, by: User | None, now: datetime) -> None:
    """Who hears of a ticket hears of the one that it is merged into, from now on and once. Both are locked.

    The source keeps its lists: what was said there and is still on its way reaches those to whom it was said. With
    `is_for_staff` only colleagues come along: the other customer's talk is none of its people's business. Who was taken
    off the survivor, or left it, stays so.
    """
    people = [one for one in source.followers.select_related("user").order_by("pk") if _may_come(one, into)]
    people = [one for one in people if not is_for_staff or reads_as_staff(one.user)]
    known = set(into.followers.values_list("user", flat=True))
    came = [one for one in people if one.user_id not in known]
    Follower.objects.bulk_create(
        Follower(ticket=into, user=one.user, added_by=one.added_by, added_at=now) for one in came
    )
    copies, since = [] if is_for_staff else _copies_to_come(source, into), now + timedelta(microseconds=1)
    Copy.objects.bulk_create(  # of what was said until this very moment they get nothing
        Copy(ticket=into, address=one.address, added_by=one.added_by, added_at=since) for one in copies
    )
    if came or copies:
        counts = {"followers": len(came), "copies": len(copies)}
        changes.tell(event=CIRCLE_WENT, ticket=source, by=by, at=now, details={**counts, "into": into.number})
        changes.tell(event=CIRCLE_CAME, ticket=into, by=by, at=now, details={**counts, "source": source.number})


def _may_come(follower: Follower, into: Ticket) -> bool:
    user = follower.user
    sees = user.is_active and Ticket.objects.visible_to(user).filter(pk=into.pk).exists()
    return sees and user.pk != into.requester_id


def _copies_to_come(source: Ticket, into: Ticket) -> list[Copy]:
    """As many as the survivor has room for, without addresses that it ever had."""
    known = {address.lower() for address in into.copies.values_list("address", flat=True)} | {
        into.requester.email.lower()
    }
    fresh = [one for one in source.copies.live().order_by("pk") if one.address.lower() not in known]
    return fresh[: max(Desk.objects.present().most_copies - into.copies.live().count(), 0)]


def may_get_letters(*, copy: Copy, now: datetime | None = None) -> bool:
    """Whether a letter may go to that address: no colleague's by now, none that came back, and not too many at once
    (two machines that answer each other come to an end)."""
    at = moment(now)
    if User.objects.staff().filter(email__iexact=copy.address).exists():
        return False
    desk = Desk.objects.present()
    if _bounced_lately(copy.address, desk, at):
        return False
    lately = Letter.objects.filter(key__startswith=f"ticket-copy:{copy.pk}:", posted_at__gt=at - timedelta(hours=1))
    return lately.count() < desk.copy_letters_an_hour


def _bounced_lately(address: str, desk: Desk, at: datetime) -> bool:
    bounced = Letter.objects.filter(to__iexact=address, state=LetterState.BOUNCED)
    return bounced.filter(posted_at__gt=at - desk.bounce_counts_for).exists()


def _check_mailbox(ticket: Ticket, address: str, at: datetime) -> None:
    try:
        validate_email(address)
    except ValidationError as error:
        raise Refused(_("This is no email address."), code="no_address") from error
    own = {bare(settings.DEFAULT_FROM_EMAIL), bare(settings.SERVER_EMAIL)}
    if address in own or is_read_by_nobody(address):
        raise Refused(_("Nobody reads this mailbox."), code="nobody_reads")
    if address == ticket.requester.email.lower():
        raise Refused(_("Who asked gets every answer anyway."), code="requester")
    if User.objects.staff().filter(email__iexact=address).exists():
        raise Refused(_("This is a colleague: they can follow the ticket."), code="colleague")
    if _bounced_lately(address, Desk.objects.present(), at):
        raise Refused(_("Letters to this address came back lately."), code="bounced")


def _check_is_a_colleague(ticket: Ticket, address: str) -> None:
    members = Membership.objects.filter(organization=ticket.organization_id, user__is_active=True)
    if ticket.organization_id is None or not members.filter(user__email__iexact=address).exists():
        raise Refused(_("You can add people of your organization who have an account here."), code="not_a_member")
