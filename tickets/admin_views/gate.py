"""Who comes in, and where one goes back to."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.views.decorators.http import require_POST

from portal.accounts.context import actor
from portal.lib import pulse
from portal.lib.refusals import Refused
from tickets.models import Ticket


def acts(view: Callable[..., HttpResponse | None]) -> Callable[..., HttpResponse]:
    """A POST of somebody who works on tickets; a refusal is said on the ticket's page."""

    @require_POST
    @wraps(view)
    def act(request: HttpRequest, pk: int, **options: Any) -> HttpResponse:
        if not request.user.has_perm("tickets.change_ticket"):
            raise PermissionDenied
        ticket = visible_ticket(request, pk)
        try:
            return view(request, ticket, **options) or back(ticket)
        except Refused as refusal:
            messages.warning(request, str(refusal))
            return back(ticket)

    return act


def visible_ticket(request: HttpRequest, pk: int) -> Ticket:
    if not request.user.has_perm("tickets.view_ticket"):
        raise PermissionDenied
    version = pulse.version(pulse.place_of(Ticket._meta.label_lower, pk))  # read first: what changes later is noticed
    ticket = get_object_or_404(Ticket.objects.visible_to(request.user).with_people().with_held(), pk=pk)
    ticket.heard_version = version
    return ticket


def pulse_of(request: HttpRequest, ticket: Ticket) -> pulse.Pulse:
    """By which the page hears of changes and of colleagues who have it open too."""
    place = pulse.place_of(Ticket._meta.label_lower, ticket.pk)
    listener = pulse.Listener(place, actor(request).pk, str(request.user), is_told_who=True)
    return pulse.Pulse.of(listener, known=ticket.heard_version)


def back(ticket: Ticket) -> HttpResponse:
    return redirect("admin:tickets_ticket_change", ticket.pk)


def reads_tickets(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """A page for whoever may read tickets at the desk."""

    return _with("tickets.view_ticket", view)


def works_on_tickets(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """A page for whoever answers tickets and writes notes on them."""
    return _with("tickets.change_ticket", view)


def _with(permission: str, view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    @wraps(view)
    def read(request: HttpRequest, *args: Any, **options: Any) -> HttpResponse:
        if not request.user.has_perm(permission):
            raise PermissionDenied
        return view(request, *args, **options)

    return read
