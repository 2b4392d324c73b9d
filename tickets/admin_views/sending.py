"""An answer that was sent is taken back into the form."""

from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse

from portal.accounts.context import actor
from portal.lib.given import row_id
from tickets import actions as tickets
from tickets.admin_views.gate import acts
from tickets.models import HeldReply, Ticket


@acts
def take_back(request: HttpRequest, ticket: Ticket) -> HttpResponse | None:
    """Leads to the ticket with the words in the form again: the address names the row, so a reload loses nothing."""
    held = get_object_or_404(ticket.held_replies, pk=row_id(request.POST.get("held")))
    tickets.take_back(held=held, by=actor(request))
    return redirect(f"{reverse('admin:tickets_ticket_change', args=[ticket.pk])}?{urlencode({'answer': held.pk})}")


def taken_back(request: HttpRequest, ticket: Ticket) -> HeldReply | None:
    """The answer that its author took back and has in the form again."""
    pk = row_id(request.GET.get("answer"))
    return HeldReply.objects.taken_back_by(request.user).filter(ticket=ticket, pk=pk).first() if pk else None
