"""The agent's tools beside the answer: macros and tags."""

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _

import portal.accounts.actions as accounts
from portal.accounts.context import actor
from portal.accounts.models import User
from portal.lib.given import row_id
from portal.lib.refusals import Refused
from tickets import actions as tickets
from tickets.admin_views import composed, workspace_page
from tickets.admin_views.articles import Looked
from tickets.admin_views.gate import acts
from tickets.forms import BehalfForm, MergeForm, SnoozeForm, StaffReplyForm, TagsForm
from tickets.models import Macro, Ticket
from tickets.views.files import handed_in


@acts
def compose(request: HttpRequest, ticket: Ticket) -> HttpResponse | None:
    """Puts a macro’s words or an article below what was typed, or looks for one; nothing is sent.

    A draft fits into no address, hence a POST.
    """
    looked = Looked.of(request, ticket)
    macro, words = _picked(request, ticket, keeps=looked.is_asked)
    parts = [request.POST.get("body", "").strip(), words, looked.inserted]
    seen = request.POST.get("seen", "")
    initial = {"body": "\n\n".join(part for part in parts if part), "macro": macro.pk if macro else None}
    if not request.htmx:  # type: ignore[attr-defined]  # set by django_htmx
        form = StaffReplyForm(initial={**initial, "seen": ticket.version})
        return workspace_page(request, ticket, form, looked=looked, reply_files=handed_in(request, actor(request)))
    context = {"ticket": ticket, "looked": looked, **composed(request, ticket, StaffReplyForm(initial=initial))}
    context["seen"] = row_id(seen)  # the talk on the page is as old as before
    return render(request, "admin/tickets/ticket/reply_box.html", context)


def _picked(request: HttpRequest, ticket: Ticket, *, keeps: bool) -> tuple[Macro | None, str]:
    """The macro of the answer, and its words if it was put in just now; `keeps` the one that was put in before."""
    user = actor(request)
    pick = row_id(request.POST.get("macro" if keeps else "pick"))
    if not pick:
        return None, ""
    found = get_object_or_404(Macro.objects.offered_to(user), pk=pick)
    return found, "" if keeps else found.answer_to(ticket, user)


@acts
def macro(request: HttpRequest, ticket: Ticket) -> HttpResponse | None:
    """Does what a macro says without an answer."""
    user = actor(request)
    found = get_object_or_404(Macro.objects.offered_to(user), pk=row_id(request.POST.get("macro")))
    tickets.apply_macro(macro=found, ticket=ticket, by=user)
    messages.success(request, _("“%(name)s” was applied.") % {"name": found})
    return None


@acts
def tags(request: HttpRequest, ticket: Ticket) -> HttpResponse | None:
    """Only what was ticked or unticked on this page changes: what a colleague added meanwhile stays."""
    form = TagsForm(request.POST, ticket=ticket)
    if form.is_valid():
        tickets.tag(ticket=ticket, add=form.added, drop=form.dropped, by=actor(request))
    else:
        messages.warning(request, _("Choose from the tags that are offered."))
    return None


@acts
def snooze(request: HttpRequest, ticket: Ticket) -> HttpResponse | None:
    form = SnoozeForm(request.POST)
    if not form.is_valid():
        messages.warning(request, " ".join(str(error) for error in form.errors["until"]))
        return None
    until = form.cleaned_data["until"]
    snoozed = tickets.snooze(ticket=ticket, until=until, by=actor(request))
    if tickets.is_promised_before(ticket=snoozed, until=until):
        messages.warning(
            request, _("Put aside, but a promise falls due before: its clock runs on and it will escalate.")
        )
    return None


@acts
def guest_link(request: HttpRequest, ticket: Ticket) -> HttpResponse | None:
    """Withdraws what opens the ticket without a log-in, or sends its customer a new link."""
    if request.POST.get("act") == "withdraw":
        tickets.withdraw_links(ticket=ticket)
        messages.success(request, _("No link opens this ticket any more."))
    elif tickets.send_new_link(ticket=ticket):
        messages.success(request, _("A new link is on its way to the customer; older ones no longer work."))
    else:
        messages.warning(request, _("The customer can log in, or got a link a moment ago."))
    return None


def behalf(request: HttpRequest) -> HttpResponse:
    """Files for a customer who called or wrote elsewhere; they are told by letter."""
    if not request.user.has_perm("tickets.add_ticket"):
        raise PermissionDenied
    form = BehalfForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        try:
            ticket = _filed_for(form, actor(request))
        except Refused as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(
                request, _("Ticket #%(number)s is filed; the customer is told.") % {"number": ticket.number}
            )
            return redirect("admin:tickets_ticket_change", ticket.pk)
    context = {**admin.site.each_context(request), "title": _("File for a customer"), "form": form}
    return render(request, "admin/tickets/ticket/behalf.html", context, status=422 if form.is_bound else 200)


def _filed_for(form: BehalfForm, user: User) -> Ticket:
    requester = accounts.welcome_guest(email=form.cleaned_data["email"], name=form.cleaned_data["name"])
    return tickets.file_for(filing=form.filing(requester), by=user)


@acts
def merge(request: HttpRequest, ticket: Ticket) -> HttpResponse | None:
    """Into the ticket with that number; then one goes on there."""
    form = MergeForm(request.POST)
    number = form.cleaned_data["number"] if form.is_valid() else 0
    into = Ticket.objects.visible_to(request.user).filter(number=number).first()
    if into is None:
        messages.warning(request, _("There is no ticket with this number."))
        return None
    kept = form.cleaned_data["keeps_internal"]
    survivor = tickets.merge_tickets(source=ticket, into=into, by=actor(request), keeps_internal=kept)
    messages.success(request, _("#%(number)s was merged into this ticket.") % {"number": ticket.number})
    return redirect("admin:tickets_ticket_change", survivor.pk)
