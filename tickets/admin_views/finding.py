"""The search box above the queue."""

from collections.abc import Callable
from typing import Any

from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from portal.accounts.context import actor
from portal.lib.refusals import Refused
from portal.web.htmx import page
from tickets.admin_views.gate import reads_tickets
from tickets.models import Ticket
from tickets.querysets import TicketQuerySet
from tickets.search import FIELDS, Search, understood


def is_search(request: HttpRequest) -> bool:
    return bool(request.GET.get("q", "").strip())


def answered(request: HttpRequest, queue: Callable[[HttpRequest, dict[str, Any]], HttpResponse]) -> HttpResponse:
    """The queue with what is looked for; a search that means nothing says why, and the words stay in the box."""
    if not is_search(request) or not request.user.has_perm("tickets.view_ticket"):
        return queue(request, {})
    try:
        search = understood(request.GET["q"], reader=actor(request), now=timezone.now())
    except Refused as refusal:
        return _refused(queue(request, {"wrong_search": str(refusal)}))
    request.desk_search = search  # type: ignore[attr-defined]  # read by `found`
    if search.jumps_to is not None:
        ticket = Ticket.objects.visible_to(request.user).filter(number=search.jumps_to).only("pk").first()
        if ticket is not None:
            return redirect("admin:tickets_ticket_change", ticket.pk)
    return queue(request, {})


def found(request: HttpRequest, tickets: TicketQuerySet) -> TicketQuerySet:
    """Those of the queue's tickets that are looked for: all without a search, none by one that means nothing."""
    if not is_search(request):
        return tickets
    search: Search | None = getattr(request, "desk_search", None)
    return search.narrow(tickets, reader=actor(request), now=timezone.now()) if search else tickets.none()


@require_safe
@reads_tickets
def search_help(request: HttpRequest) -> HttpResponse:
    """What may be typed into the box."""
    context = {**admin.site.each_context(request), "title": _("How to search"), "fields": FIELDS.values()}
    return page(request, "admin/tickets/ticket/search_help.html", context, parts=["search-help"])


def _refused(response: HttpResponse) -> HttpResponse:
    if response.status_code == 200:
        response.status_code = 400
    return response
