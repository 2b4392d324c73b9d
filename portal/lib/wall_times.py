"""A time of the day as a column and as a field of a form: "09:00", and "24:00" for the end of the day."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import gettext_lazy as _

from portal.lib.business_time import seconds_of, wall_time


class WallTime(forms.CharField):
    """Reads "9:00" and "24:00"; what it cleans are seconds since midnight, None when nothing was written."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**{"max_length": 8, **options})
        self.widget.attrs.setdefault("placeholder", "09:00")

    def to_python(self, value: Any) -> Any:
        text = str(value).strip() if value is not None else ""
        if not text:
            return None
        try:
            return seconds_of(text)
        except ValueError as error:
            raise ValidationError(_("Write a time like 09:00; the end of the day is 24:00."), code="invalid") from error

    def prepare_value(self, value: Any) -> Any:
        return wall_time(value) if isinstance(value, int) else value

    def run_validators(self, value: Any) -> None:
        """Length was that of the text; the seconds are right by construction."""

    def has_changed(self, initial: Any, written: Any) -> bool:
        try:
            return bool(initial != self.to_python(written))
        except ValidationError:
            return True


class WallTimeField(models.PositiveIntegerField):
    """Seconds since midnight of a wall clock, 0 to 86 400, written as a time of the day."""

    def formfield(self, **options: Any) -> Any:
        return models.Field.formfield(self, **{"form_class": WallTime, **options})
