from django import forms
from django.utils.translation import gettext_lazy as _

from portal.accounts.models import User


class TaskForm(forms.Form):
    title = forms.CharField(label=_("What is to be done"), max_length=200)
    owner = forms.ModelChoiceField(
        User.objects.staff().order_by("name"), label=_("Owner"), required=False, empty_label=_("Nobody yet")
    )
    due_at = forms.DateTimeField(
        label=_("Due at"), required=False, widget=forms.DateTimeInput(attrs={"type": "datetime-local"})
    )


class FoundForm(forms.Form):
    found = forms.CharField(label=_("What was found"), widget=forms.Textarea(attrs={"rows": 4}), max_length=4000)
