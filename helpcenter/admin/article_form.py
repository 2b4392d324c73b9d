from typing import Any

from django import forms
from django.contrib.postgres.forms import SimpleArrayField
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from unfold.widgets import UnfoldAdminTextareaWidget, UnfoldAdminTextInputWidget

from helpcenter import actions, admin_views
from helpcenter.actions.articles import WORDS, lock, newest_revision
from helpcenter.actions.wording import worded
from helpcenter.models import Article
from helpcenter.states import Audience
from portal.accounts.models import Tier
from portal.lib.refusals import Refused


def tiers_field() -> forms.TypedMultipleChoiceField:
    """Which tiers read it; the choices are the tiers there are when a form is shown."""
    return forms.TypedMultipleChoiceField(
        label=_("Tiers"),
        choices=lambda: list(Tier.objects.values_list("slug", "name")),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("Only for customers who have signed in: those on one of these tiers. None: all of them."),
    )


def check_tiers(form: forms.BaseForm) -> None:
    """Only what customers read after signing in can be narrowed to tiers."""
    if form.cleaned_data.get("tiers") and form.cleaned_data.get("audience") != Audience.MEMBERS:
        form.add_error("tiers", _("Only what customers read after signing in can be narrowed to tiers."))


class ArticleForm(forms.ModelForm):
    """The article's place, and the words of its newest revision; saved words are the next one."""

    title = forms.CharField(label=_("Title"), max_length=160, widget=UnfoldAdminTextInputWidget())
    summary = forms.CharField(
        label=_("Summary"),
        max_length=300,
        required=False,
        widget=UnfoldAdminTextInputWidget(),
        help_text=_("One sentence for lists."),
    )
    keywords = SimpleArrayField(
        forms.CharField(max_length=60),
        label=_("Keywords"),
        required=False,
        widget=UnfoldAdminTextareaWidget(attrs={"rows": 3}),
        help_text=_("Words that readers use for this, separated by commas; found by search, shown nowhere."),
    )
    body = forms.CharField(
        label=_("Text (Markdown)"),
        required=False,
        strip=False,
        widget=UnfoldAdminTextareaWidget(attrs={"rows": 24, "spellcheck": "true", "class": "markdown"}),
    )
    note = forms.CharField(
        label=_("What was changed"), max_length=200, required=False, widget=UnfoldAdminTextInputWidget()
    )
    based_on = forms.IntegerField(required=False, widget=forms.HiddenInput())
    tiers = tiers_field()
    conflict: dict[str, Any] | None = None

    class Meta:
        model = Article
        fields = ["slug", "category", "audience", "tiers", "position"]

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        if self.instance.pk:
            newest = newest_revision(self.instance)
            self.initial.update({name: getattr(newest, name) for name in WORDS}, based_on=newest.number)
        if "body" in self.fields:  # staff who may only read get no fields
            self.fields["body"].widget.attrs |= {
                "hx-post": reverse("admin:helpcenter_article_preview"),
                "hx-trigger": "input changed delay:400ms, load",
                "hx-target": "#preview",
            }

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        check_tiers(self)
        self._check_words(cleaned.get("body") or "")
        if self.instance.pk and cleaned.get("based_on"):
            self._look_for_a_conflict(cleaned)
        return cleaned

    def _check_words(self, body: str) -> None:
        """What would be refused at saving is said beside the text, and nothing that was written is lost."""
        try:
            worded(self.instance, body)
        except Refused as refusal:
            self.add_error("body", str(refusal))

    def _look_for_a_conflict(self, cleaned: dict[str, Any]) -> None:
        """Saved meanwhile by somebody else: said once, with both texts; saving again then saves what was written."""
        lock(self.instance)  # until the save, so that nobody comes in between
        newest = newest_revision(self.instance)
        if newest.number == cleaned["based_on"]:
            return
        self.conflict = admin_views.conflict_of(newest, cleaned)
        sent: Any = self.data
        sent = sent.copy()  # what the browser sent cannot be changed, its copy can
        sent["based_on"] = str(newest.number)
        self.data = sent
        self.add_error(None, str(actions.EditConflict(newest)))

    def manuscript(self) -> actions.Manuscript:
        """What a valid form hands in."""
        return actions.Manuscript(**self.cleaned_data)
