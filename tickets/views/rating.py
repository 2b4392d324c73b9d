from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from portal.web.htmx import page
from tickets import actions as tickets
from tickets.forms import RateForm
from tickets.models import Survey, Ticket


@login_not_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def rate(request: HttpRequest, public_id: str) -> HttpResponse:
    """The requester rates the solution, logged in or by the letter's link. Only a POST records; `score` preselects."""
    key = request.POST.get("key") or request.GET.get("key", "")
    survey = _survey_to_rate(request, public_id, key)
    if survey is None:
        return redirect_to_login(request.path)
    initial = {"score": request.GET.get("score") or survey.score, "comment": survey.comment}
    form = RateForm(request.POST if request.method == "POST" else None, initial=initial)
    if form.is_valid():
        tickets.rate(survey=survey, by=survey.ticket.requester, **form.cleaned_data)
        messages.success(request, _("Thank you. We read every rating."))
        return redirect(survey.ticket if request.user.is_authenticated else f"{request.path}?{urlencode({'key': key})}")
    context = {"survey": survey, "ticket": survey.ticket, "form": form, "key": key}
    context["is_open"] = survey.can_be_rated(timezone.now())
    return page(request, "tickets/rate.html", context, status=422 if form.is_bound else 200)


def _survey_to_rate(request: HttpRequest, public_id: str, key: str) -> Survey | None:
    """The gate of ratings: of the last resolution for the requester, else of the letter whose key it is. None: a log-in
    may help."""
    found = Survey.objects.of_ticket(public_id)
    if request.user.is_authenticated:
        own = Ticket.objects.visible_to(request.user).requested_by(request.user)
        return get_object_or_404(found.filter(ticket__in=own)[:1])
    return next((one for one in found if one.is_opened_by(key) and one.ticket.requester.is_active), None)


def offered_rating(request: HttpRequest, ticket: Ticket) -> dict[str, Any]:
    survey = Survey.objects.offered(ticket, request.user, timezone.now())
    form = RateForm(initial={"score": survey.score, "comment": survey.comment}) if survey else None
    return {"survey": survey, "rate_form": form}
