from django import forms
from django.contrib import admin
from django.http import HttpRequest
from unfold.admin import ModelAdmin

from helpcenter import actions
from helpcenter.models import Category


@admin.register(Category)
class CategoryAdmin(ModelAdmin):
    list_display = ["title", "slug", "audience", "position"]
    list_filter = ["audience"]
    search_fields = ["title", "slug"]
    ordering = ["position", "title"]
    fields = ["title", "slug", "description", "icon", "position", "audience"]
    prepopulated_fields = {"slug": ["title"]}

    def save_model(self, request: HttpRequest, obj: Category, form: forms.ModelForm, change: bool) -> None:
        """Through the actions, so that old addresses keep answering and everybody concerned learns of it."""
        shelf = actions.Shelf(**form.cleaned_data)
        if change:
            actions.update_category(category=obj, shelf=shelf, by=request.user)  # type: ignore[arg-type]  # staff
        else:
            obj.pk = actions.create_category(shelf=shelf, by=request.user).pk  # type: ignore[arg-type]  # staff

    def has_delete_permission(self, request: HttpRequest, obj: Category | None = None) -> bool:
        return False
