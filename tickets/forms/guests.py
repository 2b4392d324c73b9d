from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from portal.accounts.models import Organization, User
from portal.lib.storable import storable
from tickets.actions import Filing, GuestWords
from tickets.models import Category
from tickets.states import MOST_CHARACTERS, PRIORITY_OF_IMPACT, Channel, Impact, Priority


class GuestForm(forms.Form):
    """What a visitor without an account hands in."""

    name = forms.CharField(label=_("Your name"), max_length=120, widget=forms.TextInput(attrs={"autocomplete": "name"}))
    email = forms.EmailField(
        label=_("Your email address"),
        max_length=254,
        widget=forms.EmailInput(attrs={"autocomplete": "email"}),
        help_text=_("We send a letter there first. Your ticket is filed once you follow its link."),
    )
    impact = forms.ChoiceField(
        label=_("How much does it hold you up?"),
        choices=Impact.choices,
        initial=Impact.HINDERED,
        widget=forms.RadioSelect,
    )
    category = forms.ModelChoiceField(
        label=_("What is it about?"),
        queryset=Category.objects.filter(is_active=True),
        required=False,
        empty_label=_("I am not sure"),
    )
    subject = forms.CharField(label=_("Subject"), max_length=150)
    body = forms.CharField(
        label=_("What happened?"), max_length=MOST_CHARACTERS, widget=forms.Textarea(attrs={"rows": 9})
    )

    def words(self, network: str, files: list[str]) -> GuestWords:
        given = {**self.cleaned_data, "network": network, "files": tuple(files)}
        return GuestWords(priority=PRIORITY_OF_IMPACT[given.pop("impact")], **given)


class BehalfForm(forms.Form):
    """What an agent files for a customer. One address is one person, known here or not."""

    email = forms.EmailField(label=_("The customer's email address"), max_length=254)
    name = forms.CharField(
        label=_("Name"), max_length=120, required=False, help_text=_("For somebody who is not known here yet.")
    )
    organization = forms.ModelChoiceField(
        label=_("Organization"),
        queryset=Organization.objects.none(),
        required=False,
        empty_label=_("Their only one, or none"),
    )
    channel = forms.ChoiceField(
        label=_("How did they reach you?"),
        choices=[(one, one.label) for one in (Channel.AGENT, Channel.PHONE, Channel.SOCIAL, Channel.COMMUNITY)],
    )
    category = forms.ModelChoiceField(
        label=_("Category"), queryset=Category.objects.filter(is_active=True), required=False, empty_label="–"
    )
    priority = forms.ChoiceField(label=_("Priority"), choices=Priority.choices, initial=Priority.NORMAL)
    subject = forms.CharField(label=_("Subject"), max_length=150)
    body = forms.CharField(
        label=_("In the customer's words; they can read it"),
        max_length=MOST_CHARACTERS,
        widget=forms.Textarea(attrs={"rows": 8}),
    )

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.user = User.objects.filter(email__iexact=storable(self.data.get("email", "")).strip()).first()
        self.offered = list(self.user.organizations.order_by("name")) if self.user else []
        field = self.fields["organization"]
        assert isinstance(field, forms.ModelChoiceField)  # noqa: S101  # tells the type checker
        field.queryset = Organization.objects.filter(pk__in=[one.pk for one in self.offered])

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        if self.user and not self.user.is_active:
            self.add_error("email", _("The account of this address was closed."))
        if len(self.offered) > 1 and not cleaned.get("organization"):
            self.add_error("organization", _("This person belongs to several organizations. Choose one."))
        return cleaned

    def filing(self, requester: User) -> Filing:
        given = self.cleaned_data
        only = self.offered[0] if len(self.offered) == 1 else None
        return Filing(
            subject=given["subject"],
            body=given["body"],
            organization=given["organization"] or only,
            requester=requester,
            category=given["category"],
            priority=given["priority"],
            channel=given["channel"],
        )
