"""Where an organization hears of its news: its owner's page of webhook endpoints."""

from collections.abc import Callable
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST

import portal.accounts.actions as accounts
from portal.accounts.context import actor
from portal.accounts.forms import WebhookForm
from portal.accounts.models import Organization
from portal.outbox.models import Endpoint, Webhook
from portal.web.htmx import done, page

MOST_TOLD = 50
LIST_PAGE = "accounts/webhooks.html"
ONE_PAGE = "accounts/webhook.html"
_ACTS: dict[str, tuple[Callable[..., Any], Any]] = {
    "test": (accounts.try_webhook, gettext_lazy("A test is on its way. Load the page again to see its answer.")),
    "release": (accounts.release_webhook, gettext_lazy("The endpoint is switched on again.")),
}


@require_http_methods(["GET", "POST"])
def webhooks(request: HttpRequest, public_id: str) -> HttpResponse:
    """The endpoints of an organization. A new one's secret stands in this one answer and nowhere else."""
    found, form = _organization(request, public_id), WebhookForm(request.POST or None)
    secret = ""
    if request.method == "POST" and form.is_valid():
        _made, secret = accounts.add_webhook(organization=found, hearing=form.hearing(), by=actor(request))
        form = WebhookForm()
    context = {"organization": found, "endpoints": Endpoint.objects.of_organization(found), "form": form}
    return page(request, LIST_PAGE, {**context, "secret": secret}, status=422 if form.errors else 200)


@require_http_methods(["GET", "POST"])
def webhook(request: HttpRequest, public_id: str, endpoint: str) -> HttpResponse:
    """One endpoint: what it hears, and what it was told of late."""
    found, one = _endpoint(request, public_id, endpoint)
    form = WebhookForm(request.POST or None, initial={"url": one.url, "events": one.events})
    if request.method == "POST" and form.is_valid():
        accounts.change_webhook(organization=found, endpoint=one, hearing=form.hearing(), by=actor(request))
        return _changed(request, found, one, _("The endpoint is saved."))
    return page(request, ONE_PAGE, _told(found, one, form), parts=["deliveries"], status=422 if form.errors else 200)


@require_POST
def rotate_webhook(request: HttpRequest, public_id: str, endpoint: str) -> HttpResponse:
    """A new secret, which stands in this one answer and nowhere else."""
    found, one = _endpoint(request, public_id, endpoint)
    secret = accounts.rotate_webhook_secret(organization=found, endpoint=one, by=actor(request))
    one.refresh_from_db()
    return page(request, ONE_PAGE, {**_told(found, one), "secret": secret})


@require_POST
def act_on_webhook(request: HttpRequest, public_id: str, endpoint: str, act: str) -> HttpResponse:
    """What needs nothing but the press of a button."""
    found, one = _endpoint(request, public_id, endpoint)
    if act not in _ACTS:
        raise Http404
    action, said = _ACTS[act]
    action(organization=found, endpoint=one, by=actor(request))
    return _changed(request, found, one, said)


@require_POST
def replay_webhook(request: HttpRequest, public_id: str, endpoint: str, delivery: str) -> HttpResponse:
    """Tells one of them once more."""
    found, one = _endpoint(request, public_id, endpoint)
    told = get_object_or_404(Webhook.objects.select_related("endpoint").filter(endpoint=one), public_id=delivery)
    accounts.replay_webhook(organization=found, webhook=told, by=actor(request))
    return _changed(request, found, one, _("It goes out again."))


@require_POST
def remove_webhook(request: HttpRequest, public_id: str, endpoint: str) -> HttpResponse:
    found, one = _endpoint(request, public_id, endpoint)
    accounts.remove_webhook(organization=found, endpoint=one, by=actor(request))
    return redirect("accounts:webhooks", found.public_id)


def _organization(request: HttpRequest, public_id: str) -> Organization:
    """The gate: for mere members these pages do not exist."""
    visible = Organization.objects.visible_to(request.user)
    found = get_object_or_404(visible.select_related("tier"), public_id=public_id)
    if not accounts.owns(organization=found, by=actor(request)):
        raise Http404
    return found


def _endpoint(request: HttpRequest, public_id: str, endpoint: str) -> tuple[Organization, Endpoint]:
    found = _organization(request, public_id)
    return found, get_object_or_404(Endpoint.objects.of_organization(found), public_id=endpoint)


def _told(found: Organization, one: Endpoint, form: WebhookForm | None = None) -> dict[str, Any]:
    form = form or WebhookForm(initial={"url": one.url, "events": one.events})
    deliveries = one.webhooks.newest_first()[:MOST_TOLD]
    older_until = one.older_until if one.older_secret(timezone.now()) else None
    return {
        "organization": found,
        "endpoint": one,
        "form": form,
        "deliveries": deliveries,
        "older_until": older_until,
    }


def _changed(request: HttpRequest, found: Organization, one: Endpoint, said: Any) -> HttpResponse:
    address = request.path.split(one.public_id)[0] + f"{one.public_id}/"
    fresh = Endpoint.objects.get(pk=one.pk)
    return done(request, ONE_PAGE, lambda: _told(found, fresh), to=address, parts=["deliveries"], said=said)
