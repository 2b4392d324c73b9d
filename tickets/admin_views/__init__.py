"""The agent's workspace about one ticket, inside the admin. Pages show, POSTs act; nothing written is ever lost."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from functools import partial
from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.forms import Form
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from portal.accounts.context import actor
from portal.lib.given import row_id
from portal.lib.refusals import Refused
from portal.lib.tokens import public_id
from portal.outbox.models import Letter
from portal.web.admin_views import Question, ask, row_or_404
from tickets import actions as tickets
from tickets.admin_views.gate import acts, pulse_of, visible_ticket
from tickets.admin_views.sending import taken_back
from tickets.forms import (
    AssignForm,
    AvailabilityForm,
    EscalateForm,
    HolidayImportForm,
    MergeForm,
    NoteForm,
    PriorityForm,
    SnoozeForm,
    StaffReplyForm,
    TagsForm,
)
from tickets.models import AgentProfile, Macro, Message, TeamTurn, Ticket, Timer, has_login
from tickets.querysets import timeline
from tickets.views.files import HandedIn, handed_in

MOVES: dict[str, Callable[..., Any]] = {
    "take": tickets.take,
    "wait": tickets.wait_for_customer,
    "solve": tickets.solve,
    "close": tickets.close,
    "reopen": tickets.reopen,
    "wake": tickets.wake,
}


def workspace(request: HttpRequest, pk: int) -> HttpResponse:
    """Everything about one ticket on one page."""
    ticket = visible_ticket(request, pk)
    back = taken_back(request, ticket)
    initial = {"body": back.body, "macro": back.macro_id} if back else {}
    files = HandedIn(list(back.files.free())) if back else None
    form = StaffReplyForm(initial={"seen": ticket.version, **initial})
    return workspace_page(request, ticket, form, reply_files=files)


@acts
def reply(request: HttpRequest, ticket: Ticket) -> HttpResponse | None:
    """Answers the customer. Written on an old state of the conversation, it is shown again with what came in first."""
    form, user = StaffReplyForm(request.POST), actor(request)
    files = handed_in(request, user)
    if not form.is_valid() or files.problems:
        return workspace_page(request, ticket, form, reply_files=files, status=422)
    try:
        tickets.send(ticket=ticket, words=replace(form.words(), files=tuple(files.ids)), by=user)
    except Refused as refusal:
        form.add_error("body", str(refusal))
        return workspace_page(request, visible_ticket(request, ticket.pk), form, reply_files=files, status=409)
    return None


@acts
def note(request: HttpRequest, ticket: Ticket) -> HttpResponse | None:
    form, user = NoteForm(request.POST), actor(request)
    files = handed_in(request, user)
    if not form.is_valid() or files.problems:
        seen = StaffReplyForm(initial={"seen": ticket.version})
        return workspace_page(request, ticket, seen, note_form=form, note_files=files, status=422)
    body = form.cleaned_data["body"]
    tickets.note_with_files(ticket=ticket, draft=tickets.Draft(body, files.ids), by=user)
    if unclear := tickets.mentioned_in(body=body).unclear:
        words = _(
            "The note is kept, but told nobody of: %(names)s. Write the whole name as it stands in the list of people."
        )
        messages.warning(request, words % {"names": ", ".join(f"@{one}" for one in unclear)})
    return None


@acts
def assign(request: HttpRequest, ticket: Ticket) -> HttpResponse | None:
    form = AssignForm(request.POST)
    if form.is_valid():
        tickets.assign(ticket=ticket, to=form.cleaned_data["assignee"], by=actor(request))
    _say_what_is_wrong(request, form)
    return None


@acts
def priority(request: HttpRequest, ticket: Ticket) -> HttpResponse | None:
    form = PriorityForm(request.POST)
    if form.is_valid():
        tickets.change_priority(ticket=ticket, by=actor(request), **form.cleaned_data)
    _say_what_is_wrong(request, form)
    return None


@acts
def escalate(request: HttpRequest, ticket: Ticket) -> HttpResponse | None:
    form = EscalateForm(request.POST)
    if form.is_valid():
        tickets.ask_to_escalate(ticket=ticket, by=actor(request), reason=form.cleaned_data["reason"])
    _say_what_is_wrong(request, form)
    return None


@acts
def move(request: HttpRequest, ticket: Ticket, move: str) -> HttpResponse | None:
    """One of the moves that need nothing but the press of a button."""
    MOVES[move](ticket=ticket, by=actor(request))
    return None


def _say_what_is_wrong(request: HttpRequest, form: Form) -> None:
    """What is wrong with a small form, as a message on the page that it leads back to."""
    for errors in form.errors.values():
        messages.warning(request, " ".join(str(error) for error in errors))


def workspace_page(
    request: HttpRequest, ticket: Ticket, form: StaffReplyForm, *, status: int = 200, **came_back: Any
) -> HttpResponse:
    """The page; what came back of it (`note_form`, `looked`, `reply_files`, `note_files`) stands where it was."""
    context = {
        "note_form": NoteForm(),
        "looked": None,
        **composed(request, ticket, form),
        **_conversation(request, ticket, form),
        **_head(request, ticket),
        **_side(request, ticket),
        **came_back,
    }
    response = render(request, "admin/tickets/ticket/workspace.html", context, status=status)
    response["Cache-Control"] = "no-store, private"
    return response


def _head(request: HttpRequest, ticket: Ticket) -> dict[str, Any]:
    return {
        **admin.site.each_context(request),
        "title": str(ticket),
        "ticket": ticket,
        "survivor": Ticket.objects.survivor_of(ticket),
        "may_act": request.user.has_perm("tickets.change_ticket"),
        "pulse": pulse_of(request, ticket),
    }


def composed(request: HttpRequest, ticket: Ticket, form: StaffReplyForm) -> dict[str, Any]:
    """What the box of the answer needs: the macros offered, and the one that is being used."""
    offered = list(Macro.objects.offered_to(request.user).prefetch_related("tags"))
    chosen = str(form["macro"].value() or "")
    macro = next((one for one in offered if str(one.pk) == chosen), None)
    return {"form": form, "macros": offered, "macro": macro, "seen": ticket.version, "key": public_id()}


def _conversation(request: HttpRequest, ticket: Ticket, form: StaffReplyForm) -> dict[str, Any]:
    """The messages with the letters they caused; after a stale reply, those that came in first are marked."""
    shown = list(Message.objects.of_page(ticket, request.user).select_related("merged_from").told())
    letters = _letters_by_message(ticket, shown)
    seen = form["seen"].value() if form.is_bound else ticket.version
    seen = row_id(seen) or ticket.version
    rows = [(message, letters.get(str(message.pk), []), message.ticket_version > seen) for message in shown]
    about = letters.get("", [])
    on_their_way = list(ticket.held_replies.told()) if ticket.has_held else []
    held = [(one, one.ticket_version > seen and one.author_id != request.user.pk) for one in on_their_way]
    has_newer = any(is_new for *_row, is_new in [*rows, *held])
    return {
        "conversation": rows,
        "held": held,
        "letters": about,
        "letter_count": len(about),
        "has_newer": has_newer,
    }


def _letters_by_message(ticket: Ticket, shown: list[Message]) -> dict[str, list[Letter]]:
    """Letters by the message that caused them; under the empty key those about the ticket itself."""
    found: dict[str, list[Letter]] = {}
    for letter in Letter.objects.about_any({Message: [message.pk for message in shown], Ticket: [ticket.pk]}):
        key = letter.about_id if letter.about_type == Message._meta.label_lower else ""
        found.setdefault(key, []).append(letter)
    return found


def _side(request: HttpRequest, ticket: Ticket) -> dict[str, Any]:
    now = timezone.now()
    turn = TeamTurn.objects.newest_of(ticket)
    return {
        "is_guest": not has_login(ticket.requester),
        "promises": Timer.objects.of_the_page(ticket, now),
        "turn": turn,
        "turn_standing": turn.standing(now) if turn else "",
        "timeline": timeline(ticket, reader=request.user),
        "ratings": ticket.surveys.told(),
        "assign_form": AssignForm(initial={"assignee": ticket.assignee_id}),
        "escalate_form": EscalateForm(),
        "merge_form": MergeForm(),
        "snooze_form": SnoozeForm(initial={"until": timezone.now() + timedelta(days=1)}),
        "tags_form": TagsForm(ticket=ticket),
        "priority_form": PriorityForm(initial={"priority": ticket.priority}),
    }


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


def my_availability(request: HttpRequest) -> HttpResponse:
    """The agent says whether they are there; who is handed nothing by the portal has no such page."""
    user = actor(request)
    profile = get_object_or_404(AgentProfile.objects.select_related("stand_in"), user=user)
    form = AvailabilityForm(request.POST if request.method == "POST" else None, profile=profile)
    if request.method == "POST" and form.is_valid():
        tickets.set_availability(agent=user, by=user, **form.cleaned_data)
        messages.success(request, _("You are now: %s.") % form.said)
        return redirect("admin:index")
    context = {**admin.site.each_context(request), "title": _("Your availability"), "form": form}
    status = 422 if form.is_bound else 200
    return render(request, "admin/tickets/agentprofile/availability.html", context, status=status)


def set_availability(request: HttpRequest, model_admin: admin.ModelAdmin, object_id: str) -> HttpResponse:
    """A lead says it for an agent."""
    profile = row_or_404(request, model_admin, object_id)
    question = Question(
        _("Set the availability"),
        _("Whether the portal hands tickets to this agent."),
        _("Set it"),
        _("It is set."),
        partial(AvailabilityForm, profile=profile),
    )
    return ask(
        request,
        model_admin,
        profile,
        question,
        lambda words: tickets.set_availability(agent=profile.user, by=actor(request), **words),
    )
