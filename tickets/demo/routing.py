"""The demo's rules: one that is on, and one by time that waits for somebody to look at its preview. What suggests is
trained by the worker in its first minute, and then reads what is open."""

from datetime import datetime

from portal.accounts.models import User
from tickets import actions as tickets
from tickets.models import Macro, Rule, RuleAct, RuleCondition, Tag
from tickets.states.rules import Asks, Does, Operator, Trigger

REMINDER = (
    "Hello {{ requester.first_name }},\n\nwe are still waiting for your answer about “{{ ticket.subject }}”. "
    "Reply when it suits you; if it has settled itself, you can close the ticket on its page.\n\nYour support team"
)


def furnish(*, now: datetime) -> None:
    lead = User.objects.get(email="nadia.lead@quantum-elite.example")
    Tag.objects.get_or_create(slug="upset", defaults={"name": "Upset"})
    macro = Macro(name="Still there?", body=REMINDER, is_shared=True)
    tickets.keep_macro(macro=macro, by=lead, now=now)
    upset = _rule(
        Rule(name="Upset and on the highest tier: tell the leads", position=1, trigger=Trigger.CLASSIFIED),
        [(Asks.SENTIMENT, Operator.IS, "negative"), (Asks.TIER, Operator.IS, "elite, ultra-premium")],
        [(Does.TAG, "upset"), (Does.NOTIFY, "lead")],
    )
    remind = _rule(
        Rule(name="A week without a word: remind once", position=2, trigger=Trigger.SINCE_ACTIVITY, hours=168),
        [(Asks.STATE, Operator.IS, "waiting")],
        [(Does.ANSWER, macro.name)],
    )
    for rule in (upset, remind):
        tickets.keep_rule(rule=rule, by=lead, now=now)
    tickets.switch_on(rule=upset, seen=tickets.Seen(version=1, looked_at=60, at_most=0), by=lead, now=now)


def _rule(rule: Rule, conditions: list[tuple[str, str, str]], acts: list[tuple[str, str]]) -> Rule:
    rule.save()
    RuleCondition.objects.bulk_create(
        RuleCondition(rule=rule, asks=asks, operator=operator, value=value) for asks, operator, value in conditions
    )
    RuleAct.objects.bulk_create(RuleAct(rule=rule, does=does, value=value) for does, value in acts)
    return rule
