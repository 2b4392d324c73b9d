"""What an erasure takes of answers on their way, of followers and of addresses that get copies."""

from collections.abc import Callable

import pytest
from django.utils import timezone

from portal.accounts.models import User
from portal.lib.privacy import PERSON, Subject
from tests.factories.desk import CopyFactory, FollowerFactory, HeldReplyFactory
from tickets import privacy
from tickets.models import Copy, Follower, HeldReply, Ticket

pytestmark = pytest.mark.django_db


def test_all_of_it_goes_with_the_person_and_nothing_of_others(file: Callable[..., Ticket], customer: User) -> None:
    own, others = file(at=timezone.now()), HeldReplyFactory(body="Of somebody else.")
    HeldReplyFactory(ticket=own, state="taken_back", body="Dear Mara")
    CopyFactory(ticket=own, address="friend@elsewhere.example")
    CopyFactory(ticket=others.ticket, address=customer.email.upper())
    kept = CopyFactory(ticket=others.ticket)
    FollowerFactory(ticket=others.ticket, user=customer)
    subject = Subject(PERSON, customer.pk, (customer.email,))
    sheets = {sheet.path: sheet.content for sheet in privacy.export(subject)}
    told = sheets["tickets-told-of.json"]
    assert [row["ticket__number"] for row in told["followed"] + told["copies"]] == [others.ticket.number] * 2
    for _again in range(5):
        privacy.erase(subject, 100)
    assert list(HeldReply.objects.all()) == [others]
    assert list(Copy.objects.all()) == [kept]
    assert not Follower.objects.exists()
