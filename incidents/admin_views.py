"""What staff do with incidents, maintenance and components: each page asks, then calls one action."""

from datetime import timedelta
from functools import partial
from typing import Any

from django.contrib import messages
from django.contrib.admin import ModelAdmin, site
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST, require_safe

import incidents.actions as incidents
from incidents.forms import (
    ComponentStatusForm,
    MaintenanceForm,
    OpenIncidentForm,
    RescheduleForm,
    RevisionForm,
    UpdateForm,
)
from incidents.models import Incident, TicketLink
from portal.accounts.context import actor
from portal.accounts.models import User
from portal.events.listeners import told
from portal.events.models import Event
from portal.lib.refusals import Refused
from portal.web.admin_views import Question, ask, row_or_404
from portal.web.htmx import done, page
from tickets.models import Ticket

OF_TICKET = "admin/incidents/of_ticket.html"
OFFERED_FOR = timedelta(days=7)  # after it was resolved an incident may still be named
MOST_TICKETS = 20


def open_incident(request: HttpRequest, admin: ModelAdmin) -> HttpResponse:
    """Asks for all that the first five minutes of an incident need, on one page."""
    if not admin.has_add_permission(request):
        raise PermissionDenied
    form = OpenIncidentForm(request.POST or None)
    if form.is_valid():
        try:
            incident = incidents.open_incident(opening=form.opening(), by=actor(request))
        except Refused as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, _("The incident is open and its first update is being published."))
            return redirect("admin:incidents_incident_change", incident.pk)
    shown = {**_frame(request, admin, _("Open an incident")), "form": form}
    return render(request, "admin/incidents/open_incident.html", shown, status=422 if form.errors else 200)


def incident_desk(request: HttpRequest, admin: ModelAdmin, object_id: str) -> HttpResponse:
    """The incident with its updates and its log, and the box for the next update."""
    incident = row_or_404(request, admin, object_id)
    if not admin.has_view_permission(request, incident):
        raise PermissionDenied
    may_post = admin.has_change_permission(request, incident)
    if request.method == "POST" and not may_post:
        raise PermissionDenied
    form = UpdateForm(request.POST or None, incident=incident)
    if may_post and form.is_valid():
        try:
            incidents.post_update(incident=incident, report=form.report(), by=actor(request))
        except Refused as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, _("The update is being published."))
            return redirect("admin:incidents_incident_change", incident.pk)
    shown = {**_frame(request, admin, incident.title), **_told(incident), "form": form, "may_post": may_post}
    shown["tickets"] = Ticket.objects.visible_to(request.user).filter(pk__in=_linked_to(incident))[:MOST_TICKETS]
    return render(request, "admin/incidents/incident_desk.html", shown, status=422 if form.errors else 200)


def revise_incident(request: HttpRequest, admin: ModelAdmin, object_id: str) -> HttpResponse:
    incident = row_or_404(request, admin, object_id)
    if not admin.has_change_permission(request, incident):
        raise PermissionDenied
    names = ("title", "severity", "impact_override", "is_public")
    question = Question(
        gettext_lazy("Revise the incident"),
        gettext_lazy("Corrects what is shown, without an update. A hidden incident leaves the public page at once."),
        gettext_lazy("Save"),
        gettext_lazy("The incident is revised."),
        partial(RevisionForm, initial={name: getattr(incident, name) for name in names}),
    )

    def act(words: dict[str, Any]) -> None:
        incidents.revise_incident(incident=incident, revision=incidents.Revision(**words), by=actor(request))

    return ask(request, admin, incident, question, act)


def schedule_maintenance(request: HttpRequest, admin: ModelAdmin) -> HttpResponse:
    if not admin.has_add_permission(request):
        raise PermissionDenied
    question = Question(
        gettext_lazy("Schedule maintenance"),
        gettext_lazy("It begins and ends by the clock; until then it can be moved or canceled."),
        gettext_lazy("Schedule"),
        gettext_lazy("The maintenance is scheduled."),
        MaintenanceForm,
    )

    def act(words: dict[str, Any]) -> Any:
        plan = incidents.Plan(**{**words, "components": list(words["components"])})
        return incidents.schedule_maintenance(plan=plan, by=actor(request))

    return ask(request, admin, None, question, act)


def reschedule_maintenance(request: HttpRequest, admin: ModelAdmin, object_id: str) -> HttpResponse:
    maintenance = row_or_404(request, admin, object_id)
    question = Question(
        gettext_lazy("Move the maintenance"),
        gettext_lazy("While it is running only its end can move."),
        gettext_lazy("Move"),
        gettext_lazy("The maintenance has moved."),
        partial(RescheduleForm, maintenance=maintenance),
    )
    return ask(
        request,
        admin,
        maintenance,
        question,
        lambda words: incidents.reschedule_maintenance(maintenance=maintenance, by=actor(request), **words),
    )


def start_maintenance(request: HttpRequest, admin: ModelAdmin, object_id: str) -> HttpResponse:
    question = Question(
        gettext_lazy("Start now"),
        gettext_lazy("The components are shown as under maintenance from now on."),
        gettext_lazy("Start the maintenance"),
        gettext_lazy("The maintenance is running."),
    )
    return _ask_maintenance(request, admin, object_id, question, incidents.start_maintenance)


def finish_maintenance(request: HttpRequest, admin: ModelAdmin, object_id: str) -> HttpResponse:
    question = Question(
        gettext_lazy("Finish now"),
        gettext_lazy("The components show their own status again."),
        gettext_lazy("Finish the maintenance"),
        gettext_lazy("The maintenance is finished."),
    )
    return _ask_maintenance(request, admin, object_id, question, incidents.finish_maintenance)


def cancel_maintenance(request: HttpRequest, admin: ModelAdmin, object_id: str) -> HttpResponse:
    question = Question(
        gettext_lazy("Cancel the maintenance"),
        gettext_lazy("It stays in the history, marked as canceled."),
        gettext_lazy("Cancel the maintenance"),
        gettext_lazy("The maintenance is canceled."),
        is_danger=True,
    )
    return _ask_maintenance(request, admin, object_id, question, incidents.cancel_maintenance)


def _ask_maintenance(
    request: HttpRequest, admin: ModelAdmin, object_id: str, question: Question, action: Any
) -> HttpResponse:
    maintenance = row_or_404(request, admin, object_id)
    return ask(request, admin, maintenance, question, lambda _words: action(maintenance=maintenance, by=actor(request)))


def set_component_status(request: HttpRequest, admin: ModelAdmin, object_id: str) -> HttpResponse:
    component = row_or_404(request, admin, object_id)
    question = Question(
        gettext_lazy("Set the baseline status"),
        gettext_lazy("For trouble that needs no incident. Open incidents and maintenance are shown on top of it."),
        gettext_lazy("Set the status"),
        gettext_lazy("The status is set."),
        partial(ComponentStatusForm, component=component),
    )
    return ask(
        request,
        admin,
        component,
        question,
        lambda words: incidents.set_component_status(component=component, by=actor(request), **words),
    )


def _frame(request: HttpRequest, admin: ModelAdmin, title: str) -> dict[str, Any]:
    return {**admin.admin_site.each_context(request), "opts": admin.opts, "title": title}


def _linked_to(incident: Incident) -> Any:
    return incident.ticket_links.order_by().values("ticket")


def _told(incident: Incident) -> dict[str, Any]:
    events = list(Event.objects.about(incident).order_by("-happened_at", "-pk"))
    names = User.objects.names(event.by_id for event in events)
    return {
        "incident": incident,
        "updates": incident.updates.select_related("by"),
        "ticket_count": incident.ticket_links.count(),
        "running": incident.impacts.lasting().select_related("component"),
        "log": told(events, names),
    }


@require_safe
def incidents_of_ticket(request: HttpRequest, pk: int) -> HttpResponse:
    """The incidents that a ticket tells of, and those that it may be linked to: a part of the ticket's page."""
    return page(request, OF_TICKET, _of_ticket(request, _ticket(request, pk)), parts=["incidents"])


@require_POST
def link_ticket(request: HttpRequest, pk: int) -> HttpResponse:
    return _relink(request, pk, incidents.link_ticket)


@require_POST
def unlink_ticket(request: HttpRequest, pk: int) -> HttpResponse:
    return _relink(request, pk, incidents.unlink_ticket)


def _relink(request: HttpRequest, pk: int, action: Any) -> HttpResponse:
    ticket, named = _ticket(request, pk), request.POST.get("incident", "")
    if not request.user.has_perm("tickets.change_ticket"):
        raise PermissionDenied
    seen = Incident.objects.visible_to(request.user)
    incident = get_object_or_404(seen, pk=int(named) if named.isdecimal() and len(named) < 18 else 0)
    action(incident=incident, ticket=ticket, by=actor(request))
    place = reverse("admin:tickets_ticket_change", args=[ticket.pk])
    return done(request, OF_TICKET, lambda: _of_ticket(request, ticket), to=place, parts=["incidents"])


def _ticket(request: HttpRequest, pk: int) -> Ticket:
    if not (request.user.has_perm("tickets.view_ticket") and request.user.has_perm("incidents.view_incident")):
        raise PermissionDenied
    return get_object_or_404(Ticket.objects.visible_to(request.user).select_related("organization"), pk=pk)


def _of_ticket(request: HttpRequest, ticket: Ticket) -> dict[str, Any]:
    links = list(TicketLink.objects.filter(ticket=ticket).select_related("incident"))
    linked = [link.incident_id for link in links]
    recent = Incident.objects.visible_to(request.user).since(timezone.now() - OFFERED_FOR).newest_first()
    frame = {} if request.htmx else {**site.each_context(request), "title": str(ticket)}  # type: ignore[attr-defined]  # set by django_htmx
    may_link = request.user.has_perm("tickets.change_ticket")
    return {**frame, "ticket": ticket, "links": links, "offered": recent.exclude(pk__in=linked), "may_link": may_link}
