from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from portal.accounts.context import actor
from portal.lib.refusals import Refused
from tickets import actions as tickets
from tickets.forms import BulkForm
from tickets.models import Ticket

MOST_TOLD = 20


@require_safe
def fields(request: HttpRequest) -> HttpResponse:
    """What can be done to many tickets, as a part of the queue's page."""
    if not request.user.has_perm("tickets.change_ticket"):
        raise PermissionDenied
    return render(request, "admin/tickets/ticket/bulk_fields.html", {"form": BulkForm()})


@require_POST
def act(request: HttpRequest) -> HttpResponse:
    """Does one thing to all tickets that were ticked; each refusal is told, and one goes back to the same queue."""
    if not request.user.has_perm("tickets.change_ticket"):
        raise PermissionDenied
    form = BulkForm(request.POST)
    if not form.is_valid():
        for errors in form.errors.values():
            messages.warning(request, " ".join(str(error) for error in errors))
        return redirect(_queue(request))
    chosen = Ticket.objects.changeable_by(request.user).filter(pk__in=form.cleaned_data["ticket"])
    try:
        _tell(request, tickets.act_on_many(tickets=chosen, order=form.order(), by=actor(request)))
    except Refused as refusal:
        messages.warning(request, str(refusal))
    return redirect(_queue(request))


def _tell(request: HttpRequest, outcome: tickets.Outcome) -> None:
    if outcome.done:
        said = ngettext("Done for %(count)d ticket.", "Done for %(count)d tickets.", outcome.done)
        messages.success(request, said % {"count": outcome.done})
    for number, why in outcome.refused[:MOST_TOLD]:
        messages.warning(request, f"#{number}: {why}")
    if len(outcome.refused) > MOST_TOLD:
        messages.warning(request, _("… and %(count)d more.") % {"count": len(outcome.refused) - MOST_TOLD})


def _queue(request: HttpRequest) -> str:
    """The queue as it was narrowed; never another host."""
    queue = reverse("admin:tickets_ticket_changelist")
    back = f"{queue}?{request.POST.get('narrowed', '')}"
    return back if url_has_allowed_host_and_scheme(back, {request.get_host()}) else queue
