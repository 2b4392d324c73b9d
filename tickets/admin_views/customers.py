"""Who asks, and all that happened: shown beside the conversation once the page is there."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from portal.web.htmx import page
from tickets.admin_views.gate import reads_tickets, visible_ticket
from tickets.health import LOOKED_BACK, standing_of
from tickets.models import Ticket
from tickets.querysets import MOST_LINES, timeline

PAST_TICKETS = 8


@require_safe
@reads_tickets
def customer(request: HttpRequest, pk: int) -> HttpResponse:
    """The customer of a ticket: tier, plan, how they fare with us, and their other tickets."""
    ticket = visible_ticket(request, pk)
    past = Ticket.objects.visible_to(request.user).of_customer(ticket).exclude(pk=ticket.pk).newest_first()
    context = {
        **_frame(request, _("Customer of %(ticket)s") % {"ticket": ticket}),
        "ticket": ticket,
        "standing": standing_of(ticket, reader=request.user, now=timezone.now()),
        "days": LOOKED_BACK.days,
        "past": past[:PAST_TICKETS],
        "all_of_them": _search_of(ticket),
    }
    return page(request, "admin/tickets/ticket/customer.html", context, parts=["customer"])


@require_safe
@reads_tickets
def full_timeline(request: HttpRequest, pk: int) -> HttpResponse:
    """All that happened to a ticket, page by page, oldest first."""
    ticket = visible_ticket(request, pk)
    given = request.GET.get("page", "1")
    number = max(int(given), 1) if given.isdecimal() and len(given) < 6 else 1
    lines = timeline(ticket, reader=request.user, skip=(number - 1) * MOST_LINES)
    context = {
        **_frame(request, _("Timeline of %(ticket)s") % {"ticket": ticket}),
        "ticket": ticket,
        "timeline": lines,
        "earlier": number - 1,
        "later": number + 1 if len(lines) == MOST_LINES else 0,
    }
    return page(request, "admin/tickets/ticket/full_timeline.html", context, parts=["full-timeline"])


def _frame(request: HttpRequest, title: str) -> dict[str, Any]:
    """What a whole page needs; a part does without it."""
    framed = {} if request.htmx else admin.site.each_context(request)  # type: ignore[attr-defined]  # set by django_htmx
    return {**framed, "title": title}


def _search_of(ticket: Ticket) -> str:
    """What finds all tickets of that customer in the queue's box."""
    name = ticket.organization.name.replace('"', " ").strip() if ticket.organization else ""
    return f'org:"{name}"' if len(name) > 1 else f"from:{ticket.requester.email}"
