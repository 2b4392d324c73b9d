"""What staff fill in. Forms only check the shape; the actions decide."""

from collections.abc import Iterator
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from incidents.actions import Opening, Report
from incidents.models import Component, Incident, Maintenance
from incidents.states import (
    ASSERTED_CHOICES,
    ComponentStatus,
    Impact,
    IncidentStatus,
    Severity,
    may_follow,
)

_UNTOUCHED = ("", _("Not affected"))
_IN_YOUR_ZONE = _("In your time zone.")


class Moment(forms.DateTimeField):
    """Day and time in the reader's zone, by the browser's own picker."""

    widget = forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M")


class ImpactForm(forms.Form):
    """A choice per component: what the incident does to it. Components nobody chose for are left alone."""

    def __init__(self, *args: Any, impacts: dict[int, str] | None = None, **options: Any) -> None:
        super().__init__(*args, **options)
        self.components = {component.pk: component for component in Component.objects.as_shown()}
        self.running = impacts or {}
        for component in self.components.values():
            self.fields[self._name(component)] = self._choice(component)

    def impact_rows(self) -> Iterator[tuple[Component, forms.BoundField]]:
        """Each component with its choice, in the order of the page."""
        return ((component, self[self._name(component)]) for component in self.components.values())

    def chosen(self) -> dict[Component, str]:
        """Components with the impact chosen for them."""
        found = {component: self.cleaned_data[self._name(component)] for component in self.components.values()}
        return {component: status for component, status in found.items() if status}

    def _choice(self, component: Component) -> forms.ChoiceField:
        running = self.running.get(component.pk, "")
        first = [] if running else [_UNTOUCHED]
        return forms.ChoiceField(
            choices=[*first, *ASSERTED_CHOICES], label=component.name, required=False, initial=running
        )

    @staticmethod
    def _name(component: Component) -> str:
        return f"impact_{component.pk}"


class OpenIncidentForm(ImpactForm):
    title = forms.CharField(
        label=_("Title"), max_length=140, help_text=_("What customers notice, in a few words, without the cause.")
    )
    severity = forms.ChoiceField(label=_("Severity"), choices=Severity, initial=Severity.P2)
    body = forms.CharField(
        label=_("First update"),
        widget=forms.Textarea(attrs={"rows": 5}),
        help_text=_("What is affected, what still works, when you will write again. Markdown."),
    )
    status = forms.ChoiceField(
        label=_("Status"), choices=[choice for choice in IncidentStatus.choices if choice[0] != IncidentStatus.RESOLVED]
    )
    started_at = Moment(
        label=_("Began"), required=False, help_text=_("If it began before now. In your time zone; empty: now.")
    )
    is_public = forms.BooleanField(label=_("Show on the public status page"), required=False, initial=True)

    def opening(self) -> Opening:
        words = self.cleaned_data
        return Opening(
            title=words["title"],
            severity=words["severity"],
            body=words["body"],
            impacts=self.chosen(),
            status=words["status"],
            started_at=words["started_at"],
            is_public=words["is_public"],
        )


class UpdateForm(ImpactForm):
    body = forms.CharField(label=_("Update"), widget=forms.Textarea(attrs={"rows": 4}))
    status = forms.ChoiceField(label=_("Status"))

    def __init__(self, *args: Any, incident: Incident, **options: Any) -> None:
        running = {impact.component_id: impact.status for impact in incident.impacts.lasting()}
        super().__init__(*args, impacts=running, **options)
        legal = [choice for choice in IncidentStatus.choices if may_follow(incident.status, choice[0])]
        status = self.fields["status"]
        assert isinstance(status, forms.ChoiceField)  # noqa: S101  # declared above
        status.choices = legal
        self.initial["status"] = incident.status if incident.is_open else IncidentStatus.INVESTIGATING

    def report(self) -> Report:
        return Report(self.cleaned_data["status"], self.cleaned_data["body"], self.chosen())


class RevisionForm(forms.Form):
    title = forms.CharField(label=_("Title"), max_length=140)
    severity = forms.ChoiceField(label=_("Severity"), choices=Severity)
    impact_override = forms.ChoiceField(
        label=_("Public impact"),
        required=False,
        choices=[("", _("Follows from severity and components")), *Impact.choices],
    )
    is_public = forms.BooleanField(label=_("Show on the public status page"), required=False)


class MaintenanceForm(forms.Form):
    title = forms.CharField(label=_("Title"), max_length=140)
    body = forms.CharField(
        label=_("What will be done and what people will notice"),
        widget=forms.Textarea(attrs={"rows": 5}),
        help_text=_("Markdown."),
    )
    planned_start_at = Moment(label=_("Begins"), help_text=_IN_YOUR_ZONE)
    planned_end_at = Moment(label=_("Ends"), help_text=_IN_YOUR_ZONE)
    components = forms.ModelMultipleChoiceField(
        Component.objects.as_shown(), label=_("Components"), widget=forms.CheckboxSelectMultiple
    )
    is_public = forms.BooleanField(label=_("Show on the public status page"), required=False, initial=True)


class RescheduleForm(forms.Form):
    planned_start_at = Moment(label=_("Begins"), help_text=_IN_YOUR_ZONE)
    planned_end_at = Moment(label=_("Ends"), help_text=_IN_YOUR_ZONE)

    def __init__(self, *args: Any, maintenance: Maintenance, **options: Any) -> None:
        planned = {"planned_start_at": maintenance.planned_start_at, "planned_end_at": maintenance.planned_end_at}
        super().__init__(*args, **{"initial": planned, **options})


class ComponentStatusForm(forms.Form):
    status = forms.ChoiceField(label=_("Baseline status"), choices=ASSERTED_CHOICES)
    reason = forms.CharField(label=_("Reason"), max_length=300, help_text=_("For the staff; not shown to the public."))

    def __init__(self, *args: Any, component: Component, **options: Any) -> None:
        super().__init__(*args, **{"initial": {"status": ComponentStatus(component.status)}, **options})
