from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy as _
from unfold.admin import TabularInline

from portal.lib.model_admin import ModelAdmin
from tickets.metrics import agreement_of
from tickets.models import Classifier, ClassifierVersion


class _Measured:
    """Columns that tell how well a version does on texts that it did not see."""

    @admin.display(description=_("right"))
    def accuracy(self, version: ClassifierVersion) -> str:
        return _percent(version.score("accuracy"))

    @admin.display(description=_("macro-F1"))
    def macro_f1(self, version: ClassifierVersion) -> str:
        return _percent(version.score("macro_f1"))

    @admin.display(description=_("the one before, on the same texts"))
    def rival(self, version: ClassifierVersion) -> str:
        return _percent(version.rival_scores.get("accuracy"))


def _percent(share: float | None) -> str:
    return "–" if share is None else f"{share * 100:.1f} %"


class VersionInline(_Measured, TabularInline):
    model = ClassifierVersion
    fields = [
        *("number", "state", "made_at", "examples", "decisions", "accuracy", "macro_f1", "rival", "recipe", "error"),
    ]
    readonly_fields = fields
    extra = 0
    can_delete = False

    def get_queryset(self, request: HttpRequest) -> QuerySet[ClassifierVersion]:
        return super().get_queryset(request).defer("trained")

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


@admin.register(Classifier)
class ClassifierAdmin(ModelAdmin):
    """What is suggested about tickets on arrival, how well that measures, and how often agents agreed."""

    list_display = ["trait", "is_active", "applies", "measured", "learned_from"]
    fields = ["trait", "is_active", "applies", "agreement", "window", "likely_from", "retrain_every"]
    readonly_fields = ["trait"]
    inlines = [VersionInline]
    change_form_after_template = "admin/tickets/classifier/agreement.html"

    def get_queryset(self, request: HttpRequest) -> QuerySet[Classifier]:
        live = ClassifierVersion.objects.live().told()
        return super().get_queryset(request).with_live(live)

    @admin.display(description=_("right on texts it had not seen"))
    def measured(self, classifier: Classifier) -> str:
        version = next(iter(classifier.in_use), None)
        return _percent(version.score("accuracy")) if version else str(_("not trained yet"))

    @admin.display(description=_("learned from"))
    def learned_from(self, classifier: Classifier) -> str:
        version = next(iter(classifier.in_use), None)
        if version is None:
            return "–"
        words = _("%(examples)s texts, %(decisions)s of them decided by agents")
        return str(words % {"examples": version.examples, "decisions": version.decisions})

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        found = self.get_object(request, object_id)
        agreed = {"agreed": agreement_of(found)} if found else {}
        return super().change_view(request, object_id, form_url, {**agreed, **(extra_context or {})})

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False
