"""Each page asks, then calls one action; what the action refuses is said above the form."""

from collections.abc import Callable
from functools import partial
from typing import Any

from django.contrib.admin import ModelAdmin
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy as _

from helpcenter import actions
from helpcenter.actions.articles import newest_revision
from helpcenter.forms import CareForm, DecisionForm, SuccessorForm, WindowForm
from helpcenter.models import Article
from portal.accounts.context import actor
from portal.web.admin_views import Question, ask, row_or_404

_Act = Callable[[Article, dict[str, Any]], Any]


def submit(request: HttpRequest, admin: ModelAdmin, object_id: str) -> HttpResponse:
    question = Question(
        _("Ask for a review"),
        _("Somebody else reads the newest revision and approves it or gives it back. Readers see nothing of it yet."),
        _("Ask for a review"),
        _("The revision is in review."),
    )
    return _asked(
        request, admin, object_id, question, lambda one, _w: actions.submit_revision(article=one, by=actor(request))
    )


def approve(request: HttpRequest, admin: ModelAdmin, object_id: str) -> HttpResponse:
    question = Question(
        _("Approve the revision"),
        _("It may be published after that. Nobody approves what they wrote themselves."),
        _("Approve"),
        _("The revision is approved."),
        partial(DecisionForm, needs_words=False),
    )
    return _decided(request, admin, object_id, question, is_approved=True)


def give_back(request: HttpRequest, admin: ModelAdmin, object_id: str) -> HttpResponse:
    question = Question(
        _("Give the revision back"),
        _("Its author gets your words in a letter and it is a draft again."),
        _("Give it back"),
        _("The revision is a draft again; its author gets your words."),
        partial(DecisionForm, needs_words=True),
    )
    return _decided(request, admin, object_id, question, is_approved=False)


def _decided(
    request: HttpRequest, admin: ModelAdmin, object_id: str, question: Question, *, is_approved: bool
) -> HttpResponse:
    def act(article: Article, words: dict[str, Any]) -> None:
        revision = newest_revision(article)
        actions.decide_revision(revision=revision, is_approved=is_approved, said=words["said"], by=actor(request))

    return _asked(request, admin, object_id, question, act)


def schedule(request: HttpRequest, admin: ModelAdmin, object_id: str) -> HttpResponse:
    question = Question(
        _("When it is shown"),
        _("The newest revision is published from the first moment to the second, to the second."),
        _("Publish"),
        _("The article is published or scheduled."),
        WindowForm,
    )

    def act(article: Article, words: dict[str, Any]) -> None:
        actions.publish_article(article=article, by=actor(request), window=actions.Window(**words))

    return _asked(request, admin, object_id, question, act)


def withdraw(request: HttpRequest, admin: ModelAdmin, object_id: str) -> HttpResponse:
    question = Question(
        _("Withdraw the article"),
        _("It is a draft again; readers find nothing at its address."),
        _("Withdraw"),
        _("The article is a draft again."),
        is_danger=True,
    )
    return _asked(
        request,
        admin,
        object_id,
        question,
        lambda one, _w: actions.withdraw_article(article=one, by=actor(request)),
    )


def archive(request: HttpRequest, admin: ModelAdmin, object_id: str) -> HttpResponse:
    question = Question(
        _("Archive the article"),
        _("It is taken out for good. Its addresses lead to the successor; without one they say that it is gone."),
        _("Archive"),
        _("The article is archived."),
        partial(SuccessorForm, among=Article.objects.for_audiences_of(request.user).exclude(pk=_key(object_id))),
        is_danger=True,
    )

    def act(article: Article, words: dict[str, Any]) -> None:
        actions.archive_article(article=article, successor=words["successor"], by=actor(request))

    return _asked(request, admin, object_id, question, act)


def care(request: HttpRequest, admin: ModelAdmin, object_id: str) -> HttpResponse:
    article = row_or_404(request, admin, object_id)
    now = {"owner": article.owner_id, "review_every_days": article.review_every_days}
    question = Question(
        _("Who looks after it"),
        _("The owner gets a letter when the next review is due; a task is opened if nothing happens for a week."),
        _("Save"),
        _("Owner and interval are set."),
        partial(CareForm, initial=now),
    )

    def act(article: Article, words: dict[str, Any]) -> None:
        actions.change_care(article=article, care=actions.Care(**words), by=actor(request))

    return _asked(request, admin, object_id, question, act)


def _asked(request: HttpRequest, admin: ModelAdmin, object_id: str, question: Question, act: _Act) -> HttpResponse:
    article = row_or_404(request, admin, object_id)
    if not admin.has_change_permission(request, article):
        raise PermissionDenied
    return ask(request, admin, article, question, lambda words: act(article, words))


def _key(object_id: str) -> int:
    return int(object_id) if object_id.isdecimal() and len(object_id) < 19 else 0
