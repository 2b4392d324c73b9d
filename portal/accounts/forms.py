import zoneinfo
from typing import Any

from django import forms
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

import portal.accounts.actions as accounts
from portal.accounts.models import User
from portal.accounts.states import MemberRole, TokenScope


class SignUpFields(forms.Form):
    """What sign-up asks besides address and password. An invited person joins instead of making an organization."""

    name = forms.CharField(label=_("Your name"), max_length=120, widget=forms.TextInput(attrs={"autocomplete": "name"}))
    organization = forms.CharField(
        label=_("Organization"),
        max_length=120,
        required=False,
        help_text=_("Leave empty if you were invited to one."),
        widget=forms.TextInput(attrs={"autocomplete": "organization"}),
    )
    time_zone = forms.CharField(required=False, widget=forms.HiddenInput(attrs={"data-time-zone": ""}))
    field_order = ["name", "organization", "email", "password1"]

    def clean_time_zone(self) -> str:
        """The browser's zone when it is one, else UTC: a guess that nobody needs to see fail."""
        guess = self.cleaned_data["time_zone"]
        return guess if guess in zoneinfo.available_timezones() else "UTC"

    def signup(self, request: HttpRequest, user: User) -> None:
        """Called by allauth once the user exists, in its transaction."""
        user.name = self.cleaned_data["name"]
        user.time_zone = self.cleaned_data["time_zone"]
        user.save(update_fields=["name", "time_zone"])
        organization = self.cleaned_data["organization"].strip()
        if organization:
            accounts.sign_up(user=user, organization_name=organization, time_zone=user.time_zone)


class ProfileForm(forms.ModelForm):
    class Meta:
        model = User
        fields = ["name", "time_zone", "language"]


class InvitationForm(forms.Form):
    email = forms.EmailField(label=_("E-mail address"))
    role = forms.ChoiceField(label=_("Role"), choices=MemberRole.choices, initial=MemberRole.MEMBER)


class RoleForm(forms.Form):
    role = forms.ChoiceField(label=_("Role"), choices=MemberRole.choices)


class ApiTokenForm(forms.Form):
    name = forms.CharField(label=_("Name"), max_length=80, help_text=_("What will use it, for example “Status board”."))
    scopes = forms.MultipleChoiceField(
        label=_("Scopes"), choices=TokenScope.choices, widget=forms.CheckboxSelectMultiple
    )

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        cleaned["name"] = cleaned.get("name", "").strip()
        return cleaned
