"""Staff move an organization's plan: the page asks, then calls the action."""

from functools import partial

from django import forms
from django.contrib import messages
from django.contrib.admin import ModelAdmin
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from billing import actions
from billing.models import Plan, Subscription
from portal.accounts.context import actor
from portal.accounts.models import Organization
from portal.web.admin_views import Question, ask


class PlanForm(forms.Form):
    plan = forms.ModelChoiceField(Plan.objects.all(), label=_("Plan"), required=False, empty_label=_("No plan"))
    reason = forms.CharField(label=_("Reason"), max_length=200, help_text=_("For colleagues; customers never see it."))


def move_plan(request: HttpRequest, admin: ModelAdmin) -> HttpResponse:
    """`?organization=` says whose plan; without it staff are sent to choose one."""
    wanted = request.GET.get("organization", "")
    if not wanted.isdecimal() or len(wanted) > 18:
        messages.info(request, _("Open the organization whose plan you want to change."))
        return redirect("admin:accounts_organization_changelist")
    organization = get_object_or_404(Organization.objects.visible_to(request.user), pk=wanted)
    current = Subscription.objects.active().of_organization(organization).first()
    question = Question(
        _("Plan of %(organization)s") % {"organization": organization},
        _("The support tier moves with the plan, and the promises of open tickets with the tier."),
        _("Change the plan"),
        _("The plan is changed."),
        partial(PlanForm, initial={"plan": current.plan_id if current else None}),
    )
    act = partial(actions.move_plan, organization=organization, by=actor(request))
    return ask(request, admin, None, question, lambda words: act(**words))


@require_safe
def plan_of_organization(request: HttpRequest, pk: int) -> HttpResponse:
    """The plan by its name, as a line for other pages: whoever sees customers sees it, prices are not in it."""
    if not request.user.has_perm("accounts.view_organization"):
        raise PermissionDenied
    organization = get_object_or_404(Organization.objects.visible_to(request.user), pk=pk)
    current = Subscription.objects.active().of_organization(organization).select_related("plan").first()
    response = render(request, "admin/billing/plan_line.html", {"subscription": current})
    response["Cache-Control"] = "no-store, private"
    return response
