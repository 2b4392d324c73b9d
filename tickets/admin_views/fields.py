"""Fields of one's own beside the conversation: shown when the page is there, answered in place."""

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from portal.accounts.context import actor
from portal.lib.refusals import Refused
from portal.web.htmx import done, page
from tickets import actions as tickets
from tickets.admin_views.gate import reads_tickets, visible_ticket
from tickets.forms import FieldsForm
from tickets.models import Ticket

TEMPLATE = "admin/tickets/ticket/fields.html"


@require_http_methods(["GET", "HEAD", "POST"])
@reads_tickets
def fields(request: HttpRequest, pk: int) -> HttpResponse:
    """The answers of a ticket; a POST changes those that were changed on the page."""
    ticket = visible_ticket(request, pk)
    if request.method != "POST":
        return _page(request, ticket, FieldsForm(ticket=ticket))
    if not request.user.has_perm("tickets.change_ticket"):
        raise PermissionDenied
    form = FieldsForm(request.POST, ticket=ticket)
    if not form.is_valid():
        return _page(request, ticket, form, status=422)
    try:
        tickets.set_fields(ticket=ticket, values=form.changes(), by=actor(request))
    except Refused as refusal:
        form.add_error(None, str(refusal))
        return _page(request, ticket, form, status=422)
    context = {**_context(request, ticket, FieldsForm(ticket=ticket)), "is_kept": True}
    return done(
        request, TEMPLATE, context, to=reverse("admin:tickets_ticket_change", args=[ticket.pk]), parts=["fields"]
    )


def _page(request: HttpRequest, ticket: Ticket, form: FieldsForm, status: int = 200) -> HttpResponse:
    context = _context(request, ticket, form)
    if not request.htmx:  # type: ignore[attr-defined]  # set by django_htmx
        context = {**admin.site.each_context(request), **context}
    return page(request, TEMPLATE, context, parts=["fields"], status=status)


def _context(request: HttpRequest, ticket: Ticket, form: FieldsForm) -> dict[str, object]:
    may_act = request.user.has_perm("tickets.change_ticket")
    return {"title": _("Fields of %(ticket)s") % {"ticket": ticket}, "ticket": ticket, "form": form, "may_act": may_act}
