from django import forms
from django.utils.translation import gettext_lazy as _

from portal.accounts.models import User
from tickets.models import QueueView
from tickets.states import Level, Sorting


class QueueViewForm(forms.Form):
    """A view of the queue. Whether its search means something is looked at when it is kept."""

    name = forms.CharField(label=_("Name"), max_length=60)
    query = forms.CharField(label=_("Search"), max_length=500)
    sort = forms.ChoiceField(label=_("Order"), choices=Sorting.choices, required=False)
    is_shared = forms.BooleanField(label=_("Shared with colleagues"), required=False)
    level = forms.ChoiceField(label=_("Of which team"), choices=[("", _("All teams")), *Level.choices], required=False)

    def view(self, user: User) -> QueueView:
        """The view as it was typed, of a valid form."""
        given, is_shared = self.cleaned_data, self.cleaned_data["is_shared"]
        view = QueueView(name=given["name"], query=given["query"], sort=given["sort"] or Sorting.DUE)
        view.owner, view.level = (None, given["level"]) if is_shared else (user, "")
        return view
