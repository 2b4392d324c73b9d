"""The desk's figures that an operator may want otherwise: one row."""

from datetime import timedelta

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from tickets.querysets import DeskRulesQuerySet
from tickets.states import ASK_AFTER, ASKED_AGAIN_AFTER, RATE_WITHIN, RATING_CHANGES_WITHIN

MB = 1024 * 1024
_few = [MinValueValidator(1), MaxValueValidator(50)]
_megabytes = [MinValueValidator(1), MaxValueValidator(1_000_000)]


class DeskRules(models.Model):
    """Limits and lengths of the desk. There is one row; without it the defaults hold."""

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
    ask_for_rating_after = models.DurationField(_("a letter asks for a rating after"), default=ASK_AFTER)
    ask_again_after = models.DurationField(_("the same person is asked again after"), default=ASKED_AGAIN_AFTER)
    rate_within = models.DurationField(_("a solution can be rated within"), default=RATE_WITHIN)
    rating_changes_within = models.DurationField(_("a rating can be changed within"), default=RATING_CHANGES_WITHIN)

    objects = DeskRulesQuerySet.as_manager()

    class Meta:
        verbose_name = _("rules of the desk")
        verbose_name_plural = _("rules of the desk")
        constraints = [
            models.CheckConstraint(name="desk_rules_once", condition=Q(pk=1)),
            models.CheckConstraint(
                name="desk_rules_lengths_not_negative",
                condition=Q(unsent_files_kept_for__gte=timedelta(minutes=10))
                & Q(guest_filing_valid_for__gte=timedelta(minutes=10))
                & Q(guest_link_valid_for__gte=timedelta(hours=1))
                & Q(ask_for_rating_after__gte=timedelta(0))
                & Q(ask_again_after__gte=timedelta(0))
                & Q(rate_within__gte=timedelta(hours=1))
                & Q(rating_changes_within__gte=timedelta(0)),
                violation_error_message=_("One of these lengths is too short."),
            ),
        ]

    def __str__(self) -> str:
        return str(_("Rules of the desk"))

    @property
    def most_file_bytes(self) -> int:
        return self.most_file_mb * MB
