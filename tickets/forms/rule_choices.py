"""What may be chosen in a rule: for each question and each act what there is to name, with what people call it."""

from collections.abc import Iterable

from django.db.models import Q

from portal.accounts.models import Organization, Tier, User
from tickets.actions.rules.checking import shared_answers
from tickets.models import Category, Tag
from tickets.states import Channel, Level, Priority, TicketState
from tickets.states.classifying import LANGUAGES_READ, MOODS_FELT
from tickets.states.rules import NOTIFIED, Asks, Does

Choices = list[tuple[str, str]]
MOST_ORGANIZATIONS = 300  # more are named by words


def choices_of_conditions() -> dict[str, Choices]:
    """By question; one that is missing is asked by words."""
    categories = _pairs(Category.objects.order_by("name").values_list("slug", "name"))
    organizations = _pairs(
        Organization.objects.order_by("name").values_list("public_id", "name")[: MOST_ORGANIZATIONS + 1]
    )
    found: dict[str, Choices] = {
        Asks.STATE: _pairs(TicketState.choices),
        Asks.PRIORITY: _pairs(Priority.choices),
        Asks.CHANNEL: _pairs(Channel.choices),
        Asks.TEAM: _pairs(Level.choices),
        Asks.CATEGORY: categories,
        Asks.LIKELY_CATEGORY: categories,
        Asks.TIER: _pairs(Tier.objects.order_by("rank").values_list("slug", "name")),
        Asks.ASSIGNEE: _agents(),
        Asks.TAG: _pairs(Tag.objects.order_by("name").values_list("slug", "name")),
        Asks.LANGUAGE: _pairs(LANGUAGES_READ.items()),
        Asks.SENTIMENT: _pairs(MOODS_FELT.items()),
    }
    return found | ({Asks.ORGANIZATION: organizations} if len(organizations) <= MOST_ORGANIZATIONS else {})


def choices_of_acts() -> dict[str, Choices]:
    """By what is done; one that is missing takes words, or nothing."""
    tags, people = _pairs(Tag.objects.order_by("name").values_list("slug", "name")), _agents()
    return {
        Does.ASSIGN: people,
        Does.HAND_TO_TEAM: _pairs(Level.choices),
        Does.PRIORITY: _pairs(Priority.choices),
        Does.CATEGORY: _pairs(Category.objects.order_by("name").values_list("slug", "name")),
        Does.TAG: tags,
        Does.UNTAG: tags,
        Does.ANSWER: [(str(one.pk), str(one)) for one in shared_answers()],
        Does.NOTIFY: [*_pairs(NOTIFIED.items()), *people],
    }


def _agents() -> Choices:
    """Who works on tickets, by address."""
    works = Q(groups__permissions__codename="change_ticket") | Q(is_superuser=True)
    found = User.objects.staff().filter(works).distinct().order_by("name", "email")
    return [(one.email, f"{one.name} ({one.email})" if one.name else one.email) for one in found]


def _pairs(found: Iterable[tuple[object, object]]) -> Choices:
    return [(str(value), str(label)) for value, label in found]
