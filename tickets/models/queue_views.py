"""What agents look at again and again: a search with a name."""

from urllib.parse import urlencode

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from portal.accounts.models import User
from tickets.querysets import QueueViewQuerySet
from tickets.states import Level, Sorting


class QueueView(models.Model):
    """A search of the queue that is kept: one's own, everybody's, or a team's. In the syntax of the search box."""

    name = models.CharField(_("name"), max_length=60)
    query = models.CharField(_("search"), max_length=500)
    sort = models.CharField(_("order"), max_length=10, choices=Sorting, default=Sorting.DUE)
    owner = models.ForeignKey(
        User,
        models.CASCADE,
        null=True,
        related_name="queue_views",
        verbose_name=_("owner"),
        help_text=_("Empty: shared."),
    )
    level = models.CharField(
        _("team"), max_length=4, choices=Level, blank=True, help_text=_("Empty: shared with all teams.")
    )
    position = models.PositiveSmallIntegerField(_("position"), default=100)
    slug = models.SlugField(_("shipped as"), null=True, unique=True, editable=False)
    is_active = models.BooleanField(_("offered"), default=True)

    objects = QueueViewQuerySet.as_manager()

    class Meta:
        verbose_name = _("view of the queue")
        verbose_name_plural = _("views of the queue")
        ordering = ["position", "name", "pk"]
        permissions = [("share_queueview", "Can share views of the queue with all colleagues")]
        constraints = [
            models.UniqueConstraint(fields=["owner", "name"], name="queueview_name_once", nulls_distinct=False),
            models.CheckConstraint(name="queueview_of_one_or_of_a_team", condition=Q(owner=None) | Q(level="")),
            models.CheckConstraint(name="queueview_sort_known", condition=Q(sort__in=Sorting.values)),
            models.CheckConstraint(name="queueview_shipped_is_shared", condition=Q(slug=None) | Q(owner=None)),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def is_shared(self) -> bool:
        return self.owner_id is None

    @property
    def address(self) -> str:
        """What comes after the queue's own address."""
        return f"?{urlencode({'q': self.query, 'sort': self.sort})}"
