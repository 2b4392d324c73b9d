import zipfile
from pathlib import PurePath
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from helpcenter.states import Audience
from portal.web.forms import BoundedFile
from tickets.actions import HandedIn
from tickets.states.imports import FILES, Origin


class ImportForm(forms.Form):
    """Another desk's files: a ZIP file of them, or one CSV file."""

    file = BoundedFile("DESK_ZIP_LIMITS", "import_desk", label=_("ZIP file, or one CSV file"))
    origin = forms.ChoiceField(label=_("Format of the files in a ZIP file"), choices=Origin.choices)
    holds = forms.ChoiceField(
        label=_("What a CSV file holds"), choices=[("", _("As it is named")), *FILES.items()], required=False
    )
    source = forms.SlugField(
        label=_("Name of the other system"),
        max_length=40,
        required=False,
        help_text=_("Ids are unique within it. Use the same name for all files of one system. Empty: the format’s."),
    )
    audience = forms.ChoiceField(
        label=_("Who reads the articles"), choices=Audience.choices, initial=Audience.OPERATIONS
    )

    def clean_file(self) -> Any:
        file = self.cleaned_data["file"]
        if file.name.lower().endswith(".csv"):
            return file
        if not zipfile.is_zipfile(file):
            raise forms.ValidationError(_("This is neither a ZIP file nor a CSV file."), code="no_zip")
        return file

    def clean(self) -> dict[str, Any]:
        given: dict[str, Any] = super().clean() or self.cleaned_data
        file = given.get("file")
        given["name"] = PurePath(file.name).name if file else ""
        if not file or not file.name.lower().endswith(".csv"):
            return given
        holds = given.get("holds") or PurePath(file.name).stem.lower()
        if holds not in FILES:
            known = ", ".join(f"{name}.csv" for name in FILES)
            said = _("Say what the file holds, or name it as one of: %(known)s.")
            self.add_error("holds", forms.ValidationError(said, params={"known": known}, code="unknown"))
        given["name"], given["origin"] = f"{holds}.csv", Origin.CSV
        return given

    def upload(self) -> HandedIn:
        """What a valid form hands in."""
        given = self.cleaned_data
        source = given["source"] or given["origin"]
        return HandedIn(given["name"], given["file"], given["origin"], source, given["audience"])
