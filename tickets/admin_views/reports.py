"""Reports inside the admin: what happened in a period, as pictures, tables and CSV."""

from collections.abc import Iterable
from typing import Any

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBadRequest, StreamingHttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from portal.lib.spreadsheets import lines
from tickets.forms.reports import ReportForm
from tickets.metrics.reports import report


@require_safe
def reports(request: HttpRequest) -> HttpResponse:
    form = _form(request)
    context = {**admin.site.each_context(request), "title": _("Reports"), "form": form}
    is_right = form.is_valid()
    if is_right:
        given = form.cleaned_data
        context["form"] = ReportForm(initial={**request.GET.dict(), "since": given["since"], "until": given["until"]})
        context["tables"] = report(form.period(), timezone.now())
        context["narrowed"] = request.GET.urlencode()
    response = render(request, "admin/tickets/reports/page.html", context, status=200 if is_right else 400)
    response["Cache-Control"] = "no-store, private"
    return response


@require_safe
def as_csv(request: HttpRequest, table: str) -> HttpResponse | StreamingHttpResponse:
    """One of the tables, narrowed alike."""
    form = _form(request)
    if not form.is_valid():
        return HttpResponseBadRequest(" ".join(str(one) for errors in form.errors.values() for one in errors))
    found = next((one for one in report(form.period(), timezone.now()) if one.slug == table), None)
    if found is None:
        raise Http404
    return csv_of(found.slug, [found.columns, *found.rows])


def csv_of(name: str, rows: Iterable[Iterable[Any]]) -> StreamingHttpResponse:
    response = StreamingHttpResponse(lines(rows), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{name}-{timezone.localdate():%Y-%m-%d}.csv"'
    response["Cache-Control"] = "no-store, private"
    return response


def _form(request: HttpRequest) -> ReportForm:
    if not request.user.has_perm("tickets.view_reports"):
        raise PermissionDenied
    return ReportForm(request.GET)
