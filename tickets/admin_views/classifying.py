"""What the portal suggests about a ticket, beside it: loaded when the ticket is opened, decided with one click."""

from typing import Any

from django.contrib import admin, messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.translation import gettext as _

from portal.accounts.context import actor
from tickets import actions as tickets
from tickets.admin_views.gate import acts, visible_ticket
from tickets.forms.classifying import DecisionForm, choices_of
from tickets.models import Suggestion, Ticket
from tickets.states.classifying import Trait, Verdict

_DRIFTS = {Trait.CATEGORY, Trait.PRIORITY}  # the ticket's own columns, which people change elsewhere too


def suggestions(request: HttpRequest, pk: int) -> HttpResponse:
    """The part beside the conversation; on its own, a page."""
    ticket = visible_ticket(request, pk)
    context = {"ticket": ticket, "rows": _rows(ticket), "may_act": request.user.has_perm("tickets.change_ticket")}
    if request.htmx:  # type: ignore[attr-defined]  # set by django_htmx
        response = render(request, "admin/tickets/ticket/suggestions.html", context)
    else:
        page = {**admin.site.each_context(request), "title": str(ticket), **context}
        response = render(request, "admin/tickets/ticket/suggestions_page.html", page)
    response["Cache-Control"] = "no-store, private"
    return response


@acts
def decide(request: HttpRequest, ticket: Ticket) -> HttpResponse | None:
    """Accepts or corrects one suggestion."""
    form = DecisionForm(request.POST)
    if not form.is_valid():
        messages.warning(request, _("Choose one of the labels."))
        return None
    suggestion = get_object_or_404(ticket.suggestions.all(), trait=form.cleaned_data["trait"])
    label, seen = form.cleaned_data["label"], form.cleaned_data["seen"]
    tickets.decide(suggestion=suggestion, label=label, by=actor(request), seen=seen)
    return None


def _rows(ticket: Ticket) -> list[dict[str, Any]]:
    found = {one.trait: one for one in ticket.suggestions.select_related("decided_by")}
    return [_row(ticket, found[trait]) for trait in Trait if trait in found]


def _row(ticket: Ticket, suggestion: Suggestion) -> dict[str, Any]:
    names = choices_of(suggestion.trait)
    options = [
        {**option, "name": names.get(option["label"], option["label"]), "percent": round(option["confidence"] * 100)}
        for option in suggestion.options
        if option["label"] in names
    ]
    offered = {option["label"] for option in options}
    return {
        "suggestion": suggestion,
        "options": options,
        "others": [(label, name) for label, name in names.items() if label not in offered],
        "now": names.get(_value(ticket, suggestion), ""),
        "is_agreed": suggestion.verdict in {Verdict.ACCEPTED, Verdict.LET_STAND},
    }


def _value(ticket: Ticket, suggestion: Suggestion) -> str:
    """What holds at present: of the ticket, or what was said or applied."""
    if suggestion.trait in _DRIFTS:
        category = ticket.category.slug if ticket.category else ""
        return category if suggestion.trait == Trait.CATEGORY else ticket.priority
    return suggestion.chosen or (suggestion.label if suggestion.applied_at else "")
