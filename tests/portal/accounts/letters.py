"""Reading the letters that a test's person would find in the mailbox."""

import re

from portal.outbox.actions import words_of
from portal.outbox.models import Letter


def newest_to(address: str) -> Letter:
    """The last letter posted to an address."""
    return Letter.objects.filter(to=address).latest("pk")


def link_in(letter: Letter) -> str:
    """The path of the letter's first link."""
    found = re.search(r"https?://[^/\s]+(/\S+)", words_of(letter)["text"])
    assert found, words_of(letter)["text"]
    return found[1]
