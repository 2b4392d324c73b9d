"""Whether a question is about something that is known to be wrong right now."""

from collections.abc import Sequence

from helpcenter.answers.rules import STATE, is_problem
from helpcenter.answers.stems import share, stem, stems
from portal.operations.current import Trouble

# Words of nearly every incident's title: alone they say nothing about which one is meant.
_OF_ANY = {
    stem(word)
    for word in "problem problems issue issues error errors slow slower delayed delay delays late degraded down outage"
    " unavailable failing failed partial major some users customers service system performance elevated".split()
}


def matching(question: str, known: Sequence[Trouble]) -> tuple[Trouble, ...]:
    """The troubles that a question is about: by a component it names, or by two words of the title.

    Who asks for the state as such means all of them.
    """
    if STATE.search(question):
        named = tuple(one for one in known if _names(question, one))
        return named or tuple(known)
    return tuple(one for one in known if _names(question, one))


def is_about_it(question: str) -> bool:
    """Whether the trouble is the answer, rather than a remark before it: something fails, or the state is asked."""
    return bool(STATE.search(question)) or is_problem(question)


def _names(question: str, trouble: Trouble) -> bool:
    asked = stems(question)
    title = stems(trouble.title) - _OF_ANY
    if len(asked & title) >= min(2, len(title) or 99):
        return True
    return any(parts and share(parts, asked) == 1.0 for parts in (stems(name) for name in trouble.components))
