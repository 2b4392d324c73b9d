"""From a question to an answer. Writes nothing; `actions.ask` keeps what became of it."""

from datetime import datetime, timedelta
from typing import Any

from django.utils.translation import gettext_lazy as _

from helpcenter.answers.confidence import measure_of
from helpcenter.answers.languages import is_foreign
from helpcenter.answers.moods import sounds_angry
from helpcenter.answers.phrasing import phrase
from helpcenter.answers.quoting import kept_quotes, near_of, nearest, quotes_of
from helpcenter.answers.replies import MESSAGES, Answer, Context, Words
from helpcenter.answers.retrieval import retrieve
from helpcenter.answers.rules import hand_over
from helpcenter.answers.stems import share, stems
from helpcenter.answers.troubles import is_about_it, matching
from helpcenter.models import Article, Question
from helpcenter.querysets import ArticleQuerySet
from helpcenter.states import HandOver, Outcome
from portal.operations.current import Trouble, troubles

MOST_CHARACTERS = 1000
TURNS = 3
_FEWEST_STEMS = 2
_REMEMBERED_FOR = timedelta(days=7)
_SAME = 0.6  # share of the words of a question that make it the same one
_FOREIGN = _("Our articles are in English and I can only answer in English. A person reads what you write.")
_EMPTY = _("Write your question in a sentence or two, or let a person help you.")


def answer(*, question: str, user: Any, now: datetime, context: Context) -> Answer:
    """What our articles say to that, what is known to be wrong, who takes over, or that nobody knows.

    Only what this person may read is looked at. The question is never an instruction: nothing in it chooses an
    outcome but the rules named in the reply.
    """
    asked = " ".join(question.replace("\x00", " ").split())[:MOST_CHARACTERS]
    known = matching(asked, troubles(now))
    reason = hand_over(asked) or _asked_before(asked, user, now, context)
    if reason:
        return _handed_over(reason, known)
    if known and is_about_it(asked):
        return Answer(Outcome.INCIDENT, MESSAGES[Outcome.INCIDENT], incidents=known)
    among = Article.objects.visible_to(user, now=now)
    made = _from_articles(asked, among, known, now)
    if made.is_known:
        return made
    if sounds_angry(asked):
        return _handed_over(HandOver.ANGER, known, near=made.near)
    return _handed_over(HandOver.THIRD_TURN, known, near=made.near) if _was_third(context) else made


def glance(*, question: str, user: Any, now: datetime) -> Answer | None:
    """What may stand above search results: an answer that is sure enough, in the articles' own words, or nothing."""
    asked = " ".join(question.replace("\x00", " ").split())[:MOST_CHARACTERS]
    if len(stems(asked)) < _FEWEST_STEMS or hand_over(asked):
        return None
    known = matching(asked, troubles(now))
    made = _from_articles(asked, Article.objects.visible_to(user, now=now), known, None)
    return made if made.is_known or (known and is_about_it(asked)) else None


def retell(question: Question, *, user: Any, now: datetime) -> Answer:
    """An answer given earlier, of what this person may still read."""
    among = Article.objects.visible_to(user, now=now)
    kept = question.answer
    quotes = tuple(kept_quotes(kept.get("quotes", []), among=among))
    near = tuple(near_of(kept.get("near", []), among=among))
    known = tuple(one for one in troubles(now) if one.url in kept.get("incidents", []))
    outcome = Outcome(question.outcome)
    if outcome == Outcome.ANSWERED and not quotes:
        return Answer(Outcome.UNKNOWN, MESSAGES[Outcome.UNKNOWN], near=near, incidents=known)
    is_whole = len(quotes) == len(kept.get("quotes", []))
    message = MESSAGES[question.reason or outcome] if outcome != Outcome.UNKNOWN else _why_unknown(question.text)
    phrased = kept.get("phrased", "") if is_whole else ""
    return Answer(outcome, message, question.reason, question.confidence, quotes, near, known, phrased)


def _from_articles(asked: str, among: ArticleQuerySet, known: tuple[Trouble, ...], now: datetime | None) -> Answer:
    """`now`: the moment, when an outside model may word it."""
    found = retrieve(asked, among=among) if stems(asked) else []
    if not found:
        return Answer(Outcome.UNKNOWN, _why_unknown(asked), incidents=known)
    verdict = measure_of(found[0].recipe).judge(asked, found)
    near = tuple(nearest(found, among=among))
    quotes = quotes_of(asked, found, among=among) if verdict.is_enough else []
    if not quotes:
        return Answer(Outcome.UNKNOWN, _why_unknown(asked), confidence=verdict.confidence, near=near, incidents=known)
    others = tuple(one for one in near if one.article not in {quote.article for quote in quotes})
    return Answer(
        Outcome.ANSWERED, MESSAGES[Outcome.ANSWERED], "", verdict.confidence, tuple(quotes), others, known,
        phrase(asked, quotes, among=among, now=now) if now else "",
    )  # fmt: skip


def _handed_over(reason: HandOver, known: tuple[Trouble, ...], near: tuple = ()) -> Answer:
    return Answer(Outcome.HANDED_OVER, MESSAGES[reason], reason, near=near, incidents=known)


def _why_unknown(asked: str) -> Words:
    if not asked:
        return _EMPTY
    return _FOREIGN if is_foreign(asked) else MESSAGES[Outcome.UNKNOWN]


def _was_third(context: Context) -> bool:
    """Whether the turns of this conversation before this one all ended without an answer."""
    if not context.conversation or context.turn < TURNS:
        return False
    earlier = Question.objects.filter(conversation=context.conversation, turn__lt=context.turn).order_by("-turn")
    last = list(earlier.values_list("outcome", "is_solved")[: TURNS - 1])
    return len(last) == TURNS - 1 and all(
        outcome == Outcome.UNKNOWN or (outcome == Outcome.ANSWERED and solved is False) for outcome, solved in last
    )


def _asked_before(asked: str, user: Any, now: datetime, context: Context) -> HandOver | None:
    """The same person asked the same within a week in another conversation, and it did not help."""
    if not user.is_authenticated:
        return None
    earlier = Question.objects.filter(user_id=user.pk, asked_at__gt=now - _REMEMBERED_FOR, asked_at__lt=now)
    unsolved = earlier.exclude(conversation=context.conversation).unsolved().order_by("-asked_at")
    words = stems(asked)
    is_same = any(
        len(words) > 1 and share(words, stems(text)) >= _SAME and share(stems(text), words) >= _SAME
        for text in unsolved.values_list("text", flat=True)[:20]
    )
    return HandOver.REPEAT if is_same else None
