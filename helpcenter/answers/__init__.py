"""Answers questions from our articles: quoted and linked, or it says that it does not know.

`answer` decides, `learn` teaches it how sure it may be. Both only read.
"""

from helpcenter.answers.engine import MOST_CHARACTERS, answer, glance, retell
from helpcenter.answers.learning import fingerprint, is_stale, learn
from helpcenter.answers.replies import Answer, Context, Near, Quote

__all__ = [
    "MOST_CHARACTERS",
    "Answer",
    "Context",
    "Near",
    "Quote",
    "answer",
    "fingerprint",
    "glance",
    "is_stale",
    "learn",
    "retell",
]
