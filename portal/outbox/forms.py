from typing import Any

from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy
from unfold.widgets import UnfoldAdminURLInputWidget

from portal.events.listeners import all_types
from portal.lib.fetch import Forbidden, checked, is_literal, is_public
from portal.outbox.models import Endpoint


def callable_url(url: str) -> str:
    """The same URL, if webhooks may go there as far as one can tell without asking where its name leads."""
    try:
        where = checked(url)
    except Forbidden as refusal:
        raise ValidationError(str(refusal)) from refusal
    if settings.WEBHOOK_LOOPBACK:
        return url
    if where.scheme != "https":
        raise ValidationError(_("Webhooks go to https addresses only."))
    if is_literal(where) and not is_public(str(where.host).strip("[]")):
        raise ValidationError(_("This address is not public."))
    return url


class EndpointForm(forms.ModelForm):
    """A new endpoint. Where its name leads is checked again at each call."""

    url = forms.URLField(label=_lazy("URL"), max_length=500, assume_scheme="https", widget=UnfoldAdminURLInputWidget)

    class Meta:
        model = Endpoint
        fields = ["url", "organization_id", "events"]

    def __init__(self, *values: Any, **options: Any) -> None:
        super().__init__(*values, **options)
        for name in {"organization_id", "events"} & set(self.fields):
            self.fields[name].required = False

    def clean_url(self) -> str:
        return callable_url(self.cleaned_data["url"])

    def clean_events(self) -> list[str]:
        wanted = self.cleaned_data["events"] or []
        known = {name for name, one in all_types().items() if one.is_public}
        if not isinstance(wanted, list) or not set(map(str, wanted)) <= known:
            raise ValidationError(_("Choose among: %(names)s") % {"names": ", ".join(sorted(known))})
        return wanted
