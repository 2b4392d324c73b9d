import json
from typing import Any, ClassVar

from django import forms
from django.core import signing
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _
from unfold.widgets import UnfoldAdminSelectMultipleWidget, UnfoldAdminSelectWidget

from portal.lib.refusals import Refused
from tickets.actions import Seen
from tickets.actions.rules.checking import act_of, condition_of
from tickets.forms.rule_choices import Choices, choices_of_acts, choices_of_conditions
from tickets.models import Rule
from tickets.states.rules import Asks, Does, operators_of

_SALT = "tickets.rule.preview"
_GOOD_FOR_S = 3600
MOST_LOOKED_AT = 10_000


class _Row(forms.ModelForm):
    """A line of a rule. What is named is picked from what there is, in groups by what the line is about; words are for
    what has no list. A value that was picked under another heading than the line's is refused.

    `choices`: by what the line may be about, what there is to pick.
    """

    about: ClassVar[str]  # the field that says what the line is about

    def __init__(self, *args: Any, choices: dict[str, Choices] | None = None, **options: Any) -> None:
        super().__init__(*args, **options)
        self.choices = choices or {}  # none for templates, which ask the class itself what it is made of
        kinds: Any = self.fields[self.about]
        labels = dict(kinds.choices)
        picked: Any = self.fields["picked"]
        picked.choices = [*self.first, *((labels[kind], _of_kind(kind, found)) for kind, found in self.choices.items())]
        value: Any = self.fields["value"]
        value.widget.attrs["data-rule-words"] = ""
        self._show_what_was_kept()

    @property
    def first(self) -> list[tuple[str, str]]:
        return []

    def _show_what_was_kept(self) -> None:
        """Picked, where it is still there to be picked; what is not stays in words, where it is refused."""
        kind = getattr(self.instance, self.about)
        known = {value for value, _label in self.choices.get(kind, [])}
        values = self.kept_values() if known else []
        if values and known.issuperset(values):
            self.initial["picked"] = self.as_picked([f"{kind}:{one}" for one in values])
            self.initial["value"] = ""

    def kept_values(self) -> list[str]:
        return [self.instance.value] if self.instance.value else []

    def as_picked(self, values: list[str]) -> Any:
        return values[0]

    def clean(self) -> dict[str, Any]:
        found = super().clean() or self.cleaned_data
        kind, given = found.get(self.about), found.get("picked") or []
        picked = [given] if isinstance(given, str) else given
        if kind is None or not picked:
            return found
        values = [one.partition(":")[2] for one in picked if one.startswith(f"{kind}:")]
        if len(values) < len(picked):
            label = dict(self.fields[self.about].choices)[kind]  # type: ignore[attr-defined]  # a choice field
            self.add_error("picked", _("Choose only from “%(label)s”.") % {"label": label})
        found["value"] = ", ".join(values) if not found.get("value") else found["value"]
        return found


def _of_kind(kind: str, found: Choices) -> Choices:
    return [(f"{kind}:{value}", label) for value, label in found]


class ConditionForm(_Row):
    about = "asks"
    picked = forms.MultipleChoiceField(
        label=_("which"),
        required=False,
        widget=UnfoldAdminSelectMultipleWidget(attrs={"data-rule-picked": "", "size": 5}),
    )

    class Meta:
        labels = {"value": _("or words, with commas")}

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        asked: Any = self.fields["asks"]
        asked.widget.attrs["data-rule-about"] = "picked"
        asked.widget.attrs["data-rule-operators"] = json.dumps({one.value: operators_of(one) for one in Asks})

    def kept_values(self) -> list[str]:
        return [one.strip() for one in self.instance.value.split(",") if one.strip()]

    def as_picked(self, values: list[str]) -> list[str]:
        return values


class ActForm(_Row):
    about = "does"
    picked = forms.ChoiceField(
        label=_("which"), required=False, widget=UnfoldAdminSelectWidget(attrs={"data-rule-picked": ""})
    )

    class Meta:
        labels = {"value": _("or words")}

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        done: Any = self.fields["does"]
        done.widget.attrs["data-rule-about"] = "picked"
        done.widget.attrs["data-rule-wordless"] = json.dumps([Does.SOLVE, Does.CLOSE])

    @property
    def first(self) -> list[tuple[str, str]]:
        return [("", "—")]


class _Checked(forms.BaseInlineFormSet):
    """Each row must mean something: what is wrong is said beside it."""

    least = 0

    def get_form_kwargs(self, index: int | None) -> dict[str, Any]:
        return {**super().get_form_kwargs(index), "choices": self.choices}

    @cached_property
    def choices(self) -> dict[str, Choices]:
        """Asked for once, for all lines."""
        raise NotImplementedError

    def clean(self) -> None:
        super().clean()
        rows = [form for form in self.forms if form not in self.deleted_forms and self._is_filled(form)]
        for form in rows:
            try:
                self.check_row(form.cleaned_data)
            except Refused as refusal:
                form.add_error("picked" if form.cleaned_data.get("picked") else "value", str(refusal))
        if len(rows) < self.least:
            raise forms.ValidationError(_("Say what is to be done."), code="no_act")

    def check_row(self, row: dict[str, Any]) -> None:
        raise NotImplementedError

    def _is_filled(self, form: forms.ModelForm) -> bool:
        return not form.errors and bool(form.cleaned_data) and (form.has_changed() or bool(form.instance.pk))


class ConditionFormSet(_Checked):
    @cached_property
    def choices(self) -> dict[str, Choices]:
        return choices_of_conditions()

    def check_row(self, row: dict[str, Any]) -> None:
        condition_of(row["asks"], row["operator"], row["value"])


class ActFormSet(_Checked):
    least = 1

    @cached_property
    def choices(self) -> dict[str, Choices]:
        return choices_of_acts()

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
