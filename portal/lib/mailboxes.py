"""What can be told of an address by looking at it."""

import re
from email.utils import parseaddr

_NOBODY_READS = re.compile(
    r"(no|do-?not|dont)[-_.]?(reply|respond)|mailer-?daemon|postmaster|bounces?|undisclosed.*|auto-?(reply|responder)"
)


def bare(address: str) -> str:
    """`Support <help@example.org>` → `help@example.org`, in small letters."""
    return parseaddr(address)[1].strip().lower()


def is_read_by_nobody(address: str) -> bool:
    """Whether letters to it go to a machine: no-reply and bounce addresses, whatever follows a plus."""
    local = bare(address).partition("@")[0].partition("+")[0]
    return not local or _NOBODY_READS.fullmatch(local) is not None
