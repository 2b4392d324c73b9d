"""What money knows of people: the words with which staff changed a plan. Figures stay, as the law asks."""

from django.utils.translation import gettext as _now

from billing.models import Subscription
from portal.lib.privacy import Fate, Sheet, Subject, decide, erases, exports, hinders

decide(
    {
        "billing.Plan": {Fate.HOUSE: "slug name description currency features"},
        "billing.Subscription": {Fate.ERASED: "reason", Fate.LINK: "organization started_by ended_by"},
    }
)


@hinders("billing")
def a_plan_runs(subject: Subject) -> str:
    if subject.is_person or not Subscription.objects.active().filter(organization=subject.pk).exists():
        return ""
    return _now("Its plan is still running. End the plan first, or ask our support to.")


@erases("billing")
def erase(subject: Subject, most: int) -> int:
    if subject.is_person:
        return 0
    found = Subscription.objects.filter(organization=subject.pk).exclude(reason="").values_list("pk", flat=True)[:most]
    return Subscription.objects.filter(pk__in=list(found)).update(reason="")


@exports("billing")
def export(subject: Subject) -> list[Sheet]:
    if subject.is_person:
        return []
    rows = Subscription.objects.filter(organization=subject.pk).order_by("started_at")
    return [Sheet("subscriptions.json", list(rows.values("plan__name", "state", "started_at", "ended_at")))]
