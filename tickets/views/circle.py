"""Who else hears of a ticket, as its customer arranges it; and the way out for whoever gets copies."""

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from portal.accounts.context import actor
from portal.lib.given import row_id
from portal.lib.refusals import Refused
from portal.web.htmx import page
from tickets import actions as tickets
from tickets.forms import CopyForm
from tickets.models import Copy, Ticket


@require_http_methods(["GET", "HEAD", "POST"])
def people(request: HttpRequest, public_id: str) -> HttpResponse:
    """Addresses that get copies, and whether the reader follows; a POST changes one of these."""
    visible = Ticket.objects.visible_to(request.user).select_related("requester", "organization")
    ticket = get_object_or_404(visible, public_id=public_id)
    form = CopyForm(request.POST if request.POST.get("act") == "copy" else None)
    status, refused = 200, ""
    if request.method == "POST":
        changeable = Ticket.objects.changeable_by(request.user).select_related("requester", "organization")
        try:
            if _act(request, get_object_or_404(changeable, pk=ticket.pk), form):
                return redirect("tickets:people", ticket.public_id)
            status = 422
        except Refused as refusal:
            status, refused = 409, str(refusal)
    context = {"ticket": ticket, "form": form, "refused": refused, **_heard(request, ticket)}
    return page(request, "tickets/people.html", context, status=status)


def _heard(request: HttpRequest, ticket: Ticket) -> dict[str, object]:
    follows = ticket.followers.filter(user=actor(request)).exists()
    return {
        "follows": follows,
        "copies": ticket.copies.live().order_by("pk"),
        "is_own": ticket.requester_id == request.user.pk,
    }


def _act(request: HttpRequest, ticket: Ticket, form: CopyForm) -> bool:
    by, act = actor(request), request.POST.get("act")
    if form.is_bound and form.is_valid():
        tickets.add_copy(ticket=ticket, address=form.cleaned_data["address"], by=by)
    elif act == "end_copy":
        tickets.end_copy(copy=get_object_or_404(ticket.copies, pk=row_id(request.POST.get("row"))), by=by)
    elif act == "follow":
        tickets.follow(ticket=ticket, user=by, by=by)
    elif act == "unfollow":
        tickets.unfollow(ticket=ticket, user=by, by=by)
    else:
        return False
    return True


@login_not_required
@never_cache
@csrf_exempt  # a mailbox's own button sends no token; all that a POST here can do is end these letters
@require_http_methods(["GET", "HEAD", "POST"])
def end_copies(request: HttpRequest, public_id: str) -> HttpResponse:
    """The link of a copy: its press ends the letters to that address. Opening it changes nothing (scanners do that)."""
    copy = get_object_or_404(Copy, public_id=public_id)
    if request.method == "POST":
        tickets.end_copy(copy=copy, by=None)
    has_left = request.method == "POST" or copy.left_at is not None
    return render(request, "tickets/end_copies.html", {"copy": copy, "has_left": has_left})
