"""Public holidays by country, from the `holidays` package. Observances, which nobody has off, are not among them."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from functools import cache
from importlib import import_module
from typing import Any


@dataclass(frozen=True, order=True)
class PublicDay:
    on: date
    name: str


@cache
def countries() -> list[tuple[str, str]]:
    """Codes and English names of the countries whose holidays are known, by name."""
    named = {names[1]: _in_words(names[0]) for names in _loaded("holidays.registry").COUNTRIES.values()}
    return sorted(named.items(), key=lambda one: one[1])


@cache
def subdivisions(country: str) -> list[tuple[str, str]]:
    """Codes and names of the states or regions of a country that have holidays of their own."""
    aliases = _loaded("holidays").country_holidays(country).get_subdivision_aliases()
    return sorted(((code, names[0] if names else code) for code, names in aliases.items()), key=lambda one: one[1])


def public_days(country: str, subdivision: str, years: Iterable[int]) -> list[PublicDay]:
    """The public holidays of a country (and of one of its subdivisions), in order, named in English where possible.

    Raises ValueError for a country or a subdivision that is not known.
    """
    try:
        found = _loaded("holidays").country_holidays(
            country, subdiv=subdivision or None, years=list(years), language="en_US"
        )
    except NotImplementedError as error:
        raise ValueError(str(error)) from error
    return sorted(PublicDay(day, name) for day, name in found.items())


def _in_words(name: str) -> str:
    """ "UnitedStates" as "United States"."""
    return "".join(f" {letter}" if letter.isupper() and at else letter for at, letter in enumerate(name))


def _loaded(module: str) -> Any:
    """Loading takes a twentieth of a second, which only the page that imports holidays needs."""
    return import_module(module)
