from django import forms

from tickets.actions.classifying.deciding import choices_of
from tickets.states.classifying import Trait

__all__ = ["DecisionForm", "choices_of"]


class DecisionForm(forms.Form):
    """Which label somebody chose for a trait, and what they saw as chosen until then."""

    trait = forms.ChoiceField(choices=Trait.choices)
    label = forms.CharField(max_length=50)
    seen = forms.CharField(max_length=50, required=False)
