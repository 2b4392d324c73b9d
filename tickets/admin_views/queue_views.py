"""The views of the queue: shown with their counts, kept and dropped."""

from typing import Any

from django.contrib import admin, messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from portal.accounts.context import actor
from portal.lib.refusals import Refused
from portal.web.htmx import page
from tickets import actions as tickets
from tickets.admin_views.gate import reads_tickets
from tickets.forms import QueueViewForm
from tickets.models import QueueView
from tickets.search import MOST_COUNTED, counts


@require_safe
@reads_tickets
def views(request: HttpRequest) -> HttpResponse:
    """All views that are offered with how many tickets each holds; as a part of the queue, or as the page to tend them.

    `q` and `sort` are those of the queue that is on the screen.
    """
    initial = {"query": request.GET.get("q", ""), "sort": request.GET.get("sort", "")}
    return _page(request, QueueViewForm(initial=initial))


@require_POST
@reads_tickets
def keep_view(request: HttpRequest) -> HttpResponse:
    """A new view, or another version of the one with the same name."""
    form, user = QueueViewForm(request.POST), actor(request)
    if not form.is_valid():
        return _page(request, form, status=422)
    try:
        kept = tickets.keep_view(view=form.view(user), by=user)
    except Refused as refusal:
        form.add_error("query", str(refusal))
        return _page(request, form, status=422)
    messages.success(request, _("“%(name)s” is kept.") % {"name": kept})
    return redirect("admin:tickets_ticket_views")


@require_POST
@reads_tickets
def drop_view(request: HttpRequest, pk: int) -> HttpResponse:
    view = get_object_or_404(QueueView.objects.visible_to(request.user), pk=pk)
    try:
        tickets.drop_view(view=view, by=actor(request))
        messages.success(request, _("“%(name)s” is gone.") % {"name": view})
    except Refused as refusal:
        messages.warning(request, str(refusal))
    return redirect("admin:tickets_ticket_views")


def _page(request: HttpRequest, form: QueueViewForm, status: int = 200) -> HttpResponse:
    user = actor(request)
    offered = list(QueueView.objects.offered_to(user))
    context: dict[str, Any] = {
        "title": _("Views of the queue"),
        "rows": _counted(offered, request),
        "form": form,
        "may_share": user.has_perm("tickets.share_queueview"),
        "here": request.GET.urlencode(),
    }
    if not request.htmx:  # type: ignore[attr-defined]  # set by django_htmx
        context = {**admin.site.each_context(request), **context}
    return page(request, "admin/tickets/ticket/views.html", context, parts=["views"], status=status)


def _counted(offered: list[QueueView], request: HttpRequest) -> list[tuple[QueueView, str, bool]]:
    """Each view, its count in words, and whether it is the one on the screen."""
    user = actor(request)
    found = counts(offered, reader=user, now=timezone.now())
    shown = {pk: f"{MOST_COUNTED}+" if count > MOST_COUNTED else str(count) for pk, count in found.items()}
    here = request.GET.get("q", "")
    return [(view, shown.get(view.pk, "–"), bool(here) and view.query == here) for view in offered]
