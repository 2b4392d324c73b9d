from django.db import models


class BusinessCalendarQuerySet(models.QuerySet):
    def with_hours(self) -> "BusinessCalendarQuerySet":
        """With all that `value` needs."""
        return self.prefetch_related("hours", "shifts", "holidays")


class HolidayQuerySet(models.QuerySet):
    def whole_days(self) -> "HolidayQuerySet":
        return self.filter(begins=None)
