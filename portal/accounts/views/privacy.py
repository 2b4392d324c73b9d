"""What people decide about what is known of them: fetch it, have it erased, keep it after all."""

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBadRequest
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

import portal.accounts.actions as accounts
from portal.accounts.context import actor
from portal.accounts.forms import EraseForm
from portal.accounts.models import Erasure, Export, Organization, User
from portal.accounts.privacy import subject_of
from portal.accounts.states import INVITING_ROLES
from portal.lib.clock import moment
from portal.lib.refusals import Refused
from portal.web.htmx import page

_PAGE = "accounts/privacy.html"


@require_http_methods(["GET", "POST"])
def privacy(request: HttpRequest, public_id: str = "") -> HttpResponse:
    """About the reader, or about an organization that they own."""
    row, form = _row(request, public_id), EraseForm(request.POST if request.POST.get("act") == "erase" else None)
    if request.method == "GET":
        return page(request, _PAGE, _context(request, row, form))
    act = {"export": _export, "erase": _erase, "keep": _keep}.get(request.POST.get("act", ""))
    if act is None:
        return HttpResponseBadRequest()
    try:
        messages.success(request, act(row, actor(request), form))
    except Refused as refusal:
        context = _context(request, row, form, str(refusal))
        return page(request, _PAGE, context, status=409)
    return redirect(request.path)


@require_GET
def export(request: HttpRequest, public_id: str) -> HttpResponse:
    """The archive, behind the log-in and for a while."""
    found = get_object_or_404(Export.objects.visible_to(request.user).defer("archive"), public_id=public_id)
    if not found.is_open(moment(None)):
        return page(request, "accounts/export_gone.html", {}, status=410)
    response = HttpResponse(accounts.fetch_export(export=found, by=actor(request)), content_type="application/zip")
    response["Content-Disposition"] = f'attachment; filename="export-{found.asked_at:%Y-%m-%d}.zip"'
    response["Cache-Control"] = "no-store, private"
    response["X-Content-Type-Options"] = "nosniff"
    return response


def _row(request: HttpRequest, public_id: str) -> User | Organization:
    if not public_id:
        return actor(request)
    owned = Organization.objects.filter(memberships__user=actor(request), memberships__role__in=INVITING_ROLES)
    return get_object_or_404(owned, public_id=public_id)


def _export(row: User | Organization, by: User, form: forms.Form) -> str:
    accounts.ask_export(of=row, by=by)
    return _("We put it together. A letter says when it can be fetched.")


def _erase(row: User | Organization, by: User, form: forms.Form) -> str:
    typed = form.cleaned_data["typed"] if form.is_valid() else ""
    accounts.ask_erasure(of=row, by=by, typed=typed)
    return _("It is noted. A letter says until when it can be taken back.")


def _keep(row: User | Organization, by: User, form: forms.Form) -> str:
    kept = accounts.revoke_erasure(of=row, by=by)
    return _("Nothing will be erased.") if kept else _("Nothing was going to be erased.")


def _context(request: HttpRequest, row: User | Organization, form: forms.Form, refused: str = "") -> dict[str, Any]:
    subject, at = subject_of(row), moment(None)
    organization = row if isinstance(row, Organization) else None
    exports = list(Export.objects.of(subject).order_by("-asked_at")[:5])
    return {
        "row": row,
        "refused": refused,
        "organization": organization,
        "typed": row.name if isinstance(row, Organization) else row.email,
        "exports": [(one, one.is_open(at)) for one in exports],
        "erasure": Erasure.objects.of(subject).open().first(),
        "people": User.objects.only_in(organization).count() if organization else 0,
        "form": form,
    }
