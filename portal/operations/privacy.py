"""What tasks of the staff know of people: their title may name whom they are about."""

from django.db.models import Q

from portal.lib.privacy import ERASED, PERSON, Fate, Subject, decide, erases
from portal.operations.models import Task

decide(
    {
        "operations.Task": {
            Fate.ERASED: "title found",
            Fate.FIGURE: "key about_type about_id",
            Fate.LINK: "owner closed_by",
        },
        "operations.ProbeResult": {Fate.HOUSE: "name detail figures"},
    }
)


def blank(tasks: Q, most: int) -> int:
    """Takes the words out of so many tasks; who had them and when stays."""
    found = Task.objects.filter(tasks).exclude(title=ERASED, found="").values_list("pk", flat=True)[:most]
    return Task.objects.filter(pk__in=list(found)).update(title=ERASED, found="")


@erases("operations")
def erase(subject: Subject, most: int) -> int:
    about = "accounts.user" if subject.kind == PERSON else "accounts.organization"
    return blank(Q(about_type=about, about_id=str(subject.pk)), most)
