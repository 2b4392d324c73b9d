"""What the answer engine is asked and what it replies. Action and text are separate fields; nobody parses a text."""

from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from helpcenter.states import HandOver, Outcome, Source
from portal.operations.current import Trouble

Words = str | Promise


@dataclass(frozen=True)
class Context:
    """Around a question: which conversation (empty: a new one) and turn, for whom, seen where.

    `visitor` is a daily digest (`portal.lib.visitors`), never a person.
    """

    conversation: str = ""
    turn: int = 1
    organization_id: int | None = None
    visitor: str = ""
    channel: str = Source.ASK


@dataclass(frozen=True)
class Quote:
    """Sentences of a published article as they stand there, with the address of their section."""

    article: int
    title: str
    heading: str
    anchor: str
    url: str
    text: str

    def kept(self) -> dict[str, str | int]:
        """As it is kept with the question: ids and the words quoted."""
        return {"article": self.article, "anchor": self.anchor, "text": self.text}


@dataclass(frozen=True)
class Near:
    """An article that is near a question without answering it for sure: a link, never a claim."""

    article: int
    title: str
    url: str
    summary: str = ""


@dataclass(frozen=True)
class Answer:
    """What became of a question. `outcome` and `reason` say what to do, `message` what to show in any case.

    `confidence` is the calibrated share of such answers that are right; None when nothing was estimated (a rule, an
    incident, no measure). `phrased` is a wording of the quotes by an outside model, already checked; often empty.
    """

    outcome: Outcome
    message: Words
    reason: HandOver | str = ""
    confidence: float | None = None
    quotes: tuple[Quote, ...] = ()
    near: tuple[Near, ...] = ()
    incidents: tuple[Trouble, ...] = ()
    phrased: str = ""

    @property
    def is_known(self) -> bool:
        return self.outcome == Outcome.ANSWERED

    @property
    def wants_a_person(self) -> bool:
        return self.outcome == Outcome.HANDED_OVER


MESSAGES: dict[str, Words] = {
    Outcome.ANSWERED: _("This is what our articles say."),
    Outcome.UNKNOWN: _("I do not know. No article answers this for sure."),
    Outcome.INCIDENT: _("We know of this problem and are working on it."),
    HandOver.ASKED: _("A person will take over. Send us your question and we answer you personally."),
    HandOver.ANGER: _("I am sorry that this went wrong. A person should look at it. Send it to our support."),
    HandOver.SECURITY: _("This concerns the security of your account. Please let a person look at it right away."),
    HandOver.BILLING_DISPUTE: _("A person has to check this charge. Send it to our support."),
    HandOver.REPEAT: _("You have been in touch about this before. A person should look at it now."),
    HandOver.THIRD_TURN: _("I could not answer three times. A person can. Your questions come along."),
}
