"""What staff do with people and organizations: each page asks, then calls one action."""

from functools import partial
from typing import Any

from django import forms
from django.conf import settings
from django.contrib.admin import ModelAdmin
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy as _

import portal.accounts.actions as accounts
from portal.accounts.context import actor
from portal.accounts.forms import EraseForm, RetentionForm, StaffForm, StaffRolesForm
from portal.accounts.models import Tier
from portal.web.admin_views import Question, ask, row_or_404


class TierForm(forms.Form):
    tier = forms.ModelChoiceField(Tier.objects.all(), label=_("Tier"), required=False, empty_label=_("No tier"))
    reason = forms.CharField(label=_("Reason"), max_length=40, help_text=_("Stands in the timeline."))


def add_staff(request: HttpRequest, admin: ModelAdmin) -> HttpResponse:
    question = Question(
        _("Add somebody to the staff"),
        _("A letter lets the person choose a password; then they set up a second factor before anything else opens."),
        _("Add and send the letter"),
        _("The account is made and the letter is on its way."),
        StaffForm,
    )
    return ask(
        request,
        admin,
        None,
        question,
        lambda words: accounts.add_staff(newcomer=accounts.Newcomer(**words), by=actor(request)),
    )


def change_staff_roles(request: HttpRequest, admin: ModelAdmin, object_id: str) -> HttpResponse:
    user = row_or_404(request, admin, object_id)
    held = list(user.groups.values_list("name", flat=True))
    question = Question(
        _("Change staff roles"),
        _("Roles decide what this person sees and does in the admin."),
        _("Save the roles"),
        _("The roles are changed."),
        partial(StaffRolesForm, initial={"roles": held}),
    )
    return ask(
        request,
        admin,
        user,
        question,
        lambda words: accounts.change_staff_roles(user=user, by=actor(request), **words),
    )


def send_password_letter(request: HttpRequest, admin: ModelAdmin, object_id: str) -> HttpResponse:
    user = row_or_404(request, admin, object_id)
    question = Question(
        _("Send a password letter"),
        _("A letter with a link goes to the person's own address. The old password works until they choose a new one."),
        _("Send the letter"),
        _("The letter is on its way."),
    )
    return ask(
        request, admin, user, question, lambda _words: accounts.send_password_letter(user=user, by=actor(request))
    )


def reset_second_factor(request: HttpRequest, admin: ModelAdmin, object_id: str) -> HttpResponse:
    user = row_or_404(request, admin, object_id)
    question = Question(
        _("Take the second factor away"),
        _("For somebody who lost theirs, and only after you made sure who is asking. All their sessions end."),
        _("Take it away"),
        _("The second factor is gone and all sessions have ended."),
        is_danger=True,
    )
    return ask(
        request, admin, user, question, lambda _words: accounts.reset_second_factor(user=user, by=actor(request))
    )


def deactivate(request: HttpRequest, admin: ModelAdmin, object_id: str) -> HttpResponse:
    user = row_or_404(request, admin, object_id)
    question = Question(
        _("Close the account"),
        _("The person can no longer log in, sessions end and API tokens stop working. What they wrote stays."),
        _("Close the account"),
        _("The account is closed."),
        is_danger=True,
    )
    return ask(request, admin, user, question, lambda _words: accounts.deactivate(user=user, by=actor(request)))


def reactivate(request: HttpRequest, admin: ModelAdmin, object_id: str) -> HttpResponse:
    user = row_or_404(request, admin, object_id)
    question = Question(
        _("Open the account again"),
        _("The person can log in as before."),
        _("Open the account"),
        _("The account is open again."),
    )
    return ask(request, admin, user, question, lambda _words: accounts.reactivate(user=user, by=actor(request)))


def change_tier(request: HttpRequest, admin: ModelAdmin, object_id: str) -> HttpResponse:
    organization = row_or_404(request, admin, object_id)
    question = Question(
        _("Change the support tier"),
        _("Open promises move with the tier. Usually the tier follows the plan: change the plan instead."),
        _("Change the tier"),
        _("The tier is changed."),
        partial(TierForm, initial={"tier": organization.tier}),
    )
    return ask(
        request,
        admin,
        organization,
        question,
        lambda words: accounts.change_tier(organization=organization, by=actor(request), **words),
    )


def change_retention(request: HttpRequest, admin: ModelAdmin, object_id: str) -> HttpResponse:
    """Shows how much would go before anything does."""
    rule = row_or_404(request, admin, object_id)
    counted = accounts.count_due(rule=rule)
    text = _("%(counted)s rows are older than %(days)s days now. Forgotten is forgotten: there is no way back.")
    question = Question(
        _("Change what is kept"),
        text % {"counted": counted, "days": rule.days},
        _("Save"),
        _("The rule is changed."),
        partial(RetentionForm, initial={"days": rule.days, "is_on": rule.is_on, "counted": counted}),
        is_danger=True,
    )

    def act(words: dict[str, Any]) -> None:
        accounts.change_retention(rule=rule, to=accounts.WantedRetention(**words), by=actor(request))

    return ask(request, admin, rule, question, act)


def ask_export(request: HttpRequest, admin: ModelAdmin, object_id: str) -> HttpResponse:
    row = row_or_404(request, admin, object_id)
    question = Question(
        _("Export everything known"),
        _("A letter tells the person, or the owners, where to fetch it behind their log-in. You do not get to see it."),
        _("Put it together"),
        _("It is being put together."),
    )
    return ask(request, admin, row, question, lambda _words: _exported(accounts.ask_export(of=row, by=actor(request))))


def _exported(_export: Any) -> None:
    """Back to the row, not to the export."""


def ask_erasure(request: HttpRequest, admin: ModelAdmin, object_id: str) -> HttpResponse:
    row = row_or_404(request, admin, object_id)
    typed = getattr(row, "email", None) or row.name
    text = _("After %(days)s days every word of it goes, and nothing brings it back. To confirm, write: %(typed)s")
    question = Question(
        _("Erase"),
        text % {"days": settings.ERASURE_DAYS, "typed": typed},
        _("Erase"),
        _("It will be erased; those concerned are told by letter."),
        EraseForm,
        is_danger=True,
    )
    return ask(request, admin, row, question, lambda words: accounts.ask_erasure(of=row, by=actor(request), **words))


def keep(request: HttpRequest, admin: ModelAdmin, object_id: str) -> HttpResponse:
    row = row_or_404(request, admin, object_id)
    question = Question(
        _("Keep after all"),
        _("Takes back the wish to be erased."),
        _("Keep"),
        _("Nothing will be erased."),
    )
    return ask(request, admin, row, question, lambda _words: accounts.revoke_erasure(of=row, by=actor(request)))
