"""What may stand in a rule: values of closed lists, names of what there is, and words to look for."""

from collections.abc import Callable
from typing import Any

from django.db.models import Q
from django.utils.translation import gettext as _

from portal.accounts.models import Organization, Tier, User
from portal.lib.given import row_id
from portal.lib.refusals import Refused
from tickets.models import Category, Macro, Tag
from tickets.states import Channel, Level, Priority, TicketState
from tickets.states.classifying import LANGUAGES_READ, MOODS_FELT
from tickets.states.rules import NOTIFIED, Asks, Does, Operator, operators_of

MOST_VALUES = 20
LONGEST_NOTE = 1000
_SPEAKS_AS = "agent."
_MOST_NAMED = 20

_LISTS: dict[str, Callable[[], set[str]]] = {
    Asks.STATE: lambda: set(TicketState.values),
    Asks.PRIORITY: lambda: set(Priority.values),
    Asks.CHANNEL: lambda: set(Channel.values),
    Asks.TEAM: lambda: set(Level.values),
    Asks.CATEGORY: lambda: set(Category.objects.values_list("slug", flat=True)),
    Asks.LIKELY_CATEGORY: lambda: set(Category.objects.values_list("slug", flat=True)),
    Asks.TIER: lambda: set(Tier.objects.values_list("slug", flat=True)),
    Asks.TAG: lambda: set(Tag.objects.values_list("slug", flat=True)),
    Asks.LANGUAGE: lambda: set(LANGUAGES_READ),
    Asks.SENTIMENT: lambda: set(MOODS_FELT),
}


def condition_of(asks: str, operator: str, value: str) -> dict[str, Any]:
    """The condition as it is applied. Refused, with what would do, when it asks for something there is not."""
    if operator not in operators_of(asks):
        known = ", ".join(str(one.label) for one in operators_of(asks))
        raise Refused(_("“%(asks)s” can be asked by: %(known)s.") % {"asks": Asks(asks).label, "known": known})
    values = list(dict.fromkeys(filter(None, (one.strip() for one in value.split(",")))))
    if operator == Operator.IS_EMPTY:
        values = []
    elif not values:
        raise Refused(_("Give at least one value."), code="no_value")
    if len(values) > MOST_VALUES:
        raise Refused(_("Give at most %(most)s values.") % {"most": MOST_VALUES}, code="too_many")
    if asks == Asks.ORGANIZATION:
        values = _organizations(values)
    _check_values(asks, values)
    return {"asks": str(asks), "operator": str(operator), "values": values}


def act_of(does: str, value: str) -> dict[str, Any]:
    """What is done as it is applied. Refused when there is no such agent, tag, macro or the like."""
    value = value.strip()
    checked = _ACTS[does](value)
    return {"does": str(does), "value": checked}


def agent_of(email: str) -> User:
    """The member of staff who works on tickets, by address."""
    found = User.objects.staff().filter(email__iexact=email, is_active=True).first()
    if found is None or not found.has_perm("tickets.change_ticket"):
        raise Refused(_("“%(value)s” is no agent. Give the address of one.") % {"value": email}, code="no_agent")
    return found


def answer_of(name_or_id: str) -> Macro:
    """A shared macro whose words no agent speaks."""
    shared = Macro.objects.filter(is_shared=True, is_active=True).exclude(body="")
    by_id = shared.filter(pk=row_id(name_or_id))
    macro = by_id.first() or shared.filter(name__iexact=name_or_id).first()
    if macro is None:
        raise Refused(_("There is no shared macro with an answer of that name."), code="no_macro")
    if _SPEAKS_AS in macro.body:
        raise Refused(_("This macro’s answer names the agent. A rule has none: choose another."), code="speaks_as")
    return macro


def shared_answers() -> list[Macro]:
    """The macros whose answer a rule may send."""
    shared = Macro.objects.filter(is_shared=True, is_active=True).exclude(body="").order_by("name")
    return [one for one in shared if _SPEAKS_AS not in one.body]


def _organizations(values: list[str]) -> list[str]:
    """By their ids here; whoever types may name them."""
    return [_organization(value) for value in values]


def _organization(value: str) -> str:
    found = list(
        Organization.objects.filter(Q(public_id=value) | Q(name__iexact=value)).values_list("public_id", flat=True)[:2]
    )
    if len(found) == 1:
        return found[0]
    if found:
        raise Refused(_("More than one organization is called “%(name)s”.") % {"name": value}, code="unclear")
    close = ", ".join(Organization.objects.filter(name__icontains=value).values_list("name", flat=True)[:_MOST_NAMED])
    if close:
        sentence = _("There is no organization “%(name)s”. There is: %(close)s.")
        raise Refused(sentence % {"name": value, "close": close}, code="unknown")
    raise Refused(_("There is no organization “%(name)s”.") % {"name": value}, code="unknown")


def _there_is(known: set[str]) -> str:
    named = sorted(known)
    return ", ".join(named[:_MOST_NAMED]) + (", …" if len(named) > _MOST_NAMED else "")


def _check_values(asks: str, values: list[str]) -> None:
    if asks == Asks.ORGANIZATION:
        return
    if asks == Asks.ASSIGNEE:
        known = {email for email in values if agent_of(email).email == email}
    elif asks in _LISTS:
        known = _LISTS[asks]()
    elif any(len(one) < 2 for one in values):
        raise Refused(_("Look for words of two letters or more."), code="too_short")
    else:
        return
    wrong = [one for one in values if one not in known]
    if wrong:
        said = {"wrong": ", ".join(wrong), "known": _there_is(_LISTS[asks]()) if asks in _LISTS else "…"}
        raise Refused(_("Unknown: %(wrong)s. There is: %(known)s.") % said, code="unknown")


def _one_of(known: Callable[[], set[str]]) -> Callable[[str], str]:
    def check(value: str) -> str:
        if value not in known():
            said = {"wrong": value or "–", "known": _there_is(known())}
            raise Refused(_("Unknown: %(wrong)s. There is: %(known)s.") % said, code="unknown")
        return value

    return check


def _note(value: str) -> str:
    if not value:
        raise Refused(_("Write the note."), code="empty")
    return value[:LONGEST_NOTE]


def _whom(value: str) -> str:
    return value if value in NOTIFIED else agent_of(value).email


def _nothing(value: str) -> str:
    return ""


_ACTS: dict[str, Callable[[str], str]] = {
    Does.ASSIGN: lambda value: agent_of(value).email,
    Does.HAND_TO_TEAM: _one_of(_LISTS[Asks.TEAM]),
    Does.PRIORITY: _one_of(_LISTS[Asks.PRIORITY]),
    Does.CATEGORY: _one_of(_LISTS[Asks.CATEGORY]),
    Does.TAG: _one_of(_LISTS[Asks.TAG]),
    Does.UNTAG: _one_of(_LISTS[Asks.TAG]),
    Does.ANSWER: lambda value: str(answer_of(value).pk),
    Does.NOTE: _note,
    Does.NOTIFY: _whom,
    Does.SOLVE: _nothing,
    Does.CLOSE: _nothing,
}
