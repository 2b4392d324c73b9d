"""The agent's workspace about one ticket, inside the admin. Pages show, POSTs act; nothing written is ever lost."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.forms import Form
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from portal.accounts.context import actor
from portal.lib.refusals import Refused
from portal.outbox.models import Letter
from portal.web.admin_views import row_or_404
from tickets import actions as tickets
from tickets.forms import AssignForm, EscalateForm, HolidayImportForm, NoteForm, PriorityForm, StaffReplyForm
from tickets.models import Message, Ticket
from tickets.querysets import timeline

PAST_TICKETS = 5
MOVES: dict[str, Callable[..., Any]] = {
    "take": tickets.take,
    "wait": tickets.wait_for_customer,
    "solve": tickets.solve,
    "close": tickets.close,
    "reopen": tickets.reopen,
}


def _acts(view: Callable[..., HttpResponse | None]) -> Callable[..., HttpResponse]:
    """A POST of somebody who works on tickets; a refusal is said on the ticket's page."""

    @require_POST
    @wraps(view)
    def act(request: HttpRequest, pk: int, **options: Any) -> HttpResponse:
        if not request.user.has_perm("tickets.change_ticket"):
            raise PermissionDenied
        ticket = _visible_ticket(request, pk)
        try:
            return view(request, ticket, **options) or _back(ticket)
        except Refused as refusal:
            messages.warning(request, str(refusal))
            return _back(ticket)

    return act


def workspace(request: HttpRequest, pk: int) -> HttpResponse:
    """Everything about one ticket on one page."""
    ticket = _visible_ticket(request, pk)
    return _workspace_page(request, ticket, StaffReplyForm(initial={"seen": ticket.version}))


@_acts
def reply(request: HttpRequest, ticket: Ticket) -> HttpResponse | None:
    """Answers the customer. Written on an old state of the conversation, it is shown again with what came in first."""
    form, user = StaffReplyForm(request.POST), actor(request)
    if not form.is_valid():
        return _workspace_page(request, ticket, form, status=422)
    try:
        if ticket.assignee_id is None:
            tickets.take(ticket=ticket, by=user)
        given = form.cleaned_data
        tickets.reply(ticket=ticket, body=given["body"], by=user, leaves=given["leaves"], seen_version=given["seen"])
    except Refused as refusal:
        form.add_error("body", str(refusal))
        return _workspace_page(request, _visible_ticket(request, ticket.pk), form, status=409)
    return None


@_acts
def note(request: HttpRequest, ticket: Ticket) -> HttpResponse | None:
    form = NoteForm(request.POST)
    if not form.is_valid():
        seen = StaffReplyForm(initial={"seen": ticket.version})
        return _workspace_page(request, ticket, seen, note_form=form, status=422)
    tickets.note(ticket=ticket, body=form.cleaned_data["body"], by=actor(request))
    return None


@_acts
def assign(request: HttpRequest, ticket: Ticket) -> HttpResponse | None:
    form = AssignForm(request.POST)
    if form.is_valid():
        tickets.assign(ticket=ticket, to=form.cleaned_data["assignee"], by=actor(request))
    _say_what_is_wrong(request, form)
    return None


@_acts
def priority(request: HttpRequest, ticket: Ticket) -> HttpResponse | None:
    form = PriorityForm(request.POST)
    if form.is_valid():
        tickets.change_priority(ticket=ticket, by=actor(request), **form.cleaned_data)
    _say_what_is_wrong(request, form)
    return None


@_acts
def escalate(request: HttpRequest, ticket: Ticket) -> HttpResponse | None:
    form = EscalateForm(request.POST)
    if form.is_valid():
        tickets.ask_to_escalate(ticket=ticket, by=actor(request), reason=form.cleaned_data["reason"])
    _say_what_is_wrong(request, form)
    return None


@_acts
def move(request: HttpRequest, ticket: Ticket, move: str) -> HttpResponse | None:
    """One of the moves that need nothing but the press of a button."""
    MOVES[move](ticket=ticket, by=actor(request))
    return None


def _say_what_is_wrong(request: HttpRequest, form: Form) -> None:
    """What is wrong with a small form, as a message on the page that it leads back to."""
    for errors in form.errors.values():
        messages.warning(request, " ".join(str(error) for error in errors))


def _workspace_page(
    request: HttpRequest, ticket: Ticket, form: StaffReplyForm, *, note_form: NoteForm | None = None, status: int = 200
) -> HttpResponse:
    context = {
        **admin.site.each_context(request),
        "title": str(ticket),
        "ticket": ticket,
        "form": form,
        "note_form": note_form or NoteForm(),
        "may_act": request.user.has_perm("tickets.change_ticket"),
        **_conversation(request, ticket, form),
        **_side(request, ticket),
    }
    response = render(request, "admin/tickets/ticket/workspace.html", context, status=status)
    response["Cache-Control"] = "no-store, private"
    return response


def _conversation(request: HttpRequest, ticket: Ticket, form: StaffReplyForm) -> dict[str, Any]:
    """The messages with the letters they caused; after a stale reply, those that came in first are marked."""
    shown = list(ticket.messages.told())
    letters = _letters_by_message(ticket, shown)
    seen = form["seen"].value() if form.is_bound else ticket.version
    seen = int(seen) if str(seen).isdecimal() else ticket.version
    rows = [(message, letters.get(str(message.pk), []), message.ticket_version > seen) for message in shown]
    return {"conversation": rows, "letters": letters.get("", []), "has_newer": any(is_new for *_row, is_new in rows)}


def _letters_by_message(ticket: Ticket, shown: list[Message]) -> dict[str, list[Letter]]:
    """Letters by the message that caused them; under the empty key those about the ticket itself."""
    found: dict[str, list[Letter]] = {}
    for letter in Letter.objects.about_any({Message: [message.pk for message in shown], Ticket: [ticket.pk]}):
        key = letter.about_id if letter.about_type == Message._meta.label_lower else ""
        found.setdefault(key, []).append(letter)
    return found


def _side(request: HttpRequest, ticket: Ticket) -> dict[str, Any]:
    past = Ticket.objects.visible_to(request.user).of_customer(ticket).newest_first()
    return {
        "promises": ticket.timers.of_the_page(timezone.now()),
        "timeline": timeline(ticket, reader=request.user),
        "ratings": ticket.surveys.told(),
        "past": past.exclude(pk=ticket.pk)[:PAST_TICKETS],
        "assign_form": AssignForm(initial={"assignee": ticket.assignee_id}),
        "escalate_form": EscalateForm(),
        "priority_form": PriorityForm(initial={"priority": ticket.priority}),
    }


def _visible_ticket(request: HttpRequest, pk: int) -> Ticket:
    if not request.user.has_perm("tickets.view_ticket"):
        raise PermissionDenied
    return get_object_or_404(Ticket.objects.visible_to(request.user).with_people(), pk=pk)


def _back(ticket: Ticket) -> HttpResponse:
    return redirect("admin:tickets_ticket_change", ticket.pk)


def import_holidays(request: HttpRequest, model_admin: admin.ModelAdmin, object_id: str) -> HttpResponse:
    """Shows the public holidays of a country that are missing in a calendar; a POST copies those that were ticked."""
    calendar = row_or_404(request, model_admin, object_id)
    if not model_admin.has_change_permission(request, calendar):
        raise PermissionDenied
    form = HolidayImportForm(request.GET or None, initial={"first_year": timezone.now().year})
    days = form.days()
    if request.method == "POST" and days:
        ticked = [day for day in days if day.on.isoformat() in request.POST.getlist("day")]
        count = tickets.import_holidays(calendar=calendar, days=ticked, source=form.source, by=actor(request))
        messages.success(request, ngettext("%d holiday was added.", "%d holidays were added.", count) % count)
        return redirect("admin:tickets_businesscalendar_change", calendar.pk)
    known = set(calendar.holidays.whole_days().values_list("on", flat=True))
    page = {**model_admin.admin_site.each_context(request), "opts": model_admin.opts, "title": _("Import holidays")}
    page |= {"calendar": calendar, "form": form, "days": days, "known": known}
    page["is_complete"] = known.issuperset(day.on for day in days)
    return render(request, "admin/tickets/businesscalendar/import_holidays.html", page)
