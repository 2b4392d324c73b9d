from typing import Any, cast

from django import forms
from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from unfold.admin import TabularInline
from unfold.decorators import action
from unfold.widgets import UnfoldAdminFileFieldWidget

from helpcenter import actions, admin_views
from helpcenter.actions.assets import checked
from helpcenter.models import Asset, Snippet
from portal.accounts.context import actor
from portal.accounts.models import User
from portal.lib.file_kinds import plain_name
from portal.lib.model_admin import ModelAdmin
from portal.lib.refusals import Refused


class AssetForm(forms.ModelForm):
    """A file and what it shows. A new upload replaces the content under the same name."""

    upload = forms.FileField(label=_("File"), required=False, widget=UnfoldAdminFileFieldWidget())

    class Meta:
        model = Asset
        fields = ["alt", "is_decorative"]

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        for field in self.fields.values():  # a row of a table: its labels stand in the table's head
            field.widget.attrs["aria-label"] = field.label

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        if not self.instance.pk and not cleaned.get("upload") and self.has_changed():
            self.add_error("upload", _("Choose a file."))
        if cleaned.get("upload"):
            self._check(cleaned)
        return cleaned

    def _check(self, cleaned: dict[str, Any]) -> None:
        wanted = cleaned["upload"]
        taken = Asset.objects.filter(article_id=self.instance.article_id, name=plain_name(wanted.name))
        if not self.instance.pk and self.instance.article_id and taken.exists():
            self.add_error("upload", _("The article has a file of this name; replace it there."))
        cleaned["handed_in"] = self._handed_in(cleaned)
        try:
            checked(cleaned["handed_in"])
        except Refused as refusal:
            self.add_error("upload", str(refusal))

    def _handed_in(self, cleaned: dict[str, Any]) -> actions.Upload:
        upload = cleaned["upload"]
        return actions.Upload(upload.name, upload.read(), cleaned.get("alt", ""), cleaned.get("is_decorative", False))

    def keep(self, by: User) -> None:
        """Through the actions."""
        said, asset = self.cleaned_data, self.instance
        if asset.pk and said.get("handed_in"):
            actions.replace_asset(asset=asset, upload=said["handed_in"], by=by)
        elif asset.pk:
            actions.describe_asset(asset=asset, alt=said["alt"], is_decorative=said["is_decorative"], by=by)
        elif said.get("handed_in"):
            actions.add_asset(article=asset.article, upload=said["handed_in"], by=by)


class AssetFormSet(forms.models.BaseInlineFormSet):
    """Saves by the actions; whoever makes it says who saves (`by`)."""

    by: User

    def save(self, commit: bool = True) -> Any:
        self.new_objects, self.changed_objects, self.deleted_objects = [], [], []
        for form in cast(list[AssetForm], self.forms):
            if form in self.deleted_forms and form.instance.pk:
                actions.remove_asset(asset=form.instance, by=self.by)
            elif form.has_changed() and form not in self.deleted_forms:
                form.instance.article = self.instance
                form.keep(self.by)
        return []


class AssetInline(TabularInline):
    """The article's pictures, clips and attachments: named in its text, read by its readers."""

    model = Asset
    form = AssetForm
    formset = AssetFormSet
    fields = ["shown_name", "upload", "alt", "is_decorative", "content_type"]
    readonly_fields = ["shown_name", "content_type"]
    extra = 0

    def get_formset(self, request: HttpRequest, obj: Any = None, **options: Any) -> Any:
        made = super().get_formset(request, obj, **options)
        made.by = actor(request)
        return made

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return request.user.has_perm("helpcenter.change_article")

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return request.user.has_perm("helpcenter.change_article")

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return request.user.has_perm("helpcenter.change_article")

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return request.user.has_perm("helpcenter.view_article")

    @admin.display(description=_("Name"))
    def shown_name(self, asset: Asset) -> SafeString | str:
        return format_html('<a href="{}">{}</a>', asset.get_absolute_url(), asset.name) if asset.pk else "–"


@admin.register(Snippet)
class SnippetAdmin(ModelAdmin):
    """One edit reaches every article that uses it."""

    list_display = ["name", "kind", "body"]
    list_filter = ["kind"]
    search_fields = ["name", "body"]
    fields = ["name", "kind", "body"]

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> list[str]:
        return ["name"] if obj else []

    def save_model(self, request: HttpRequest, obj: Snippet, form: forms.ModelForm, change: bool) -> None:
        phrase = actions.Phrase(obj.name, form.cleaned_data["body"], form.cleaned_data["kind"])
        if change:
            actions.update_snippet(snippet=obj, phrase=phrase, by=actor(request))
        else:
            obj.pk = actions.create_snippet(phrase=phrase, by=actor(request)).pk

    def delete_model(self, request: HttpRequest, obj: Snippet) -> None:
        actions.remove_snippet(snippet=obj, by=actor(request))

    def get_actions(self, request: HttpRequest) -> dict[str, Any]:
        return {}  # one by one: each asks who still uses it


class FolderActions(ModelAdmin):
    """Folders of Markdown in and out, above the list of articles."""

    actions_list = ["bring_in", "take_out"]

    @action(description=_("Import a folder"), url_path="import", icon="upload", permissions=["change"])
    def bring_in(self, request: HttpRequest) -> HttpResponse:
        return admin_views.bring_in(request, self)

    @action(description=_("Export all"), url_path="export", icon="download", permissions=["view"])
    def take_out(self, request: HttpRequest) -> HttpResponse:
        return admin_views.take_out(request, self)
