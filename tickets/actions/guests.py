"""Guests: an address is proven before a ticket is filed or any other letter goes there."""

from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

import portal.accounts.actions as accounts
from portal.accounts.models import Organization, User
from portal.lib.clock import moment
from portal.lib.refusals import Refused
from portal.lib.tokens import digest, new_secret
from tickets import emails
from tickets.actions import guest_files
from tickets.actions.filing import Filing, file_ticket
from tickets.actions.guest_files import one_by_one
from tickets.models import Category, Desk, GuestFiling, GuestLink, Ticket, has_login
from tickets.states import MOST_CHARACTERS, Channel, Priority


@dataclass(frozen=True)
class GuestWords:
    """What a visitor wrote, a digest of the network address that it came from, and the public ids of files that were
    uploaded for it."""

    email: str
    name: str
    subject: str
    body: str
    network: str
    category: Category | None = None
    priority: str = Priority.NORMAL
    files: tuple[str, ...] = ()


@transaction.atomic
def hold_filing(words: GuestWords, *, now: datetime | None = None) -> None:
    """Keeps the words and asks the address by letter to confirm them. Whether the address is known here, nobody learns.

    Refused for a network that writes too often (`too_often`). An address that was written to often gets no further
    letter, and the visitor is not told: it need not be theirs.
    """
    at = moment(now)
    desk: Desk = Desk.objects.present()
    one_by_one(f"network:{words.network}", f"address:{words.email.lower()}")
    if GuestFiling.objects.of_network_lately(words.network, at).count() >= desk.guest_filings_an_hour:
        raise Refused(_("Too much was written from your network. Please try again in an hour."), code="too_often")
    is_quiet = GuestFiling.objects.of_address_lately(words.email, at).count() < desk.guest_letters_an_hour
    secret = new_secret()
    filing = GuestFiling.objects.create(
        email=words.email,
        name=words.name,
        subject=" ".join(words.subject.split())[:200],
        body=words.body.strip()[:MOST_CHARACTERS],
        category=words.category,
        priority=words.priority,
        digest=digest(secret),
        network=words.network,
        created_at=at,
        expires_at=at + desk.guest_filing_valid_for,
    )
    guest_files.take_along(filing=filing, files=words.files, is_lost=not is_quiet, now=at)
    if is_quiet:
        emails.confirm_guest(filing=filing, secret=secret)


@transaction.atomic
def confirm_filing(*, filing: GuestFiling, now: datetime | None = None) -> Ticket:
    """The letter's link was followed and confirmed: the address is proven, the ticket is filed. Twice is once."""
    at = moment(now)
    locked = GuestFiling.objects.select_for_update(of=("self",)).select_related("ticket", "category").get(pk=filing.pk)
    if locked.ticket is not None:
        return locked.ticket
    if locked.expires_at <= at:
        raise Refused(_("This link has expired. Please write to us again."), code="expired")
    user = accounts.welcome_guest(email=locked.email, name=locked.name, is_proven=True, now=at)
    words = Filing(
        subject=locked.subject,
        body=locked.body,
        organization=_only_organization(user),
        category=locked.category,
        priority=locked.priority,
        channel=Channel.WEB,
        key=f"guest:{locked.pk}",
        files=guest_files.hand_over(filing=locked, to=user),
    )
    locked.ticket = file_ticket(filing=words, by=user, now=at)
    locked.save(update_fields=["ticket"])
    open_link(ticket=locked.ticket, now=at)
    return locked.ticket


@transaction.atomic
def file_for(*, filing: Filing, by: User, now: datetime | None = None) -> Ticket:
    """An agent files for a customer, who is told; one without a log-in gets a link."""
    ticket = file_ticket(filing=filing, by=by, now=now)
    open_link(ticket=ticket, now=now)
    return ticket


@transaction.atomic
def open_link(*, ticket: Ticket, now: datetime | None = None) -> GuestLink | None:
    """The link that opens a ticket to who has no log-in, with its life begun anew; None for who can log in."""
    at = moment(now)
    if has_login(ticket.requester):
        return None
    until = at + Desk.objects.present().guest_link_valid_for
    link = GuestLink.objects.of(ticket).usable(at).select_for_update().first()
    if link is None:
        return GuestLink.objects.create(ticket=ticket, created_at=at, expires_at=until)
    link.expires_at = max(link.expires_at, until)
    link.save(update_fields=["expires_at"])
    return link


@transaction.atomic
def withdraw_links(*, ticket: Ticket, now: datetime | None = None) -> int:
    """No link opens the ticket any more, until somebody asks for a new one. Answers how many did."""
    at = moment(now)
    return GuestLink.objects.of(ticket).usable(at).update(revoked_at=at)


@transaction.atomic
def send_new_link(*, ticket: Ticket, now: datetime | None = None) -> bool:
    """Withdraws the links of a ticket and sends a new one to who asked for help, not too often."""
    at = moment(now)
    locked = Ticket.objects.select_for_update(of=("self",)).select_related("requester").get(pk=ticket.pk)
    if GuestLink.objects.of(locked).filter(created_at__gt=at - Desk.objects.present().guest_link_again_after).exists():
        return False
    withdraw_links(ticket=locked, now=at)
    link = open_link(ticket=locked, now=at)
    if link is not None:
        emails.guest_link(link=link)
    return link is not None


@transaction.atomic
def forget_filings(*, now: datetime | None = None) -> int:
    """Deletes what was held and is over: never confirmed, or a ticket by now. Answers how many."""
    at = moment(now)
    over = GuestFiling.objects.to_forget(at).select_for_update()
    guest_files.drop(filings=list(over.values_list("pk", flat=True)), now=at)
    return over.delete()[0]


def _only_organization(user: User) -> Organization | None:
    found = list(user.organizations.all()[:2])
    return found[0] if len(found) == 1 else None
