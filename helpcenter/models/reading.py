"""What readers did: votes, searches, questions, views. No personal data; visitors are digests that change each day."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from helpcenter.models.articles import Article
from helpcenter.models.shelves import Category
from helpcenter.querysets import QuestionQuerySet
from helpcenter.states import GapKind, GapState, HandOver, Outcome, Source, VoteReason
from portal.lib.tokens import public_id


class Vote(models.Model):
    """Was this helpful? One per visitor and version; the visitor is a digest that changes each day, never a person."""

    article = models.ForeignKey(Article, models.CASCADE, related_name="votes", verbose_name=_("article"))
    version = models.PositiveIntegerField(_("version"))
    visitor = models.CharField(_("visitor"), max_length=32)
    is_helpful = models.BooleanField(_("helpful"))
    reason = models.CharField(_("reason"), max_length=10, choices=VoteReason, blank=True)
    comment = models.CharField(_("comment"), max_length=1000, blank=True)
    voted_at = models.DateTimeField(_("voted at"))

    class Meta:
        verbose_name = _("vote")
        verbose_name_plural = _("votes")
        constraints = [
            models.UniqueConstraint(fields=["article", "version", "visitor"], name="vote_once_per_version"),
            models.CheckConstraint(name="vote_reason_only_for_no", condition=Q(is_helpful=False) | Q(reason="")),
        ]
        indexes = [models.Index(fields=["visitor", "voted_at"], name="vote_visitor")]

    def __str__(self) -> str:
        return f"{self.article_id} v{self.version}: {'+' if self.is_helpful else '-'}"


class SearchEvent(models.Model):
    """One search that somebody meant: what they typed on the way to it is the same row. Words are scrubbed."""

    public_id = models.CharField(max_length=22, unique=True, default=public_id, editable=False)
    query = models.CharField(_("searched"), max_length=200)
    visitor = models.CharField(_("visitor"), max_length=32)
    source = models.CharField(_("where"), max_length=12, choices=Source)
    results = models.PositiveIntegerField(_("results"))
    is_corrected = models.BooleanField(_("corrected"), default=False)
    opened = models.ForeignKey(Article, models.SET_NULL, null=True, related_name="+", verbose_name=_("opened"))
    opened_place = models.PositiveSmallIntegerField(_("place of what was opened"), null=True)
    led_to_ticket = models.BooleanField(_("a ticket followed"), default=False)  # within seven days
    took_ms = models.PositiveIntegerField(_("milliseconds"))
    searched_at = models.DateTimeField(_("searched at"))

    class Meta:
        verbose_name = _("search")
        verbose_name_plural = _("searches")
        indexes = [
            models.Index(fields=["-searched_at"], name="search_event_newest"),
            models.Index(fields=["visitor", "-searched_at"], name="search_event_visitor"),
            models.Index(fields=["query"], name="search_event_query"),
        ]

    def __str__(self) -> str:
        return self.query


class Question(models.Model):
    """A question put to the answer engine and what became of it. Tickets that follow read it by its public id.

    About a person it keeps who asked (`user_id`, `organization_id`, and `visitor`, a digest that changes each day) and
    their words without addresses, numbers of cards and secrets (`portal.lib.scrub`). Who asked is needed for a week: to
    notice who asks the same again, and which tickets a question did not spare. After thirty days the clock forgets it
    (`forget_askers`, in `helpcenter.gather_gaps`), and the address of the question no longer opens for anybody; the
    words stay for the list of articles to write, until after 400 days the row goes.
    """

    public_id = models.CharField(max_length=22, unique=True, default=public_id, editable=False)
    conversation = models.CharField(max_length=22, db_index=True)  # the public id of its first question
    turn = models.PositiveSmallIntegerField(_("turn"), default=1)
    text = models.TextField(_("question"))
    visitor = models.CharField(_("visitor"), max_length=32)
    user_id = models.BigIntegerField(_("user"), null=True)  # no foreign key: figures outlive an erased person
    organization_id = models.BigIntegerField(_("organization"), null=True)
    outcome = models.CharField(_("outcome"), max_length=12, choices=Outcome)
    reason = models.CharField(_("reason"), max_length=16, choices=HandOver, blank=True)
    confidence = models.FloatField(_("confidence"), null=True)
    answer = models.JSONField(_("answer"), default=dict)  # passages quoted (article, anchor, text), incidents shown
    is_solved = models.BooleanField(_("solved"), null=True)  # as the reader said
    led_to_ticket = models.BooleanField(_("a ticket followed"), default=False)  # within seven days
    asked_at = models.DateTimeField(_("asked at"))

    objects = QuestionQuerySet.as_manager()

    class Meta:
        verbose_name = _("question")
        verbose_name_plural = _("questions")
        constraints = [
            models.UniqueConstraint(fields=["conversation", "turn"], name="question_turn_once"),
            models.CheckConstraint(
                name="question_hand_over_has_its_reason",
                condition=Q(outcome=Outcome.HANDED_OVER, reason__in=HandOver.values)
                | (~Q(outcome=Outcome.HANDED_OVER) & Q(reason="")),
            ),
        ]
        indexes = [models.Index(fields=["-asked_at"], name="question_newest")]

    def __str__(self) -> str:
        return self.text[:80]


class Gap(models.Model):
    """Something that people look for and do not find: one line of the list of articles to write."""

    kind = models.CharField(_("where it showed"), max_length=16, choices=GapKind)
    words = models.CharField(_("words"), max_length=200)
    count = models.PositiveIntegerField(_("times"), default=1)
    first_at = models.DateTimeField(_("first seen"))
    last_at = models.DateTimeField(_("last seen"))
    state = models.CharField(_("state"), max_length=10, choices=GapState, default=GapState.OPEN)
    article = models.ForeignKey(
        Article, models.SET_NULL, null=True, related_name="+", verbose_name=_("article begun for it")
    )

    class Meta:
        verbose_name = _("content gap")
        verbose_name_plural = _("content gaps")
        constraints = [models.UniqueConstraint(fields=["kind", "words"], name="gap_once")]
        indexes = [models.Index(fields=["state", "-count"], name="gap_work_list")]

    def __str__(self) -> str:
        return self.words


class ReadingDay(models.Model):
    """How an article fared on one day (UTC)."""

    article = models.ForeignKey(Article, models.CASCADE, related_name="days", verbose_name=_("article"))
    day = models.DateField(_("day"))
    views = models.PositiveIntegerField(_("views"), default=0)
    exits = models.PositiveIntegerField(_("left for the ticket form"), default=0)
    tickets = models.PositiveIntegerField(_("tickets after reading"), default=0)

    class Meta:
        verbose_name = _("day of an article")
        verbose_name_plural = _("days of articles")
        constraints = [models.UniqueConstraint(fields=["article", "day"], name="reading_day_once")]

    def __str__(self) -> str:
        return f"{self.article_id} on {self.day}"


class Follow(models.Model):
    """Somebody wants to hear when an article, or anything on a shelf, changes."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+", verbose_name=_("user"))
    article = models.ForeignKey(
        Article, models.CASCADE, null=True, blank=True, related_name="followers", verbose_name=_("article")
    )
    category = models.ForeignKey(
        Category, models.CASCADE, null=True, blank=True, related_name="followers", verbose_name=_("category")
    )
    since = models.DateTimeField(_("since"))

    class Meta:
        verbose_name = _("follower")
        verbose_name_plural = _("followers")
        constraints = [
            models.CheckConstraint(
                name="follow_one_thing",
                condition=Q(article__isnull=False, category=None) | Q(article=None, category__isnull=False),
            ),
            models.UniqueConstraint(fields=["user", "article"], name="follow_article_once"),
            models.UniqueConstraint(fields=["user", "category"], name="follow_category_once"),
        ]

    def __str__(self) -> str:
        return f"{self.user_id} → {self.article_id or self.category_id}"
