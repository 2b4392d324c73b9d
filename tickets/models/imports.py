from django.db import models
from django.utils.translation import gettext_lazy as _

from tickets.states.imports import ImportKind


class ImportedRow(models.Model):
    """A row of another system that came over, and what it became: the same one never comes twice."""

    source = models.SlugField(_("source"), max_length=40, help_text=_("The name given to the other system."))
    kind = models.CharField(_("kind"), max_length=14, choices=ImportKind)
    source_id = models.CharField(_("id there"), max_length=64)
    about_id = models.BigIntegerField(_("id here"))
    speaks_for_us = models.BooleanField(_("was a colleague"), default=False)
    imported_at = models.DateTimeField(_("imported at"))

    class Meta:
        verbose_name = _("imported row")
        verbose_name_plural = _("imported rows")
        constraints = [models.UniqueConstraint(fields=["source", "kind", "source_id"], name="imported_once")]
        indexes = [models.Index(fields=["kind", "about_id"], name="imported_about")]

    def __str__(self) -> str:
        return f"{self.source} {self.kind} {self.source_id}"
