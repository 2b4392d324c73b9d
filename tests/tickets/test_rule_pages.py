"""Rules in the admin: written by leads, looked at before they are switched on, with what failed in sight."""

import re
from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest
from django.conf import LazySettings
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from portal.accounts.models import User
from tests.factories.accounts import OrganizationFactory, StaffFactory
from tests.factories.routing import FiringFactory, RuleFactory
from tests.factories.tickets import TagFactory
from tickets import actions as tickets
from tickets.models import Firing, Rule, Ticket

pytestmark = pytest.mark.django_db
File = Callable[..., Ticket]
RULES = "/admin/tickets/rule/"


@pytest.fixture
def lead(client: Client, db: None, settings: LazySettings) -> Client:
    settings.STAFF_SECOND_FACTOR = False
    client.force_login(StaffFactory(role="lead"))
    return client


def form(**fields: Any) -> dict[str, Any]:
    """What the admin's form of a rule posts: one condition, one act."""
    return {
        "name": "Refunds",
        "position": "0",
        "trigger": "ticket.filed",
        "hours": "",
        "conditions-TOTAL_FORMS": "1",
        "conditions-INITIAL_FORMS": "0",
        "conditions-0-asks": "subject",
        "conditions-0-operator": "contains",
        "conditions-0-value": "refund",
        "acts-TOTAL_FORMS": "1",
        "acts-INITIAL_FORMS": "0",
        "acts-0-does": "tag",
        "acts-0-value": "money",
        **fields,
    }


def preview_of(rule: Rule) -> str:
    return reverse("admin:tickets_rule_preview", args=[rule.pk])


def test_a_rule_is_written_looked_at_switched_on_and_off(lead: Client, file: File, now: datetime) -> None:
    TagFactory(slug="money")
    file(subject="Where is my refund?")
    file(subject="Signals")
    lead.post(f"{RULES}add/", form())
    rule = Rule.objects.get()
    assert (rule.version, rule.is_active) == (1, False)
    page = lead.get(preview_of(rule), follow=True).text
    assert "Where is my refund?" in page
    assert "Signals</a>" not in page
    seen = re.search(r'name="seen" value="([^"]+)"', page)
    assert seen
    assert "switched on" in lead.post(preview_of(rule), {"seen": seen[1]}, follow=True).text
    rule.refresh_from_db()
    assert rule.is_active
    assert "Refunds" in lead.get(RULES).text
    lead.post(reverse("admin:tickets_rule_switch_off", args=[rule.pk]), follow=True)
    rule.refresh_from_db()
    assert not rule.is_active


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"conditions-0-operator": "is"}, "can be asked by"),
        ({"conditions-0-value": ""}, "Give at least one value."),
        ({"conditions-0-asks": "password"}, "Select a valid choice"),
        ({"acts-0-value": "nonsense"}, "Unknown: nonsense. There is:"),
        ({"acts-0-picked": "priority:high"}, "Choose only from “Add the tag”."),
        ({"acts-0-picked": "tag:nonsense"}, "Select a valid choice"),
        ({"conditions-0-asks": "state", "conditions-0-operator": "is", "conditions-0-value": "sleepy"}, "There is:"),
        ({"conditions-0-picked": "state:open"}, "Choose only from “Subject”."),
        (
            {"conditions-0-asks": "organization", "conditions-0-operator": "is", "conditions-0-value": "Meridian"},
            "There is no organization “Meridian”. There is: Meridian Capital.",
        ),
        ({"acts-TOTAL_FORMS": "0"}, "Say what is to be done."),
        ({"trigger": "since_filed"}, "Give hours"),
        ({"hours": "4"}, "Give hours"),
        ({"trigger": "user.deleted"}, "Select a valid choice"),
    ],
)
def test_what_means_nothing_is_said_beside_it_and_not_kept(wrong: dict[str, str], said: str, lead: Client) -> None:
    TagFactory(slug="money")
    OrganizationFactory(name="Meridian Capital")
    assert said in lead.post(f"{RULES}add/", form(**wrong)).text
    assert not Rule.objects.exists()


def test_nobody_switches_on_what_they_have_not_seen(lead: Client, file: File) -> None:
    TagFactory(slug="money")
    for name in ("One", "Two"):
        lead.post(f"{RULES}add/", form(name=name))
    one, two = Rule.objects.order_by("pk")
    seen = re.search(r'name="seen" value="([^"]+)"', lead.get(preview_of(one), follow=True).text)
    assert seen
    for posted in ({}, {"seen": "1"}, {"seen": seen[1] + "x"}):
        assert "Look at the preview again first." in lead.post(preview_of(one), posted, follow=True).text
    lead.post(preview_of(two), {"seen": seen[1]})  # seen of another
    one.acts.update(value="")
    one.acts.update(does="solve")
    tickets.keep_rule(rule=one, by=None)
    assert "The rule has changed since." in lead.post(preview_of(one), {"seen": seen[1]}, follow=True).text
    assert not Rule.objects.active().exists()


def test_agents_neither_see_nor_change_rules(client: Client, agent: User, customer: User, lead: Client) -> None:
    rule, firing = RuleFactory(), FiringFactory(state="failed")
    for address in (
        RULES,
        preview_of(rule),
        reverse("admin:tickets_rule_switch_off", args=[rule.pk]),
        reverse("admin:tickets_firing_try_again", args=[firing.pk]),
    ):
        client.force_login(agent)
        assert client.get(address, follow=True).status_code == 403, address
        client.force_login(customer)
        assert "/login" in client.get(address, follow=True).redirect_chain[-1][0], address


def test_a_preview_is_bounded_and_needs_a_kept_rule(lead: Client) -> None:
    rule = RuleFactory()
    assert "Save the rule first." in lead.get(preview_of(rule), follow=True).text
    lead.post(f"{RULES}add/", form(**{"acts-0-does": "solve", "acts-0-value": ""}))
    kept = Rule.objects.get(name="Refunds")
    for last in ("0", "10001", "x"):
        assert 'class="error"' in lead.get(preview_of(kept), {"last": last}).text
    assert 'class="error"' not in lead.get(preview_of(kept), {"last": "50"}).text


def test_what_failed_is_listed_with_its_reason_and_tried_again(lead: Client, file: File, now: datetime) -> None:
    lead.post(f"{RULES}add/", form(**{"acts-0-does": "solve", "acts-0-value": ""}))
    rule = Rule.objects.get()
    tickets.switch_on(rule=rule, seen=tickets.Seen(1, 0, 0), by=None)
    ticket = file(subject="Refund")
    firing = FiringFactory(rule=rule, ticket=ticket, state="failed", reason="ZeroDivisionError: oops")
    assert "ZeroDivisionError: oops" in lead.get("/admin/tickets/firing/").text
    lead.post(reverse("admin:tickets_firing_try_again", args=[firing.pk]), follow=True)
    ticket.refresh_from_db()
    assert (ticket.state, Firing.objects.get().state) == ("solved", "done")


def test_what_a_rule_names_is_picked_from_what_there_is(lead: Client, agent: User) -> None:
    TagFactory(slug="money", name="Money")
    organization = OrganizationFactory(name="Acme, Inc.")
    picked = {
        "conditions-TOTAL_FORMS": "3",
        "conditions-0-asks": "priority",
        "conditions-0-operator": "is",
        "conditions-0-picked": ["priority:high", "priority:critical"],
        "conditions-0-value": "",
        "conditions-1-asks": "organization",
        "conditions-1-operator": "is_not",
        "conditions-1-picked": [f"organization:{organization.public_id}"],
        "conditions-2-asks": "assignee",
        "conditions-2-operator": "is",
        "conditions-2-picked": [f"assignee:{agent.email}"],
        "acts-TOTAL_FORMS": "2",
        "acts-0-picked": "tag:money",
        "acts-0-value": "",
        "acts-1-does": "note",
        "acts-1-value": "Look at it, please.",
    }
    lead.post(f"{RULES}add/", form(**picked))
    written = Rule.objects.get().versions.get().written
    assert [one["values"] for one in written["conditions"]] == [
        ["high", "critical"],
        [organization.public_id],
        [agent.email],
    ]
    assert [one["value"] for one in written["acts"]] == ["money", "Look at it, please."]
    page = lead.get(f"{RULES}{Rule.objects.get().pk}/change/").text
    for value in ("priority:high", f"organization:{organization.public_id}", f"assignee:{agent.email}", "tag:money"):
        assert re.search(rf'<option value="{re.escape(value)}" selected', page), value
    assert 'value="Look at it, please."' in page
    assert "js/rules" in page


def test_what_is_gone_since_is_shown_as_it_was_kept(lead: Client) -> None:
    rule = RuleFactory()
    rule.acts.all().delete()
    rule.acts.create(does="tag", value="long-gone")
    page = lead.get(f"{RULES}{rule.pk}/change/").text
    assert 'value="long-gone"' in page


def test_the_choices_are_asked_for_once_for_all_lines(lead: Client) -> None:
    rule, other = RuleFactory(), RuleFactory()
    for _number in range(6):
        other.conditions.create(asks="state", operator="is", value="open")
    with CaptureQueriesContext(connection) as few:
        lead.get(f"{RULES}{rule.pk}/change/")
    with CaptureQueriesContext(connection) as many:
        lead.get(f"{RULES}{other.pk}/change/")
    assert len(few) == len(many)


def test_as_many_as_may_be_picked_can_be_kept(lead: Client) -> None:
    TagFactory(slug="money")
    picked = [f"organization:{one.public_id}" for one in OrganizationFactory.create_batch(20)]
    about = {"conditions-0-asks": "organization", "conditions-0-operator": "is", "conditions-0-value": ""}
    lead.post(f"{RULES}add/", form(**about, **{"conditions-0-picked": picked}))
    assert len(Rule.objects.get().versions.get().written["conditions"][0]["values"]) == 20
    more = [*picked, f"organization:{OrganizationFactory().public_id}"]
    page = lead.post(f"{RULES}add/", form(**about, **{"conditions-0-picked": more}, name="More")).text
    assert "Give at most 20 values." in page
