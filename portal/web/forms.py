from typing import Any

from django import forms
from django.conf import settings
from django.utils.translation import gettext_lazy as _


class BoundedFile(forms.FileField):
    """A file as large as a setting allows (`{"mb": 16, …}`); what is larger is done by the command that is named."""

    def __init__(self, limits: str, command: str, **options: Any) -> None:
        super().__init__(**options)
        self.limits, self.command = limits, command

    def clean(self, *values: Any) -> Any:
        file = super().clean(*values)
        limit = getattr(settings, self.limits)["mb"]
        if file and file.size > limit * 1024 * 1024:
            said = _("It is larger than %(limit)s MB. Larger files: manage.py %(command)s.")
            raise forms.ValidationError(said, params={"limit": limit, "command": self.command}, code="too_large")
        return file
