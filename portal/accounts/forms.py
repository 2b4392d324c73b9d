import zoneinfo
from datetime import timedelta
from functools import cache
from typing import Any

from allauth.account.forms import ChangePasswordForm, ResetPasswordKeyForm, SignupForm
from allauth.mfa.adapter import get_adapter
from allauth.mfa.base.forms import AuthenticateForm, BaseAuthenticateForm, ReauthenticateForm
from allauth.mfa.models import Authenticator
from django import forms
from django.conf import settings
from django.db import transaction
from django.forms.utils import flatatt
from django.http import HttpRequest, HttpResponse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

import portal.accounts.actions as accounts
from portal.accounts.models import User
from portal.accounts.states import MemberRole, StaffRole, TokenScope
from portal.events.listeners import all_types
from portal.outbox.forms import callable_url

_REGIONS = ("Africa/", "America/", "Antarctica/", "Asia/", "Atlantic/", "Australia/", "Europe/", "Indian/", "Pacific/")


def public_events() -> list[tuple[str, str]]:
    """Events that customers may hear of, each with what it says."""
    somebody = str(_("Somebody"))
    return [
        (name, f"{name} · {one.sentence(somebody, {})}") for name, one in sorted(all_types().items()) if one.is_public
    ]


@cache
def zones() -> list[tuple[str, str]]:
    """The time zones a person may choose from, by region and city."""
    found = sorted(name for name in zoneinfo.available_timezones() if name.startswith(_REGIONS))
    return [("UTC", "UTC"), *((name, name.replace("_", " ")) for name in found)]


@cache
def _known() -> frozenset[str]:
    """Every zone there is; asking the system reads some hundred files."""
    return frozenset(zoneinfo.available_timezones())


@cache
def _options() -> SafeString:
    """The list as HTML, made once: Django's own select takes a template for each of its 400 lines."""
    return format_html_join("\n", '<option value="{}">{}</option>', zones())


class ZoneSelect(forms.Select):
    """A plain select with the list of zones, and with the chosen one also if the list leaves it out."""

    def use_required_attribute(self, initial: Any) -> bool:
        return False  # there is always one chosen

    def render(self, name: str, value: Any, attrs: dict[str, Any] | None = None, renderer: Any = None) -> SafeString:
        attributes = flatatt(self.build_attrs(self.attrs, {**(attrs or {}), "name": name}))
        chosen = format_html('<option value="{}"', value or "UTC")
        options = _options()
        if chosen not in options:
            options = format_html("{}>{}</option>\n{}", chosen, value, options)
        options = SafeString(options.replace(chosen, chosen + " selected", 1))  # only what was escaped above
        return format_html("<select{}>{}</select>", attributes, options)


class ZoneField(forms.ChoiceField):
    """A time zone from the list; one that the row already has is kept even if the list leaves it out."""

    def __init__(self, **options: Any) -> None:
        super().__init__(label=_("Time zone"), choices=zones, widget=ZoneSelect, **options)

    def valid_value(self, value: str) -> bool:
        return value in _known()


class NewPasswordForm(ChangePasswordForm):
    """The library's form, in our words."""

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["oldpassword"].label = _("Current password")
        self.fields["password1"].label, self.fields["password2"].label = _("New password"), _("New password, again")


class ForgottenPasswordForm(ResetPasswordKeyForm):
    """The form behind the link of a reset letter, in our words."""

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["password1"].label, self.fields["password2"].label = _("New password"), _("New password, again")


class SignUpForm(SignupForm):
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
        return guess if guess in _known() else "UTC"

    @transaction.atomic
    def try_save(self, request: HttpRequest) -> tuple[User | None, HttpResponse | None]:
        """User, address and organization are made together or not at all."""
        return super().try_save(request)

    def custom_signup(self, request: HttpRequest, user: User) -> None:
        """Called by allauth once the user exists."""
        profile = accounts.Profile(self.cleaned_data["name"], self.cleaned_data["time_zone"])
        accounts.register(user=user, profile=profile, organization_name=self.cleaned_data["organization"])


class _ClockInput(forms.TimeInput):
    input_type = "time"

    def __init__(self) -> None:
        super().__init__(format="%H:%M")


class ProfileForm(forms.Form):
    name = forms.CharField(label=_("Name"), max_length=120, widget=forms.TextInput(attrs={"autocomplete": "name"}))
    time_zone = ZoneField(help_text=_("Times on pages and in letters are shown in this zone."))
    language = forms.ChoiceField(label=_("Language"), choices=settings.LANGUAGES)
    quiet_from = forms.TimeField(
        label=_("Quiet hours from"),
        required=False,
        widget=_ClockInput,
        help_text=_("Letters about tickets wait until these hours are over, unless minutes count."),
    )
    quiet_until = forms.TimeField(label=_("Quiet hours until"), required=False, widget=_ClockInput)

    def __init__(self, *args: Any, is_staff: bool, **options: Any) -> None:
        super().__init__(*args, **options)
        if not is_staff:
            del self.fields["quiet_from"], self.fields["quiet_until"]

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        if (given.get("quiet_from") is None) != (given.get("quiet_until") is None):
            self.add_error("quiet_until", _("Quiet hours have a beginning and an end."))
        return given


class OrganizationForm(forms.Form):
    name = forms.CharField(
        label=_("Name"), max_length=120, widget=forms.TextInput(attrs={"autocomplete": "organization"})
    )
    time_zone = ZoneField()
    language = forms.ChoiceField(label=_("Language"), choices=settings.LANGUAGES)


class FoundOrganizationForm(forms.Form):
    name = forms.CharField(
        label=_("Name of your organization"),
        max_length=120,
        widget=forms.TextInput(attrs={"autocomplete": "organization"}),
    )


class InvitationForm(forms.Form):
    email = forms.EmailField(label=_("Email"), max_length=254, widget=forms.EmailInput(attrs={"autocomplete": "off"}))
    role = forms.ChoiceField(label=_("Role"), choices=MemberRole.choices, initial=MemberRole.MEMBER)

    def clean_email(self) -> str:
        return self.cleaned_data["email"].lower()


class RoleForm(forms.Form):
    role = forms.ChoiceField(label=_("Role"), choices=MemberRole.choices)


class ApiTokenForm(forms.Form):
    name = forms.CharField(label=_("Name"), max_length=80, help_text=_("What will use it, for example “Status board”."))
    scopes = forms.MultipleChoiceField(
        label=_("Scopes"), choices=TokenScope.choices, widget=forms.CheckboxSelectMultiple
    )
    days = forms.TypedChoiceField(
        label=_("Expires"),
        choices=[("30", _("in 30 days")), ("90", _("in 90 days")), ("365", _("in a year")), ("", _("never"))],
        initial="90",
        required=False,
        coerce=int,
        empty_value=None,
    )

    def valid_for(self) -> timedelta | None:
        """How long the token is to work; None: until it is revoked."""
        days = self.cleaned_data["days"]
        return timedelta(days=days) if days else None


class WebhookForm(forms.Form):
    """Where an organization wants to hear, and of what."""

    url = forms.URLField(
        label=_("Address"),
        max_length=500,
        assume_scheme="https",
        widget=forms.URLInput(attrs={"autocomplete": "off", "placeholder": "https://"}),
        help_text=_("Public and by https. Each call must be answered with a 2xx within ten seconds."),
    )
    events = forms.MultipleChoiceField(
        label=_("Events"),
        required=False,
        choices=public_events,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("None ticked: all of them, also those that come later."),
    )

    def clean_url(self) -> str:
        return callable_url(self.cleaned_data["url"])

    def hearing(self) -> accounts.Hearing:
        return accounts.Hearing(self.cleaned_data["url"], self.cleaned_data["events"])


class StaffForm(forms.Form):
    """What the admin asks for a new member of the staff."""

    name = forms.CharField(label=_("Name"), max_length=120)
    email = forms.EmailField(label=_("Email"), max_length=254)
    roles = forms.MultipleChoiceField(label=_("Roles"), choices=StaffRole.choices, widget=forms.CheckboxSelectMultiple)
    time_zone = ZoneField(initial="UTC")


class StaffRolesForm(forms.Form):
    roles = forms.MultipleChoiceField(
        label=_("Roles"),
        choices=StaffRole.choices,
        widget=forms.CheckboxSelectMultiple,
        required=False,
        help_text=_("Without any role the person is no member of the staff."),
    )


class EraseForm(forms.Form):
    """What is typed so that nothing is erased by mistake."""

    typed = forms.CharField(label=_("To confirm, write it here"), max_length=254,
                            widget=forms.TextInput(attrs={"autocomplete": "off"}))  # fmt: skip


class RetentionForm(forms.Form):
    """How long something is kept; `counted` is what the page showed."""

    days = forms.IntegerField(label=_("Kept for (days)"), min_value=1, max_value=36500)
    is_on = forms.BooleanField(label=_("Forget what is older, each night"), required=False)
    counted = forms.IntegerField(min_value=0, widget=forms.HiddenInput)


class _CodeOnce(BaseAuthenticateForm):
    """Codes of the steps beside the present one count too; a code that was used, and any before it, does not again."""

    def clean_code(self) -> str:
        code, owned = super().clean_code(), self.authenticator
        if owned.type == Authenticator.Type.TOTP and not accounts.use_code(authenticator=owned, code=code):
            raise get_adapter().validation_error("incorrect_code")
        return code


class CodeAuthenticateForm(_CodeOnce, AuthenticateForm):
    """The second step of a log-in."""


class CodeReauthenticateForm(_CodeOnce, ReauthenticateForm):
    """The code that is asked for again before anybody changes how they log in."""
