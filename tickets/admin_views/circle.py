"""Who else hears of a ticket, as staff arrange it."""

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from portal.accounts.context import actor
from portal.lib.given import row_id
from portal.lib.refusals import Refused
from tickets import actions as tickets
from tickets.admin_views.gate import visible_ticket, works_on_tickets
from tickets.forms import CopyForm, FollowerForm
from tickets.models import Ticket

_LONGEST_NAME = 80


@require_http_methods(["GET", "HEAD", "POST"])
def people(request: HttpRequest, pk: int) -> HttpResponse:
    """Followers and addresses that get copies; a POST adds one or takes one off."""
    ticket = visible_ticket(request, pk)
    if request.method != "POST":
        return _page(request, ticket, CopyForm(), FollowerForm(ticket=ticket))
    if not request.user.has_perm("tickets.change_ticket"):
        raise PermissionDenied
    act = request.POST.get("act")
    copy_form = CopyForm(request.POST if act == "copy" else None)
    follower_form = FollowerForm(request.POST if act == "follower" else None, ticket=ticket)
    try:
        is_done = _act(request, ticket, copy_form, follower_form)
    except Refused as refusal:
        messages.warning(request, str(refusal))
        return _page(request, ticket, copy_form, follower_form, status=409)
    if is_done:
        return redirect("admin:tickets_ticket_people", ticket.pk)
    return _page(request, ticket, copy_form, follower_form, status=422)


def _act(request: HttpRequest, ticket: Ticket, copy_form: CopyForm, follower_form: FollowerForm) -> bool:
    by, row = actor(request), row_id(request.POST.get("row"))
    if copy_form.is_bound and copy_form.is_valid():
        tickets.add_copy(ticket=ticket, address=copy_form.cleaned_data["address"], by=by)
    elif follower_form.is_bound and follower_form.is_valid():
        tickets.follow(ticket=ticket, user=follower_form.cleaned_data["user"], by=by)
    elif request.POST.get("act") == "end_copy":
        tickets.end_copy(copy=get_object_or_404(ticket.copies, pk=row), by=by)
    elif request.POST.get("act") == "unfollow":
        follower = get_object_or_404(ticket.followers.select_related("user"), pk=row)
        tickets.unfollow(ticket=ticket, user=follower.user, by=by)
    else:
        return False
    return True


def _page(
    request: HttpRequest, ticket: Ticket, copy_form: CopyForm, follower_form: FollowerForm, status: int = 200
) -> HttpResponse:
    context = {
        **admin.site.each_context(request),
        "title": str(ticket),
        "ticket": ticket,
        "copies": ticket.copies.live().order_by("pk"),
        "followers": ticket.followers.select_related("user").order_by("pk"),
        "copy_form": copy_form,
        "follower_form": follower_form,
        "may_act": request.user.has_perm("tickets.change_ticket"),
    }
    response = render(request, "admin/tickets/ticket/people.html", context, status=status)
    response["Cache-Control"] = "no-store, private"
    return response


@require_safe
@works_on_tickets
def colleagues(request: HttpRequest, pk: int) -> HttpResponse:
    """Whom a note can name: a list that the note's box shows while a name is typed. For whoever may write one there."""
    visible_ticket(request, pk)
    found = tickets.nameable(beginning=request.GET.get("q", "")[:_LONGEST_NAME])
    return render(request, "admin/tickets/ticket/colleagues.html", {"colleagues": found})
