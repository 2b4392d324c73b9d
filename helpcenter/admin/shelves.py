from typing import Any

from django import forms
from django.contrib import admin
from django.http import HttpRequest
from unfold.admin import TabularInline

from helpcenter import actions
from helpcenter.admin.article_form import check_tiers, tiers_field
from helpcenter.models import Category, Series, SeriesEntry
from portal.accounts.context import actor
from portal.lib.model_admin import ModelAdmin


class CategoryForm(forms.ModelForm):
    tiers = tiers_field()

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        check_tiers(self)
        return cleaned


@admin.register(Category)
class CategoryAdmin(ModelAdmin):
    form = CategoryForm
    list_display = ["title", "slug", "audience", "needs_approval", "position"]
    list_filter = ["audience", "needs_approval"]
    search_fields = ["title", "slug"]
    ordering = ["position", "title"]
    fields = ["title", "slug", "description", "icon", "position", "audience", "tiers", "needs_approval"]
    prepopulated_fields = {"slug": ["title"]}

    def save_model(self, request: HttpRequest, obj: Category, form: forms.ModelForm, change: bool) -> None:
        """Through the actions, so that old addresses keep answering and everybody concerned learns of it."""
        shelf = actions.Shelf(**form.cleaned_data)
        if change:
            actions.update_category(category=obj, shelf=shelf, by=actor(request))
        else:
            obj.pk = actions.create_category(shelf=shelf, by=actor(request)).pk

    def has_delete_permission(self, request: HttpRequest, obj: Category | None = None) -> bool:
        return False


class SeriesEntryInline(TabularInline):
    model = SeriesEntry
    fields = ["article", "position"]
    autocomplete_fields = ["article"]
    extra = 0


@admin.register(Series)
class SeriesAdmin(ModelAdmin):
    """Articles to be read one after the other; each reader sees the parts they may open."""

    list_display = ["title"]
    search_fields = ["title"]
    fields = ["title"]
    inlines = [SeriesEntryInline]

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        super().save_related(request, form, formsets, change)
        actions.tell_of_series(series=form.instance, by=actor(request))
