"""The desk's figures: one row that an operator changes."""

from datetime import timedelta
from functools import lru_cache
from typing import Any

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from tickets.querysets import DeskQuerySet

MB = 1024 * 1024
_megabytes = [MinValueValidator(1), MaxValueValidator(1_000_000)]
_few = [MinValueValidator(1), MaxValueValidator(50)]
_many = [MinValueValidator(1), MaxValueValidator(1000)]
_ZERO, _LONGEST_UNDO = timedelta(0), timedelta(minutes=2)


class Desk(models.Model):
    """Limits and lengths of the desk. There is one row; without it the shipped figures hold.

    Read it by `Desk.objects.present()`, or as `ticket.desk` of a ticket that was fetched `with_desk()`.
    """

    undo_for = models.DurationField(
        _("answers can be taken back for"),
        default=timedelta(seconds=10),
        validators=[MinValueValidator(_ZERO), MaxValueValidator(_LONGEST_UNDO)],
        help_text=_("As hours:minutes:seconds, two minutes at most. Zero: an answer leaves at once."),
    )
    reopen_within = models.DurationField(
        _("customers can reopen a solved ticket within"),
        default=timedelta(days=14),
        help_text=_(
            "As days hours:minutes:seconds, at least a day. Later the trouble is a new one with a new promise."
        ),
    )
    ask_to_escalate_again_after = models.DurationField(
        _("customers can ask to escalate again after"), default=timedelta(hours=24)
    )
    filings_an_hour = models.PositiveSmallIntegerField(
        _("tickets that one customer can file in an hour"), default=20, validators=_many
    )
    most_copies = models.PositiveSmallIntegerField(
        _("addresses that get copies of a ticket, at most"), default=10, validators=[MaxValueValidator(100)]
    )
    copy_letters_an_hour = models.PositiveSmallIntegerField(
        _("letters to one such address in an hour, at most"), default=20, validators=_many
    )
    bounce_counts_for = models.DurationField(
        _("an address from which a letter came back gets no copies for"), default=timedelta(days=60)
    )
    points_critical = models.PositiveSmallIntegerField(_("points of a critical ticket"), default=3, validators=_few)
    points_high = models.PositiveSmallIntegerField(_("points of one of high priority"), default=2, validators=_few)
    points_normal = models.PositiveSmallIntegerField(_("points of one of normal priority"), default=1, validators=_few)
    points_low = models.PositiveSmallIntegerField(_("points of one of low priority"), default=1, validators=_few)
    most_files = models.PositiveSmallIntegerField(_("files per message, at most"), default=10, validators=_few)
    most_file_mb = models.PositiveSmallIntegerField(_("size of a file in MB, at most"), default=20, validators=_few)
    most_files_mb_a_day = models.PositiveIntegerField(
        _("MB of files that one person uploads in a day, at most"), default=1000, validators=_megabytes
    )
    unsent_files_kept_for = models.DurationField(_("files that were never sent are kept"), default=timedelta(hours=24))
    guest_filing_valid_for = models.DurationField(_("a guest confirms the address within"), default=timedelta(hours=48))
    guest_link_valid_for = models.DurationField(
        _("a guest's link works for"), default=timedelta(days=60), help_text=_("From the last letter that carried it.")
    )
    guest_link_again_after = models.DurationField(
        _("a guest can ask for a new link after"), default=timedelta(minutes=20)
    )
    guest_letters_an_hour = models.PositiveSmallIntegerField(
        _("letters to one address that guests can cause in an hour"), default=3, validators=_few
    )
    guest_filings_an_hour = models.PositiveSmallIntegerField(
        _("filings of guests from one network address in an hour"), default=10, validators=_few
    )
    guest_files_mb_an_hour = models.PositiveIntegerField(
        _("MB of files that guests upload from one network address in an hour, at most"),
        default=60,
        validators=_megabytes,
    )
    guest_files_mb = models.PositiveIntegerField(
        _("MB of files of all guests who have not confirmed their address, at most"),
        default=1000,
        validators=_megabytes,
    )
    ask_for_rating_after = models.DurationField(_("a letter asks for a rating after"), default=timedelta(hours=24))
    ask_again_after = models.DurationField(_("the same person is asked again after"), default=timedelta(days=7))
    rate_within = models.DurationField(
        _("a solution can be rated within"), default=timedelta(days=30), help_text=_("A letter's link works as long.")
    )
    rating_changes_within = models.DurationField(_("a rating can be changed within"), default=timedelta(days=7))

    objects = DeskQuerySet.as_manager()

    class Meta:
        verbose_name = _("figures of the desk")
        verbose_name_plural = _("figures of the desk")
        constraints = [
            models.CheckConstraint(name="desk_is_one", condition=Q(pk=1)),
            models.CheckConstraint(
                name="desk_undo_is_short", condition=Q(undo_for__gte=_ZERO, undo_for__lte=_LONGEST_UNDO)
            ),
            models.CheckConstraint(
                name="desk_lengths_not_too_short",
                condition=Q(
                    reopen_within__gte=timedelta(days=1),
                    ask_to_escalate_again_after__gte=_ZERO,
                    unsent_files_kept_for__gte=timedelta(minutes=10),
                    guest_filing_valid_for__gte=timedelta(minutes=10),
                    guest_link_valid_for__gte=timedelta(hours=1),
                    guest_link_again_after__gte=timedelta(minutes=1),
                    ask_for_rating_after__gte=_ZERO,
                    ask_again_after__gte=_ZERO,
                    rate_within__gte=timedelta(hours=1),
                    rating_changes_within__gte=_ZERO,
                    bounce_counts_for__gte=_ZERO,
                ),
                violation_error_message=_("One of these lengths is too short."),
            ),
            models.CheckConstraint(
                name="desk_every_ticket_weighs",
                condition=Q(points_critical__gte=1, points_high__gte=1, points_normal__gte=1, points_low__gte=1),
                violation_error_message=_("A ticket counts at least one point."),
            ),
        ]

    def __str__(self) -> str:
        return str(_("Figures of the desk"))

    @classmethod
    def of_row(cls, row: dict[str, Any]) -> "Desk":
        """The figures as `DeskQuerySet.rows` tells them: to be read, not to be saved."""
        return _told(tuple(row.items()))

    def points_of(self, priority: str) -> int:
        """What a ticket of that priority counts against an agent's capacity while it is our turn."""
        return getattr(self, f"points_{priority}")

    @property
    def most_file_bytes(self) -> int:
        return self.most_file_mb * MB


@lru_cache(maxsize=2)  # each ticket brings the row along, and it changes once a year
def _told(row: tuple[tuple[str, Any], ...]) -> Desk:
    told = dict(row)
    return Desk(**{field.attname: field.to_python(told[field.attname]) for field in Desk._meta.concrete_fields})
