"""Who hears of a ticket that is merged: told once where the talk goes on, and heard of there from then on."""

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from django.utils import timezone

from portal.accounts.models import User
from portal.events.models import Event
from portal.outbox.models import Letter
from tests.factories.accounts import UserFactory
from tickets import actions as tickets
from tickets.models import Copy, Desk, Follower, Ticket

pytestmark = pytest.mark.django_db
File = Callable[..., Ticket]
Settle = Callable[..., int]
PARTNER, BOARD, GONE = "partner@elsewhere.example", "board@elsewhere.example", "gone@elsewhere.example"


def told(settle: Settle) -> list[Letter]:
    settle(now=timezone.now())
    return list(Letter.objects.filter(key__startswith="ticket-merged:").order_by("pk"))


def test_each_customer_is_told_once_where_the_talk_goes_on(
    file: File, agent: User, customer: User, owner: User, settle: Settle
) -> None:
    source, into = file(subject="Late again"), file(subject="Signals are late")
    tickets.follow(ticket=source, user=owner, by=agent)
    tickets.follow(ticket=source, user=agent, by=agent)
    at = timezone.now()
    tickets.merge_tickets(source=source, into=into, by=agent, now=at)
    tickets.merge_tickets(source=source, into=into, by=agent)
    letters = told(settle)
    assert sorted(one.to for one in letters) == sorted([customer.email, owner.email])
    for one in letters:
        assert f"#{into.number}" in one.subject
        assert into.get_absolute_url() in one.text
        assert one.next_at >= at + timedelta(seconds=1)  # not before what was sent can no longer be taken back
    settle(now=timezone.now() + timedelta(hours=1))
    assert len(told(settle)) == 2


def test_the_letter_waits_as_long_as_answers_can_be_taken_back(file: File, agent: User, settle: Settle) -> None:
    Desk.objects.update(undo_for=timedelta(minutes=2))
    at = timezone.now()
    tickets.merge_tickets(source=file(), into=file(), by=agent, now=at)
    assert [one.next_at - at for one in told(settle)] == [timedelta(minutes=2)]


def test_a_guest_is_led_to_the_survivor_by_a_link_that_opens(file: File, agent: User, settle: Settle) -> None:
    lone = UserFactory(name="Gil", password="!")
    source, into = file(by=lone, organization=None), file(by=lone, organization=None)
    tickets.merge_tickets(source=source, into=into, by=agent)
    (letter,) = told(settle)
    assert letter.is_secret
    assert into.guest_links.newest() is not None


def test_nobody_is_told_when_the_talk_is_kept_for_staff(
    file: File, agent: User, stranger: User, owner: User, settle: Settle
) -> None:
    """Spam, say, or a ticket about another customer: its people learn nothing of the other ticket."""
    foreign = file(by=stranger, organization=stranger.organizations.get())
    into = file()
    tickets.follow(ticket=foreign, user=agent, by=agent)
    tickets.add_copy(ticket=foreign, address=PARTNER, by=agent)
    tickets.merge_tickets(source=foreign, into=into, by=agent, keeps_internal=True)
    assert told(settle) == []
    assert list(into.followers.values_list("user", flat=True)) == [agent.pk]  # who reads all anyway
    assert not into.copies.exists()


def test_followers_and_copies_come_along_without_doubles(
    file: File, agent: User, customer: User, owner: User, settle: Settle
) -> None:
    source, into = file(), file()
    for one in (source, into):
        tickets.follow(ticket=one, user=owner, by=agent)
        tickets.add_copy(ticket=one, address=PARTNER, by=agent)
    tickets.follow(ticket=source, user=agent, by=agent)
    tickets.add_copy(ticket=source, address=BOARD, by=agent)
    tickets.add_copy(ticket=source, address=GONE, by=agent)
    tickets.end_copy(copy=tickets.add_copy(ticket=into, address=GONE.title(), by=agent), by=None)
    tickets.merge_tickets(source=source, into=into, by=agent)
    assert set(into.followers.values_list("user", flat=True)) == {owner.pk, agent.pk}
    assert sorted(into.copies.live().values_list("address", flat=True)) == [BOARD, PARTNER]
    tickets.reply(ticket=into, body="It goes on here.", by=agent)
    settle(now=timezone.now())
    got = [one.to for one in Letter.objects.filter(text__contains="It goes on here.")]
    assert sorted(got) == sorted([customer.email, owner.email, PARTNER, BOARD])
    for about, number in ((source, "into"), (into, "source")):
        event = Event.objects.about(about).filter(name__startswith="ticket.circle_").get()
        assert (event.details["followers"], event.details["copies"]) == (1, 1)
        assert str(event.details[number]) in event.sentence()


def test_what_was_said_before_is_not_told_to_who_came_along(
    file: File, agent: User, settle: Settle, now: datetime
) -> None:
    source, into = file(at=now), file(at=now)
    tickets.add_copy(ticket=source, address=PARTNER, by=agent, now=now)
    later = now + timedelta(minutes=1)
    tickets.reply(ticket=source, body="Said there.", by=agent, now=later)
    tickets.reply(ticket=into, body="Said elsewhere.", by=agent, now=later)
    tickets.merge_tickets(source=source, into=into, by=agent, now=later)  # before a letter was written
    settle(now=timezone.now())
    posted = [one.text for one in Letter.objects.filter(to=PARTNER)]
    assert len(posted) == 1
    assert "Said there." in posted[0]


def test_no_more_come_along_than_the_survivor_has_room_for(file: File, agent: User) -> None:
    Desk.objects.update(most_copies=2)
    source, into = file(), file()
    tickets.add_copy(ticket=into, address=PARTNER, by=agent)
    for address in (BOARD, GONE):
        tickets.add_copy(ticket=source, address=address, by=agent)
    tickets.merge_tickets(source=source, into=into, by=agent)
    assert sorted(into.copies.live().values_list("address", flat=True)) == [BOARD, PARTNER]


def test_the_link_of_an_old_letter_ends_the_copies_of_the_survivor_too(file: File, agent: User, owner: User) -> None:
    source, into = file(), file()
    old = tickets.add_copy(ticket=source, address=PARTNER, by=agent)
    tickets.follow(ticket=source, user=owner, by=owner)
    tickets.merge_tickets(source=source, into=into, by=agent)
    tickets.end_copy(copy=old, by=None)
    tickets.unfollow(ticket=source, user=owner, by=owner)
    assert Copy.objects.get(ticket=into).left_at is not None
    assert not Follower.objects.filter(user=owner).exists()


def test_mentions_in_notes_still_reach_who_was_named(
    file: File, agent: User, new_agent: Callable[..., User], settle: Settle
) -> None:
    named = new_agent(name="Ada Byron")
    source, into = file(), file()
    tickets.note(ticket=source, body="@Ada Byron, please look.", by=agent)
    tickets.merge_tickets(source=source, into=into, by=agent)
    settle(now=timezone.now())
    assert Letter.objects.filter(to=named.email, key__startswith="ticket-mentioned:").count() == 1
