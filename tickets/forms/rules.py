from typing import Any

from django import forms
from django.core import signing
from django.utils.translation import gettext_lazy as _

from portal.lib.refusals import Refused
from tickets.actions import Seen
from tickets.actions.rules.checking import act_of, condition_of
from tickets.models import Rule

_SALT = "tickets.rule.preview"
_GOOD_FOR_S = 3600
MOST_LOOKED_AT = 10_000


class _Checked(forms.BaseInlineFormSet):
    """Each row must mean something: what is wrong is said beside it."""

    least = 0

    def clean(self) -> None:
        super().clean()
        rows = [form for form in self.forms if form not in self.deleted_forms and self._is_filled(form)]
        for form in rows:
            try:
                self.check_row(form.cleaned_data)
            except Refused as refusal:
                form.add_error("value", str(refusal))
        if len(rows) < self.least:
            raise forms.ValidationError(_("Say what is to be done."), code="no_act")

    def check_row(self, row: dict[str, Any]) -> None:
        raise NotImplementedError

    def _is_filled(self, form: forms.ModelForm) -> bool:
        return not form.errors and bool(form.cleaned_data) and (form.has_changed() or bool(form.instance.pk))


class ConditionFormSet(_Checked):
    def check_row(self, row: dict[str, Any]) -> None:
        condition_of(row["asks"], row["operator"], row["value"])


class ActFormSet(_Checked):
    least = 1

    def check_row(self, row: dict[str, Any]) -> None:
        act_of(row["does"], row["value"])


class PreviewForm(forms.Form):
    """How many past tickets to look at."""

    last = forms.IntegerField(label=_("Look at the last tickets"), min_value=1, max_value=MOST_LOOKED_AT, initial=1000)


class SwitchForm(forms.Form):
    """What the page of the preview says that its reader has seen; signed, so that there was such a page."""

    seen = forms.CharField(widget=forms.HiddenInput)

    def __init__(self, *args: Any, rule: Rule, **options: Any) -> None:
        super().__init__(*args, **options)
        self.rule = rule

    def clean_seen(self) -> Seen:
        try:
            told = signing.loads(self.cleaned_data["seen"], salt=_SALT, max_age=_GOOD_FOR_S)
        except signing.BadSignature as error:
            raise forms.ValidationError(_("Look at the preview again first."), code="unseen") from error
        if told.pop("rule") != self.rule.pk:
            raise forms.ValidationError(_("Look at the preview again first."), code="unseen")
        return Seen(**told)


def seen_of(rule: Rule, looked_at: int, at_most: int) -> str:
    """What the page hands to `SwitchForm`."""
    told = {"rule": rule.pk, "version": rule.version, "looked_at": looked_at, "at_most": at_most}
    return signing.dumps(told, salt=_SALT)
