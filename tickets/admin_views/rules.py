"""What a rule would have done, before it is switched on."""

from functools import partial
from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _

from portal.accounts.context import actor
from portal.lib.refusals import Refused
from portal.web.admin_views import Question, ask, row_or_404
from tickets import actions as tickets
from tickets.forms import PreviewForm
from tickets.forms.rules import SwitchForm, seen_of
from tickets.models import Rule
from tickets.querysets.rules import preview as look

USUAL = 1000


def preview(request: HttpRequest, model_admin: admin.ModelAdmin, object_id: str) -> HttpResponse:
    """Which of the last tickets a rule would have touched; a POST of what was seen here switches it on."""
    rule: Rule = row_or_404(request, model_admin, object_id)
    if not model_admin.has_change_permission(request, rule):
        raise PermissionDenied
    if request.method == "POST" and _switched_on(request, rule):
        return redirect("admin:tickets_rule_change", rule.pk)
    page = {**model_admin.admin_site.each_context(request), "opts": model_admin.opts, "rule": rule}
    page |= {"title": _("What the rule would have done"), **_looked(rule, PreviewForm(request.GET or None))}
    return render(request, "admin/tickets/rule/preview.html", page)


def _looked(rule: Rule, form: PreviewForm) -> dict[str, Any]:
    """What the present version would have touched, and the signed word of who reads it that they have seen it."""
    last = form.cleaned_data["last"] if form.is_valid() else USUAL
    version = rule.versions.filter(number=rule.version).first()
    if version is None:
        return {"form": form, "version": None}
    found = look(version.written, last=last, now=timezone.now())
    seen = seen_of(rule, found.looked_at, found.at_most)
    return {"form": form, "last": last, "version": version, "found": found, "seen": seen}


def _switched_on(request: HttpRequest, rule: Rule) -> bool:
    form = SwitchForm(request.POST, rule=rule)
    if not form.is_valid():
        messages.warning(request, _("Look at the preview again first."))
        return False
    try:
        tickets.switch_on(rule=rule, seen=form.cleaned_data["seen"], by=actor(request))
    except Refused as refusal:
        messages.warning(request, str(refusal))
        return False
    messages.success(request, _("“%(name)s” is switched on.") % {"name": rule})
    return True


def switch_off(request: HttpRequest, model_admin: admin.ModelAdmin, object_id: str) -> HttpResponse:
    rule: Rule = row_or_404(request, model_admin, object_id)
    question = Question(
        _("Switch the rule off"),
        _("From then on it does nothing. What it did stays."),
        _("Switch it off"),
        _("It is switched off."),
    )
    act = partial(tickets.switch_off, rule=rule, by=actor(request))
    return ask(request, model_admin, rule, question, lambda _words: act())


def try_again(request: HttpRequest, model_admin: admin.ModelAdmin, object_id: str) -> HttpResponse:
    firing = row_or_404(request, model_admin, object_id)
    question = Question(
        _("Try the rule again"),
        _("It is applied to the ticket once more, if it still says so and its conditions hold."),
        _("Try again"),
        _("It was tried again."),
    )
    act = partial(tickets.try_again, firing=firing, by=actor(request))
    return ask(request, model_admin, None, question, lambda _words: act() or firing)
