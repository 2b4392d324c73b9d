"""Fields of one's own: what is asked of tickets besides what every ticket has."""

from datetime import date
from decimal import Decimal
from typing import Any

from django.contrib.postgres.fields import ArrayField
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Q
from django.db.models.functions import Upper
from django.utils.formats import date_format
from django.utils.translation import gettext as now_in_words
from django.utils.translation import gettext_lazy as _

from tickets.models.tickets import Category, Ticket
from tickets.querysets import FieldValueQuerySet, TicketFieldQuerySet
from tickets.states import FieldKind

LONGEST_TEXT = 500
COLUMN_OF = {
    FieldKind.TEXT: "text",
    FieldKind.CHOICE: "text",
    FieldKind.NUMBER: "number",
    FieldKind.DATE: "day",
    FieldKind.CHECKBOX: "flag",
}


class TicketField(models.Model):
    """What is asked: its kind, of which categories, and who sees it. Archived, never deleted."""

    slug = models.SlugField(_("slug"), unique=True, help_text=_("Found by field.<slug>:value."))
    name = models.CharField(_("name"), max_length=80)
    help_text = models.CharField(_("help"), max_length=200, blank=True)
    kind = models.CharField(
        _("kind"), max_length=10, choices=FieldKind, help_text=_("Fixed once a ticket has a value of it.")
    )
    choices = ArrayField(
        models.CharField(max_length=80),
        verbose_name=_("choices"),
        default=list,
        blank=True,
        help_text=_("Of a list, separated by commas."),
    )
    categories = models.ManyToManyField(
        Category, blank=True, related_name="fields", verbose_name=_("categories"), help_text=_("None: all of them.")
    )
    is_required = models.BooleanField(_("must be answered by customers"), default=False)
    is_for_customers = models.BooleanField(
        _("shown to customers"), default=False, help_text=_("Else only staff see it and fill it in.")
    )
    position = models.PositiveSmallIntegerField(_("position"), default=0)
    archived_at = models.DateTimeField(_("archived at"), null=True, blank=True, editable=False)

    objects = TicketFieldQuerySet.as_manager()

    class Meta:
        verbose_name = _("field of tickets")
        verbose_name_plural = _("fields of tickets")
        ordering = ["position", "name", "pk"]
        constraints = [
            models.CheckConstraint(name="ticketfield_kind_known", condition=Q(kind__in=FieldKind.values)),
            models.CheckConstraint(
                name="ticketfield_list_has_choices",
                condition=~Q(kind=FieldKind.CHOICE) | ~Q(choices=[]),
                violation_error_message=_("A list needs choices."),
            ),
            models.CheckConstraint(
                name="ticketfield_required_is_seen",
                condition=Q(is_required=False) | Q(is_for_customers=True),
                violation_error_message=_("Customers can only be asked for what is shown to them."),
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def clean(self) -> None:
        if any("," in one or not one.strip() for one in self.choices):
            raise ValidationError({"choices": _("A choice is not empty and holds no comma.")})

    @property
    def is_archived(self) -> bool:
        return self.archived_at is not None


class FieldValue(models.Model):
    """An answer, in the column of its kind."""

    ticket = models.ForeignKey(Ticket, models.CASCADE, related_name="field_values", verbose_name=_("ticket"))
    field = models.ForeignKey(TicketField, models.PROTECT, related_name="values", verbose_name=_("field"))
    kind = models.CharField(_("kind"), max_length=10, choices=FieldKind)
    text = models.CharField(_("text"), max_length=LONGEST_TEXT, null=True)  # null: of another kind
    number = models.DecimalField(_("number"), max_digits=18, decimal_places=6, null=True)
    day = models.DateField(_("day"), null=True)
    flag = models.BooleanField(_("yes or no"), null=True)

    objects = FieldValueQuerySet.as_manager()

    class Meta:
        verbose_name = _("value of a field")
        verbose_name_plural = _("values of fields")
        constraints = [
            models.UniqueConstraint(fields=["ticket", "field"], name="fieldvalue_once"),
            models.CheckConstraint(
                name="fieldvalue_is_of_its_kind",
                condition=Q(kind__in=["text", "choice"], text__isnull=False, number=None, day=None, flag=None)
                | Q(kind="number", number__isnull=False, text=None, day=None, flag=None)
                | Q(kind="date", day__isnull=False, text=None, number=None, flag=None)
                | Q(kind="checkbox", flag__isnull=False, text=None, number=None, day=None),
            ),
        ]
        indexes = [
            models.Index("field", Upper("text"), name="fieldvalue_text", condition=Q(text__isnull=False)),
            models.Index(fields=["field", "number"], name="fieldvalue_number", condition=Q(number__isnull=False)),
            models.Index(fields=["field", "day"], name="fieldvalue_day", condition=Q(day__isnull=False)),
        ]

    def __str__(self) -> str:
        return f"{self.field}: {self.shown}"

    @property
    def value(self) -> str | Decimal | date | bool:
        return getattr(self, COLUMN_OF[FieldKind(self.kind)])

    @value.setter
    def value(self, value: Any) -> None:
        setattr(self, COLUMN_OF[FieldKind(self.kind)], value)

    @property
    def shown(self) -> str:
        """As people read it."""
        value = self.value
        if isinstance(value, bool):
            return now_in_words("Yes") if value else now_in_words("No")
        if isinstance(value, Decimal):
            return f"{value:f}".rstrip("0").rstrip(".") if "." in f"{value:f}" else f"{value:f}"
        return date_format(value) if isinstance(value, date) else str(value)
