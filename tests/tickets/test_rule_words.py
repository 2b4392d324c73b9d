"""What a rule may ask and do, and which tickets its questions mean."""

from collections.abc import Callable
from datetime import datetime

import pytest

from portal.accounts.models import Organization, User
from portal.lib.refusals import Refused
from tests.factories.routing import ClassifierVersionFactory, SuggestionFactory
from tests.factories.tickets import MacroFactory, TagFactory
from tests.tickets.rulebook import on, rule_of
from tickets import actions as tickets
from tickets.models import Category, RuleAct, Ticket
from tickets.querysets.rules import meeting
from tickets.states.rules import Asks, Operator, operators_of

pytestmark = pytest.mark.django_db
File = Callable[..., Ticket]
Settle = Callable[..., int]


@pytest.fixture(autouse=True)
def categories(db: None) -> None:
    Category.objects.get_or_create(slug="billing", defaults={"name": "Billing"})


# --- Written down -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("asks", "operator", "value", "code"),
    [
        ("priority", "is", "urgent", "unknown"),
        ("priority", "contains", "high", ""),
        ("subject", "is", "refund", ""),
        ("subject", "contains", "a", "too_short"),
        ("subject", "contains", "", "no_value"),
        ("category", "is", "nonsense", "unknown"),
        ("organization", "is", "1", "unknown"),
        ("assignee", "is", "nobody@example.com", "no_agent"),
        ("channel", "is", ",".join(f"c{n}" for n in range(21)), "too_many"),
        ("state", "empty", "", ""),
    ],
)
def test_a_condition_asks_only_for_what_there_is(asks: str, operator: str, value: str, code: str) -> None:
    with pytest.raises(Refused) as refused:
        rule_of(("solve", ""), when=[(asks, operator, value)])
    assert not code or refused.value.code == code


@pytest.mark.parametrize(
    ("does", "value", "code"),
    [
        ("assign", "customer@example.com", "no_agent"),
        ("team", "l9", "unknown"),
        ("priority", "urgent", "unknown"),
        ("category", "nonsense", "unknown"),
        ("tag", "nonsense", "unknown"),
        ("answer", "nonsense", "no_macro"),
        ("note", " ", "empty"),
        ("notify", "everybody", "no_agent"),
    ],
)
def test_a_rule_does_only_what_there_is(does: str, value: str, code: str) -> None:
    with pytest.raises(Refused) as refused:
        rule_of((does, value))
    assert refused.value.code == code
    with pytest.raises(Refused):
        rule_of()


def test_a_rule_speaks_for_no_agent(agent: User) -> None:
    MacroFactory(name="Signed", body="Yours, {{ agent.name }}")
    MacroFactory(name="Own", is_shared=False, owner=agent, body="Hello")
    for name in ("Signed", "Own"):
        with pytest.raises(Refused):
            rule_of(("answer", name))


def test_a_changed_rule_is_another_version_and_off_until_its_preview_was_seen(now: datetime) -> None:
    rule = on(rule_of(("solve", "")), now)
    assert (rule.version, rule.is_active) == (1, True)
    assert tickets.keep_rule(rule=rule, by=None).is_active  # nothing changed
    RuleAct.objects.filter(rule=rule).update(does="close")
    rule = tickets.keep_rule(rule=rule, by=None)
    assert (rule.version, rule.is_active) == (2, False)
    with pytest.raises(Refused) as refused:
        tickets.switch_on(rule=rule, seen=tickets.Seen(1, 0, 0), by=None)
    assert refused.value.code == "stale"
    assert [one.number for one in rule.versions.all()] == [2, 1]


# --- Conditions -------------------------------------------------------------------------------------------------------


def test_every_question_tells_tickets_apart(file: File, agent: User, elite: Organization, now: datetime) -> None:
    TagFactory(slug="vip")
    category = Category.objects.get(slug="billing")
    asked = file(subject="Refund, 100 % please", body="The invoice is wrong.", priority="high", category=category)
    other = file(subject="Signals", body="They are late.", channel="email")
    Ticket.objects.filter(pk=other.pk).update(organization=None, level="l2")
    tickets.assign(ticket=asked, to=agent, by=None, now=now)
    tickets.tag(ticket=asked, add=TagFactory._meta.model.objects.all(), by=None, now=now)
    version = ClassifierVersionFactory()
    for trait, label in (("category", "billing"), ("language", "en"), ("sentiment", "negative")):
        SuggestionFactory(ticket=asked, trait=trait, label=label, version=version, confidence=0.6)
        SuggestionFactory(ticket=other, trait=trait, label=label, version=version, confidence=0.4)  # not likely enough
    values = {
        Asks.STATE: "open",
        Asks.PRIORITY: "high",
        Asks.CHANNEL: "web",
        Asks.TEAM: "l1",
        Asks.CATEGORY: "billing",
        Asks.TIER: "elite",
        Asks.ORGANIZATION: elite.public_id,
        Asks.ASSIGNEE: agent.email,
        Asks.TAG: "vip",
        Asks.SUBJECT: "100 %",
        Asks.FIRST_WORDS: "INVOICE",
        Asks.ADDRESS: asked.requester.email[:5],
        Asks.LIKELY_CATEGORY: "billing",
        Asks.LANGUAGE: "en",
        Asks.SENTIMENT: "negative",
    }
    assert set(values) == set(Asks)
    for asks, value in values.items():
        for operator in operators_of(asks):
            found = meeting(Ticket.objects.all(), [{"asks": asks, "operator": operator, "values": [value]}])
            is_same_for_both = asks == Asks.ADDRESS
            if operator in {Operator.IS, Operator.CONTAINS}:
                wanted = {asked, other} if is_same_for_both else {asked}
            else:
                wanted = set() if is_same_for_both else {other}
            assert set(found) == wanted, (asks, operator)


def test_what_agents_said_goes_before_what_was_suggested(file: File, agent: User, now: datetime) -> None:
    suggestion = SuggestionFactory(ticket=file(), trait="sentiment", label="negative", confidence=0.9)
    suggestion.version = ClassifierVersionFactory()
    suggestion.save()
    upset = [{"asks": "sentiment", "operator": "is", "values": ["negative"]}]
    assert meeting(Ticket.objects.all(), upset).exists()
    tickets.decide(suggestion=suggestion, label="neutral", by=agent, now=now)
    assert not meeting(Ticket.objects.all(), upset).exists()
