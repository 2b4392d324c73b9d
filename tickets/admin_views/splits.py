"""Two matters in one ticket become two tickets."""

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from portal.accounts.context import actor
from portal.lib.refusals import Refused
from tickets import actions as tickets
from tickets.admin_views.gate import reads_tickets, visible_ticket
from tickets.forms import SplitForm
from tickets.models import Ticket


@require_http_methods(["GET", "HEAD", "POST"])
@reads_tickets
def split(request: HttpRequest, pk: int) -> HttpResponse:
    """Asks which messages go; then one goes on in the new ticket. A second click leads there too."""
    ticket = visible_ticket(request, pk)
    if not request.user.has_perm("tickets.change_ticket"):
        raise PermissionDenied
    form = SplitForm(request.POST if request.method == "POST" else None, ticket=ticket)
    if not form.is_bound:
        return _page(request, ticket, form)
    made = Ticket.objects.split_from(ticket, request.POST.get("key", "")[:60])
    if made is None and not form.is_valid():
        return _page(request, ticket, form, status=422)
    try:
        made = made or tickets.split_ticket(ticket=ticket, split=form.split(), by=actor(request))
    except Refused as refusal:
        form.add_error(None, str(refusal))
        return _page(request, ticket, form, status=409)
    messages.success(request, _("This is the new ticket, split off #%(number)s.") % {"number": ticket.number})
    return redirect("admin:tickets_ticket_change", made.pk)


def _page(request: HttpRequest, ticket: Ticket, form: SplitForm, status: int = 200) -> HttpResponse:
    title = _("Split #%(number)s") % {"number": ticket.number}
    context = {**admin.site.each_context(request), "title": title, "ticket": ticket, "form": form}
    response = render(request, "admin/tickets/ticket/split.html", context, status=status)
    response["Cache-Control"] = "no-store, private"
    return response
