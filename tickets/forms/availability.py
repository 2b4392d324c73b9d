from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from portal.accounts.models import User
from tickets.models import AgentProfile
from tickets.states import Availability


class AvailabilityForm(forms.Form):
    """Whether an agent is there, and who stands in when not: another one to whom the portal hands tickets."""

    availability = forms.ChoiceField(label=_("Availability"), choices=Availability.choices)
    stand_in = forms.ModelChoiceField(
        label=_("Stand-in while out of office"),
        queryset=User.objects.none(),
        required=False,
        empty_label=_("Nobody: it goes back to the queue"),
    )

    def __init__(self, *args: Any, profile: AgentProfile, **options: Any) -> None:
        initial = {"availability": profile.availability, "stand_in": profile.stand_in_id}
        super().__init__(*args, **{**options, "initial": initial})
        field = self.fields["stand_in"]
        assert isinstance(field, forms.ModelChoiceField)  # noqa: S101  # tells the type checker
        others = User.objects.staff().exclude(agent_profile=None).exclude(pk=profile.user_id)
        field.queryset = others.order_by("name", "email")

    @property
    def said(self) -> str:
        """What was chosen, in words."""
        return str(Availability(self.cleaned_data["availability"]).label)
