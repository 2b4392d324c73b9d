"""What agents keep at hand: tags, and macros (canned answers that may also move the ticket)."""

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from portal.accounts.models import User
from portal.lib.placeholders import fill, unknown
from tickets.models.tickets import Ticket
from tickets.querysets import MacroQuerySet, TagQuerySet
from tickets.states import AFTER_A_REPLY, MOST_CHARACTERS, VARIABLES, Priority, TicketState

_LEAVES = [(state, TicketState(state).label) for state in AFTER_A_REPLY]


class Tag(models.Model):
    """A word by which staff find tickets again. Rows, so that a word is written in one way."""

    slug = models.SlugField(_("slug"), unique=True)
    name = models.CharField(_("name"), max_length=40)
    is_active = models.BooleanField(_("offered"), default=True)

    objects = TagQuerySet.as_manager()

    class Meta:
        verbose_name = _("tag")
        verbose_name_plural = _("tags")
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name


class Macro(models.Model):
    """A canned answer with variables, and what else is done when it is used: one's own, or shared with all."""

    name = models.CharField(_("name"), max_length=80)
    owner = models.ForeignKey(
        User, models.CASCADE, null=True, editable=False, related_name="macros", verbose_name=_("owner")
    )
    is_shared = models.BooleanField(_("shared with all colleagues"), default=False)
    is_active = models.BooleanField(_("offered"), default=True)
    body = models.TextField(
        _("answer"), blank=True, max_length=MOST_CHARACTERS, help_text=_("May be empty: then only the rest is done.")
    )
    leaves = models.CharField(_("leaves the ticket"), max_length=10, choices=_LEAVES, blank=True)
    priority = models.CharField(_("sets the priority"), max_length=10, choices=Priority, blank=True)
    tags = models.ManyToManyField(Tag, blank=True, related_name="+", verbose_name=_("adds the tags"))
    assigns_me = models.BooleanField(_("gives the ticket to whoever uses it"), default=False)

    objects = MacroQuerySet.as_manager()

    class Meta:
        verbose_name = _("macro")
        verbose_name_plural = _("macros")
        ordering = ["name", "pk"]
        permissions = [("share_macro", "Can share macros with all colleagues")]
        constraints = [
            models.CheckConstraint(
                name="macro_shared_or_owned",
                condition=Q(is_shared=True) | Q(owner__isnull=False),
                violation_error_message=_("A macro that is not shared belongs to somebody."),
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def clean(self) -> None:
        wrong = unknown(self.body, VARIABLES)
        if wrong:
            sentence = _("Unknown: %(wrong)s. You can use: %(known)s.")
            words = {"wrong": ", ".join(wrong), "known": ", ".join(f"{{{{ {name} }}}}" for name in VARIABLES)}
            raise ValidationError({"body": ValidationError(sentence, code="unknown_variable", params=words)})

    def answer_to(self, ticket: Ticket, agent: User) -> str:
        """Its words about that ticket, as that agent would write them."""
        values = {
            "requester.name": str(ticket.requester),
            "requester.first_name": _first_word(ticket.requester),
            "organization.name": str(ticket.organization or ""),
            "ticket.number": str(ticket.number),
            "ticket.subject": ticket.subject,
            "agent.name": str(agent),
            "agent.first_name": _first_word(agent),
        }
        return fill(self.body, {name: " ".join(value.split()) for name, value in values.items()})


def _first_word(person: User) -> str:
    """An address is no name to greet with in parts: without a name it stands whole."""
    return person.name.split()[0] if person.name.strip() else str(person)
