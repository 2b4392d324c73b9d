from collections.abc import Iterable
from typing import Any

from django.apps import apps
from django.db import models
from django.db.models import Case, Exists, OuterRef, Q, Subquery, Sum, When
from django.db.models.functions import Coalesce, JSONObject

from tickets.states import Availability, Priority


class DeskQuerySet(models.QuerySet):
    def present(self) -> Any:
        """The figures that hold; the shipped ones where nobody made the row."""
        return self.first() or self.model()

    def rows(self) -> models.QuerySet[Any, Any]:
        """The row as one value, for use within another query; `Desk.of_row` reads it."""
        columns = {field.attname: field.attname for field in self.model._meta.concrete_fields}
        return self.values(row=JSONObject(**columns))


class AgentProfileQuerySet(models.QuerySet):
    def online(self) -> "AgentProfileQuerySet":
        """To whom the portal may hand something: they are there, and there is room for at least one ticket."""
        found = self.filter(user__is_active=True, user__is_staff=True)
        return found.filter(availability=Availability.ONLINE, capacity__gt=0)

    def out_of_office(self) -> "AgentProfileQuerySet":
        return self.filter(availability=Availability.OUT_OF_OFFICE)

    def for_team(self, level: str) -> "AgentProfileQuerySet":
        """Online agents who may get tickets of that team, each with `is_of_team`: its members, and stand-ins."""
        members = self._members(level).filter(user=OuterRef("user"))
        replaced = apps.get_model("tickets", "AgentProfile").objects.out_of_office().exclude(stand_in=None)
        found = self.online().annotate(is_of_team=Exists(members))
        return found.filter(Q(is_of_team=True) | Q(user__in=replaced.values("stand_in")))

    def of_team(self, level: str) -> "AgentProfileQuerySet":
        return self.filter(Exists(self._members(level).filter(user=OuterRef("user"))))

    def with_points(self) -> "AgentProfileQuerySet":
        """Each with `points`: what they have to work on now."""
        work = apps.get_model("tickets", "Ticket").objects.our_turn().filter(assignee=OuterRef("user")).order_by()
        sums = work.values("assignee").annotate(found=Sum(_points())).values("found")
        return self.annotate(points=Coalesce(Subquery(sums, output_field=models.IntegerField()), 0))

    def loads(self, users: Iterable[int]) -> dict[int, int]:
        """The points that each of these users (by id) has to work on now; who has none is not in it."""
        work = apps.get_model("tickets", "Ticket").objects.our_turn().filter(assignee__in=users)
        found = work.order_by().values("assignee_id").annotate(points=Sum(_points()))
        return {row["assignee_id"]: row["points"] for row in found}

    def _members(self, level: str) -> models.QuerySet:
        """Rows of who is in the group of that team, while it works on tickets."""
        through = apps.get_model("accounts", "User").groups.through
        work = {"content_type__app_label": "tickets", "codename": "change_ticket"}
        permissions = apps.get_model("auth", "Permission").objects.filter(**work)
        return through.objects.filter(group__name=f"agent-{level}", group__permissions__in=permissions)


def _points() -> Case:
    """What each ticket counts, by its priority, as the row of figures says."""
    desk = apps.get_model("tickets", "Desk")
    shipped = desk()
    counts = {one: Coalesce(desk.objects.values(f"points_{one}")[:1], shipped.points_of(one)) for one in Priority}
    return Case(*(When(priority=one, then=count) for one, count in counts.items()), output_field=models.IntegerField())
