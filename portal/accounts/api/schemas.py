"""Shapes that all endpoints share. What comes in is strict: a field that nobody knows is an error, never dropped."""

from typing import Annotated

from ninja import Schema
from pydantic import AfterValidator, ConfigDict


def _storable(words: str) -> str:
    """A null byte is the one character that the database takes nowhere."""
    if "\0" in words:
        raise ValueError("Null characters are not allowed.")
    return words


Text = Annotated[str, AfterValidator(_storable)]


class Told(Schema):
    """What is answered."""


class Given(Schema):
    """What is sent, in a body or in an address."""

    model_config = ConfigDict(extra="forbid", str_strip_whitespace=True)


class Named(Told):
    """A person or an organization, as one refers to it."""

    id: str
    name: str
