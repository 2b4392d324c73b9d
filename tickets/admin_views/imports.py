"""Another desk's files: handed in, looked at by a worker, read by somebody, then brought in by a worker."""

from collections.abc import Callable
from functools import partial
from typing import Any

from django.contrib.admin import ModelAdmin
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from portal.accounts.context import actor
from portal.web.admin_views import Question, ask, row_or_404
from portal.web.htmx import page
from tickets import actions as tickets
from tickets.forms.imports import ImportForm
from tickets.models import DeskImport
from tickets.states.imports import ImportKind

_PLACE = "admin:tickets_deskimport_change"


def hand_in(request: HttpRequest, admin: ModelAdmin) -> HttpResponse:
    """The form; a POST keeps the file and leads to where its progress stands."""
    _check(request)
    form = ImportForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        kept = tickets.keep_import(upload=form.upload(), by=actor(request))
        return redirect(_PLACE, kept.pk)
    context = {**admin.admin_site.each_context(request), "opts": admin.opts, "form": form}
    context["title"] = _("Import another desk")
    status = 422 if form.errors else 200
    return render(request, "admin/tickets/deskimport/hand_in.html", context, status=status)


def standing(request: HttpRequest, admin: ModelAdmin, object_id: str) -> HttpResponse:
    """How far it is, what would come over or did, and each row that is left out with the reason."""
    chosen: DeskImport = row_or_404(request, admin, object_id)
    if not admin.has_view_permission(request, chosen):
        raise PermissionDenied
    lines = [(kind.label, chosen.tally[kind.value]) for kind in ImportKind if any(chosen.tally.get(kind, {}).values())]
    context = {
        **admin.admin_site.each_context(request),
        "opts": admin.opts,
        "title": str(chosen),
        "chosen": chosen,
        "lines": lines,
        "may_act": request.user.has_perm("tickets.change_deskimport"),
    }
    return page(request, "admin/tickets/deskimport/standing.html", context, parts=["standing"])


def confirm(request: HttpRequest, admin: ModelAdmin, object_id: str) -> HttpResponse:
    question = Question(
        _("Bring it in"),
        _("What came over once never comes again. Nobody is written to, and no clock starts."),
        _("Bring it in"),
        _("A worker brings it in."),
    )
    return _asked(request, admin, object_id, question, tickets.confirm_import)


def repeat(request: HttpRequest, admin: ModelAdmin, object_id: str) -> HttpResponse:
    question = Question(
        _("Look at it once more"),
        _("The same file is looked at again: what came over since is known. Nothing changes by that."),
        _("Look again"),
        _("A worker looks at it."),
    )
    return _asked(request, admin, object_id, question, tickets.repeat_import)


def _asked(
    request: HttpRequest, admin: ModelAdmin, object_id: str, question: Question, act: Callable[..., Any]
) -> HttpResponse:
    chosen = row_or_404(request, admin, object_id)
    if not request.user.has_perm("tickets.change_deskimport"):
        raise PermissionDenied
    run = partial(act, chosen=chosen, by=actor(request))
    return ask(request, admin, chosen, question, lambda _words: run())


def _check(request: HttpRequest) -> None:
    if not request.user.has_perm("tickets.add_deskimport"):
        raise PermissionDenied
