"""What people make of a suggestion. Their choice is final: nothing applies itself over it."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from portal.accounts.models import User
from portal.lib.clock import moment_after
from portal.lib.refusals import Refused
from tickets.actions import changes, triage
from tickets.actions.categories import change_category
from tickets.events import SUGGESTION_DECIDED
from tickets.models import Category, Suggestion, Ticket
from tickets.states import Priority
from tickets.states.classifying import LANGUAGES_READ, MOODS_FELT, Trait, Verdict


@transaction.atomic
def decide(*, suggestion: Suggestion, label: str, by: User, seen: str = "", now: datetime | None = None) -> Suggestion:
    """Accepts a suggestion (its own label) or corrects it (another one), and sets the ticket's category or priority.

    `seen` is what the person saw as chosen: when a colleague has chosen something else meanwhile, it is refused. The
    same again does nothing.
    """
    changes.check_staff(by=by)
    ticket = changes.lock(ticket=suggestion.ticket)
    locked = Suggestion.objects.select_for_update().get(pk=suggestion.pk)
    at = moment_after(ticket.last_activity_at, now)
    if label not in choices_of(locked.trait):
        raise Refused(_("Choose one of the labels."), code="no_label")
    if locked.chosen == label:
        return locked
    if locked.chosen != seen:
        raise Refused(_("A colleague has decided about this meanwhile. Look again."), code="stale")
    _set(ticket, locked.trait, label, by, at)
    _note_decision(locked, label, by, at)
    fresh = Ticket.objects.select_related("organization").get(pk=ticket.pk)
    details = {"trait": locked.trait, "suggested": locked.label, "chosen": label, "verdict": locked.verdict}
    changes.tell(event=SUGGESTION_DECIDED, ticket=fresh, by=by, at=at, details=details)
    return locked


@transaction.atomic
def settle_by_hand(*, ticket: Ticket, trait: str, label: str, by: User, now: datetime | None = None) -> None:
    """Somebody set the field itself: that decides about its suggestion too, if nobody has yet."""
    locked = Suggestion.objects.select_for_update().filter(ticket=ticket, trait=trait).first()
    if locked is not None and not locked.is_decided and label in choices_of(trait):
        _note_decision(locked, label, by, moment_after(locked.made_at, now))


@transaction.atomic
def let_stand(*, ticket: Ticket, by: User, now: datetime | None = None) -> int:
    """An agent solved the ticket and left what was applied by itself as it is: they agreed. Answers how many."""
    count = 0
    open_ones = Suggestion.objects.undecided().filter(ticket=ticket, applied_at__isnull=False)
    for one in open_ones.select_related("ticket__category").select_for_update(of=("self",)).order_by("pk"):
        if one.trait != Trait.CATEGORY or (one.ticket.category and one.ticket.category.slug == one.label):
            one.verdict, one.chosen, one.decided_by = Verdict.LET_STAND, one.label, by
            one.decided_at = moment_after(one.made_at, now)
            one.save(update_fields=["verdict", "chosen", "decided_by", "decided_at"])
            count += 1
    return count


def choices_of(trait: str) -> dict[str, str]:
    """Every label of a trait and what to call it."""
    if trait == Trait.CATEGORY:
        return dict(Category.objects.values_list("slug", "name"))
    if trait == Trait.PRIORITY:
        return {value: str(label) for value, label in Priority.choices}
    known = LANGUAGES_READ if trait == Trait.LANGUAGE else MOODS_FELT
    return {value: str(label) for value, label in known.items()}


def _set(ticket: Ticket, trait: str, label: str, by: User, at: datetime) -> None:
    if trait == Trait.CATEGORY:
        change_category(ticket=ticket, category=Category.objects.get(slug=label), by=by, now=at)
    elif trait == Trait.PRIORITY:
        reason = _("as the words of the ticket suggest")
        triage.change_priority(ticket=ticket, priority=label, by=by, reason=reason, now=at)


def _note_decision(suggestion: Suggestion, label: str, by: User, at: datetime) -> None:
    suggestion.verdict = Verdict.ACCEPTED if label == suggestion.label else Verdict.CORRECTED
    suggestion.chosen, suggestion.decided_by, suggestion.decided_at = label, by, at
    suggestion.save(update_fields=["verdict", "chosen", "decided_by", "decided_at"])
