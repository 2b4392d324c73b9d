"""Colleagues who are named in a note: `@Lena Ortiz`, `@lena` while there is one, or `@lena.agent`."""

import re
from collections import defaultdict
from dataclasses import dataclass, field

from django.db.models import Q

from portal.accounts.models import User

_AT = re.compile(r"(?<![\w@/])@(?=\w)")
_WORD = re.compile(r"[\w.+-]*\w")


@dataclass(frozen=True)
class Mentioned:
    """Who is meant, and the words behind an @ that name nobody, or more than one."""

    people: list[User] = field(default_factory=list)
    unclear: list[str] = field(default_factory=list)


def mentioned_in(*, body: str) -> Mentioned:
    """The longest name that fits counts. Only staff who read tickets can be meant."""
    places = [match.end() for match in _AT.finditer(body)]
    if not places:
        return Mentioned()
    names, found, unclear = _names(), {}, []
    longest_first = sorted(names, key=len, reverse=True)
    for place in places:
        rest = body[place : place + 200].casefold()
        name = next((one for one in longest_first if _begins(rest, one)), None)
        people = names[name] if name else {}
        if len(people) == 1:
            found.update(people)
        else:
            word = _WORD.match(body, place)
            unclear.append(word.group() if word else body[place : place + 20])
    return Mentioned(list(found.values()), unclear)


@dataclass(frozen=True)
class Nameable:
    """A colleague, and what to write behind an @ so that just they are meant."""

    person: User
    name: str


def nameable(*, beginning: str, most: int = 8) -> list[Nameable]:
    """Colleagues of whom a name (or the address) begins so, by name. Nothing asked for: the first of them."""
    asked, names = " ".join(beginning.split()).casefold(), _names()
    found = {pk: user for name, people in names.items() if name.startswith(asked) for pk, user in people.items()}
    ordered = sorted(found.values(), key=lambda user: (str(user).casefold(), user.pk))
    return [Nameable(user, _clear_name(user, names)) for user in ordered[:most]]


def _clear_name(user: User, names: dict[str, dict[int, User]]) -> str:
    """Their name, unless a colleague has the same: then the address."""
    name = " ".join(user.name.split())
    return name if len(names.get(name.casefold(), {})) == 1 else user.email


def _begins(text: str, name: str) -> bool:
    following = text[len(name) : len(name) + 1]
    return text.startswith(name) and not (following.isalnum() or following == "_")


def _names() -> dict[str, dict[int, User]]:
    reads = Q(groups__permissions__codename="view_ticket") | Q(is_superuser=True)
    names: dict[str, dict[int, User]] = defaultdict(dict)
    for user in User.objects.staff().filter(reads).distinct():
        first = user.name.split()[:1]
        for name in (user.name, *first, user.email, user.email.partition("@")[0]):
            if name.strip():
                names[" ".join(name.split()).casefold()][user.pk] = user
    return names
