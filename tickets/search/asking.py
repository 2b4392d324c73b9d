"""A search of the desk from what was typed to the tickets that it finds."""

import re
from dataclasses import dataclass, replace
from datetime import datetime
from functools import reduce
from operator import and_
from typing import Any

from django.contrib.postgres.search import SearchQuery
from django.db.models import Exists, OuterRef, Q
from django.utils.translation import gettext as _

from portal.accounts.models import Tier, User
from portal.lib.refusals import Refused
from portal.lib.search_terms import Term, read
from tickets.models import Category, SearchDocument, Tag, TicketField
from tickets.querysets import TicketQuerySet, reads_as_staff
from tickets.search.fields import FIELDS, Asking, Field, own_field, refuse_value

CONFIG = "helpcenter_english"  # by stem, without accents
MOST_TOLD = 25
FEW = 4000
OWN = "field."
_NUMBER = re.compile(r"#?(\d{1,18})")
_ADDRESS = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")
_ROWS = {"tag": Tag, "tier": Tier, "category": Category}


@dataclass(frozen=True)
class Search:
    """What was asked for. It names no row by itself; `narrow` leaves of some tickets those that are meant."""

    terms: tuple[Term, ...] = ()

    @property
    def jumps_to(self) -> int | None:
        """The number of the one ticket that is meant: `#1234` and nothing else."""
        only = self.terms[0] if len(self.terms) == 1 else Term("")
        found = None if only.field or only.is_negated else _NUMBER.fullmatch(only.value)
        return int(found[1]) if found and only.value.startswith("#") else None

    def narrow(self, tickets: TicketQuerySet, *, reader: User, now: datetime) -> TicketQuerySet:
        """Those of the tickets that are meant. The words of notes count too: who does not read as staff finds none.

        One query looks first how many have the words. Few are named one by one: the planner knows nothing of how rare
        a word is, and would walk through all tickets in their order for the thirty that are shown.
        """
        if not reads_as_staff(reader):
            return tickets.none()
        _others, words = self._parted()
        few = _few_with(words)
        if few is None:
            return tickets.filter(self.condition(reader=reader, now=now))
        rest = Search(tuple(term for term in self.terms if term not in words or term.is_negated))
        return tickets.filter(pk__in=few).filter(rest.condition(reader=reader, now=now))

    def condition(self, *, reader: User, now: datetime) -> Q:
        """What must hold of a ticket. Refuses fields and values that mean nothing; asks the database nothing."""
        asking, found = Asking(reader, now), Q()
        fields, words = self._parted()
        for term in fields:
            found &= _field_of(term).find(term, asking)
        return found & _of_words(words)

    def _parted(self) -> tuple[list[Term], list[Term]]:
        """Fields, an address alone among them, and words."""
        fields, words = [], []
        for term in self.terms:
            if term.field:
                fields.append(term)
            elif _ADDRESS.fullmatch(term.value) and not term.is_phrase:
                fields.append(replace(term, field="from"))
            else:
                words.append(term)
        return fields, words


def understood(typed: str, *, reader: User, now: datetime) -> Search:
    """The search that was typed; refuses with a sentence what means nothing, also a tag, tier or category that is none.

    One query for each kind of row that it names.
    """
    search = Search(tuple(read(typed)))
    search.condition(reader=reader, now=now)
    for name, model in _ROWS.items():
        named = [value for term in search.terms if term.field == name for value in term.values]
        known = [*model._default_manager.order_by("slug").values_list("slug", flat=True), "none"] if named else []
        for value in named:
            if value.lower() not in known:
                refuse_value(name, value, known[-MOST_TOLD:])
    _check_own([term.field.removeprefix(OWN) for term in search.terms if term.field.startswith(OWN)])
    return search


def _check_own(slugs: list[str]) -> None:
    known = [*TicketField.objects.order_by("slug").values_list("slug", flat=True)] if slugs else []
    for slug in slugs:
        if slug not in known:
            refuse_value(OWN.removesuffix("."), slug, [f"{OWN}{one}" for one in known[-MOST_TOLD:]] or ["–"])


def _field_of(term: Term) -> Field:
    if term.field.startswith(OWN):
        return own_field(term.field.removeprefix(OWN))
    found = FIELDS.get(term.field)
    if found is None:
        sentence = _("There is no field “%(field)s”. You can use: %(known)s. Put words with a colon into quotes.")
        raise Refused(sentence % {"field": term.field, "known": ", ".join(FIELDS)}, code="wrong_search")
    return found


def _number_in(words: list[Term]) -> int | None:
    """One number alone is a ticket's."""
    found = _NUMBER.fullmatch(words[0].value) if len(words) == 1 and not words[0].is_phrase else None
    return int(found[1]) if found else None


def _few_with(words: list[Term]) -> list[int] | None:
    """The ids of the tickets that have all of the words, if they are few; None when they are many, or nothing is asked.

    One query.
    """
    wanted = [_query(term) for term in words if not term.is_negated]
    if not wanted or _number_in(words) is not None:
        return None
    found = SearchDocument.objects.filter(vector=reduce(and_, wanted)).values_list("ticket_id", flat=True)
    ids = list(found[: FEW + 1])
    return ids if len(ids) <= FEW else None


def _of_words(terms: list[Term]) -> Q:
    """All of the words, in subject and messages together; one number alone is a ticket's."""
    number = _number_in(terms)
    if number is not None:
        return ~Q(number=number) if terms[0].is_negated else Q(number=number)
    wanted = [_query(term) for term in terms if not term.is_negated]
    found = _written(reduce(and_, wanted)) if wanted else Q()
    for term in terms:
        if term.is_negated:
            found &= ~_written(_query(term))
    return found


def _written(query: Any) -> Q:
    return Q(Exists(SearchDocument.objects.filter(ticket=OuterRef("pk"), vector=query)))


def _query(term: Term) -> SearchQuery:
    return SearchQuery(term.value, config=CONFIG, search_type="phrase" if term.is_phrase else "plain")
