"""An erased customer is found nowhere any more, and what they asked for as an export is theirs alone."""

import io
import json
import zipfile
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from allauth.account.models import EmailAddress
from django.conf import settings
from django.contrib.admin.models import LogEntry
from django.contrib.contenttypes.models import ContentType
from django.db import connection
from django.test import Client
from django.urls import reverse
from django.utils import timezone

import portal.accounts.actions as accounts
from portal.accounts.models import ApiToken, Erasure, Export, Invitation, Membership, Organization, RetentionRule, User
from portal.events.models import Event
from portal.lib.privacy import ERASED
from portal.lib.refusals import Refused
from portal.operations.actions import Work, open_task
from portal.outbox.actions import mark_bounced, mark_sent
from portal.outbox.models import Letter
from tests.factories.accounts import AuthenticatorFactory, InvitationFactory, MembershipFactory
from tests.factories.helpcenter import FollowFactory, QuestionFactory
from tests.tickets.traces import leave
from tickets import actions as tickets
from tickets import privacy
from tickets.models import Escalation, Message, Survey, Ticket

pytestmark = pytest.mark.django_db
MARK = "Quillfeather"  # stands in everything that belongs to the person, and nowhere else


@pytest.fixture
def person(elite: Organization) -> User:
    user = MembershipFactory(
        organization=elite, user__name=f"Ada {MARK}", user__email=f"ada@{MARK.lower()}.example"
    ).user
    EmailAddress.objects.create(user=user, email=f"other@{MARK.lower()}.example", verified=True)
    accounts.create_api_token(wanted=accounts.Wanted(MARK, ["read"], None), user=user)
    AuthenticatorFactory(user=user)
    InvitationFactory(email=user.email)
    FollowFactory(user=user)
    QuestionFactory(text=f"Where is {MARK}?", user_id=user.pk)
    open_task(Work(f"Call {user}", about=user), by=None)
    LogEntry.objects.create(
        user=user, content_type=ContentType.objects.get_for_model(User), object_id=str(user.pk),
        object_repr=f"{user}", action_flag=2, change_message="name",
    )  # fmt: skip
    return user


@pytest.fixture
def story(person: User, elite: Organization, owner: User, agent: User, settle: Callable[..., int]) -> Ticket:
    """A conversation, notes, a wish to escalate, a solution and a rating; letters about all of it."""
    at = timezone.now() - timedelta(days=2)
    filing = tickets.Filing(f"It is {MARK}", f"I am {MARK}.", elite, key="form-1")
    ticket = tickets.file_ticket(filing=filing, by=person, now=at)
    tickets.note(ticket=ticket, body=f"{MARK} again", by=agent)
    tickets.ask_to_escalate(ticket=ticket, by=person, reason=f"{MARK} waits")
    tickets.reply(ticket=ticket, body=f"Hello {MARK}", by=agent)
    tickets.reply(ticket=ticket, body=f"{MARK} thanks", by=person)
    open_task(Work(f"Ask {MARK}", about=ticket), by=None)
    leave(ticket, person, MARK)
    tickets.solve(ticket=ticket, by=agent)
    settle()
    tickets.rate(survey=Survey.objects.get(), score=5, comment=f"{MARK} is happy", by=person)
    theirs = tickets.file_ticket(filing=tickets.Filing("Of the owner", "Words of the owner.", elite), by=owner)
    Message.objects.create(ticket=theirs, author=person, body=MARK, html=MARK, created_at=timezone.now())
    settle()
    for letter in Letter.objects.all():
        mark_sent(letter=letter)
    letter = Letter.objects.filter(user_id=person.pk).first()
    assert letter is not None
    mark_bounced(letter=letter, reason=f"550 <{person.email}> unknown")
    settle()
    return ticket


def tables_with(word: str) -> set[str]:
    """Where the word still stands, in whatever column of whatever table."""
    found = set()
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            cursor.execute(f'SELECT count(*) FROM "{table}" one WHERE one::text ILIKE %s', [f"%{word}%"])
            if cursor.fetchone()[0]:
                found.add(table)
    return found


def carry_out(settle: Callable[..., int]) -> int:
    later, pieces = timezone.now() + timedelta(days=settings.ERASURE_DAYS, minutes=1), 0
    while accounts.erase_next(now=later):
        pieces += 1
    settle(later + timedelta(minutes=1))
    return pieces


def test_an_erased_person_is_found_in_no_table(person: User, story: Ticket, settle: Callable[..., int]) -> None:
    assert {"tickets_ticket", "outbox_letter", "helpcenter_question", "accounts_user"} <= tables_with(MARK)
    number, timers = story.number, story.timers.count()
    accounts.ask_erasure(of=person, by=person, typed=f" {person.email.upper()} ")
    assert tables_with(MARK) >= {"tickets_ticket", "accounts_user"}
    assert carry_out(settle)
    assert tables_with(MARK) == set()
    story.refresh_from_db()
    assert (story.number, story.subject, story.timers.count()) == (number, ERASED, timers)
    assert set(story.messages.values_list("body", flat=True)) == {ERASED}
    assert Survey.objects.get().score == 5
    assert Escalation.objects.filter(ticket=story).exists()
    person.refresh_from_db()
    assert not person.is_active
    for theirs in (Membership.objects.filter(user=person), ApiToken.objects.all(), Invitation.objects.all()):
        assert not theirs.exists()
    assert Message.objects.filter(body="Words of the owner.").exists()
    done = Erasure.objects.get()
    assert done.finished_at
    told = Event.objects.get(name="user.erased")
    assert (told.about_id, told.by_id, told.details) == (str(person.pk), None, {"erasure": done.pk})


def test_a_death_in_the_middle_loses_nothing_and_repeats_nothing(
    person: User, story: Ticket, settle: Callable[..., int], monkeypatch: pytest.MonkeyPatch
) -> None:
    accounts.ask_erasure(of=person, by=person, typed=person.email)
    later = timezone.now() + timedelta(days=8)
    monkeypatch.setattr("portal.accounts.actions.erasing.BATCH", 1)
    while not Erasure.objects.get().erased.get("tickets"):
        accounts.erase_next(now=later)

    def dies(*_words: Any) -> int:
        raise OSError("the worker is gone")

    with monkeypatch.context() as patch:
        patch.setattr(privacy, "_blank_messages", dies)
        with pytest.raises(OSError, match="gone"):
            accounts.erase_next(now=later)
    assert MARK in str(list(Message.objects.values_list("body", flat=True)))
    carry_out(settle)
    assert tables_with(MARK) == set()


def test_an_erasure_waits_and_can_be_taken_back(person: User, settle: Callable[..., int]) -> None:
    with pytest.raises(Refused) as refused:
        accounts.ask_erasure(of=person, by=person, typed="ada")
    assert refused.value.code == "not_confirmed"
    wish = accounts.ask_erasure(of=person, by=person, typed=person.email)
    assert accounts.ask_erasure(of=person, by=person, typed=person.email) == wish
    assert Letter.objects.filter(user_id=person.pk, key__startswith="erasure:").count() == 1
    assert not accounts.erase_next(now=wish.due_at - timedelta(seconds=1))
    assert accounts.revoke_erasure(of=person, by=person)
    assert not accounts.erase_next(now=wish.due_at + timedelta(days=1))
    again = accounts.ask_erasure(of=person, by=person, typed=person.email)
    accounts.erase_next(now=again.due_at)
    with pytest.raises(Refused) as refused:
        accounts.revoke_erasure(of=person, by=person)
    assert refused.value.code == "erasing"


def test_nobody_erases_somebody_else_or_the_last_owner_or_the_staff(
    person: User, owner: User, stranger: User, agent: User, elite: Organization
) -> None:
    def code(of: Any, by: User, typed: str) -> str:
        with pytest.raises(Refused) as refused:
            accounts.ask_erasure(of=of, by=by, typed=typed)
        return refused.value.code

    assert code(person, stranger, person.email) == "not_yours"
    assert code(person, owner, person.email) == "not_yours"
    assert code(elite, person, elite.name) == "not_yours"
    assert code(elite, stranger, elite.name) == "not_yours"
    assert code(owner, owner, owner.email) == "last_owner"
    assert code(agent, agent, agent.email) == "is_staff"


def test_an_erased_organization_takes_its_words_and_those_who_are_in_no_other_along(
    person: User, story: Ticket, owner: User, elite: Organization, settle: Callable[..., int]
) -> None:
    stays = MembershipFactory(organization=elite, user__name="Stays").user
    MembershipFactory(user=stays)
    tier = elite.tier_id
    accounts.ask_erasure(of=elite, by=owner, typed=elite.name)
    carry_out(settle)
    elite.refresh_from_db()
    assert elite.name.startswith(ERASED)
    assert elite.tier_id == tier
    theirs = Ticket.objects.filter(organization=elite)
    assert not theirs.exclude(subject=ERASED).exists()
    assert not Message.objects.exclude(body=ERASED).exists()
    assert not theirs.exclude(state="closed").exists(), "nobody is there who could be answered"
    assert User.objects.get(pk=stays.pk).name == "Stays"
    assert not User.objects.filter(pk__in=[person.pk, owner.pk], is_active=True).exists()
    assert tables_with(MARK) == set()
    assert not Erasure.objects.open().exists()


def test_who_is_alone_in_an_organization_takes_it_along(stranger: User, settle: Callable[..., int]) -> None:
    organization = stranger.organizations.get()
    accounts.ask_erasure(of=stranger, by=stranger, typed=stranger.email)
    assert Erasure.objects.open().count() == 2
    accounts.revoke_erasure(of=stranger, by=stranger)
    assert not Erasure.objects.open().exists()
    accounts.ask_erasure(of=stranger, by=stranger, typed=stranger.email)
    carry_out(settle)
    organization.refresh_from_db()
    assert organization.name.startswith(ERASED)


def read(content: bytes) -> dict[str, str]:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return {name: archive.read(name).decode() for name in archive.namelist()}


def test_an_export_brings_what_is_theirs_and_nothing_else(
    person: User, story: Ticket, owner: User, settle: Callable[..., int], client: Client
) -> None:
    first = accounts.ask_export(of=person, by=person)
    assert accounts.ask_export(of=person, by=person) == first, "a second click is the same wish"
    settle()
    export = Export.objects.get()
    assert export.is_open(timezone.now())
    letter = Letter.objects.get(key=f"export:{export.pk}:{person.pk}")
    url = reverse("accounts:export", args=[export.public_id])
    assert url in letter.text
    assert client.get(url).status_code == 302, "behind the log-in"
    client.force_login(person)
    response = client.get(url)
    assert response["Content-Type"] == "application/zip"
    assert "no-store" in response["Cache-Control"]
    sheets = read(response.content)
    told = json.loads(sheets["tickets.json"])
    assert [one["number"] for one in told] == [story.number]
    assert f"Hello {MARK}" in sheets[f"tickets/{story.number}.md"]
    assert "Words of the owner." not in str(sheets) and f"{MARK} again" not in str(sheets), "notes are for the staff"
    assert json.loads(sheets["profile.json"])["email"] == person.email
    client.force_login(owner)
    assert client.get(url).status_code == 404
    client.force_login(person)
    Export.objects.update(expires_at=timezone.now() - timedelta(minutes=1))
    assert client.get(url).status_code == 410


def test_owners_fetch_what_is_known_of_the_organization_and_staff_only_ask_for_it(
    owner: User, customer: User, agent: User, elite: Organization, settle: Callable[..., int], client: Client
) -> None:
    with pytest.raises(Refused):
        accounts.ask_export(of=elite, by=customer)
    agent.is_superuser = True
    agent.save()
    export = accounts.ask_export(of=elite, by=agent)
    settle()
    url = reverse("accounts:export", args=[export.public_id])
    for reader, status in ((agent, 404), (customer, 404), (owner, 200)):
        client.force_login(reader)
        assert client.get(url).status_code == status
    assert json.loads(read(client.get(url).content)["organization.json"])["name"] == elite.name
    Membership.objects.filter(user=owner).update(role="member")
    assert client.get(url).status_code == 404, "who owns it no longer"


def test_the_page_asks_keeps_and_refuses(person: User, client: Client, elite: Organization) -> None:
    client.force_login(person)
    url = reverse("accounts:privacy")
    assert client.get(url).status_code == 200
    assert client.post(url, {"act": "nothing"}).status_code == 400
    assert client.post(url, {"act": "erase", "typed": "wrong"}).status_code == 409
    assert client.post(url, {"act": "export"}).status_code == 302
    assert client.post(url, {"act": "erase", "typed": person.email}).status_code == 302
    assert "Keep it" in client.get(url).content.decode()
    client.post(url, {"act": "keep"})
    assert not Erasure.objects.open().exists()
    assert client.get(reverse("accounts:privacy_of", args=[elite.public_id])).status_code == 404


def test_an_owner_erases_the_organization_on_its_page(owner: User, elite: Organization, client: Client) -> None:
    client.force_login(owner)
    url = reverse("accounts:privacy_of", args=[elite.public_id])
    assert "1 person who is in no other organization" in client.get(url).content.decode()
    assert client.post(url, {"act": "erase", "typed": elite.name}).status_code == 302
    assert Erasure.objects.open().get().subject_id == elite.pk


def test_closed_tickets_are_forgotten_by_a_rule_that_showed_its_count(
    story: Ticket, agent: User, now: datetime
) -> None:
    tickets.close(ticket=story, by=agent)
    rule = RetentionRule.objects.get_or_create(what="tickets.closed", defaults={"days": 1095})[0]
    later = timezone.now() + timedelta(days=1200)
    assert accounts.sweep_retention(dry_run=True, now=later)["tickets.closed"] == 1
    assert accounts.sweep_retention(now=later).get("tickets.closed") is None, "it is switched off"
    assert Ticket.objects.get(pk=story.pk).subject != ERASED
    accounts.change_retention(rule=rule, to=accounts.WantedRetention(1095, True, 1), by=agent, now=later)
    assert accounts.sweep_retention(now=later)["tickets.closed"] == 1
    assert accounts.sweep_retention(now=later)["tickets.closed"] == 0
    assert set(story.messages.values_list("body", flat=True)) == {ERASED}
