from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest

from helpcenter.admin.filters import BrokenFilter
from helpcenter.models import Article, ArticleLink, Vote
from helpcenter.states import ArticleState
from portal.lib.model_admin import ReadOnlyAdmin


@admin.register(Vote)
class VoteAdmin(ReadOnlyAdmin):
    list_display = ["voted_at", "article", "version", "is_helpful", "reason", "comment"]
    list_filter = ["is_helpful", "reason"]
    list_select_related = ["article"]
    search_fields = ["comment", "article__title"]
    ordering = ["-voted_at"]
    show_full_result_count = False

    def get_queryset(self, request: HttpRequest) -> QuerySet[Vote]:
        readable = Article.objects.for_audiences_of(request.user)
        return super().get_queryset(request).filter(article__in=readable)


@admin.register(ArticleLink)
class ArticleLinkAdmin(ReadOnlyAdmin):
    """Links that lead nowhere, the longest broken first."""

    list_display = ["article", "href", "problem", "broken_since", "checked_at"]
    list_filter = [BrokenFilter]
    list_select_related = ["article"]
    search_fields = ["href", "article__title"]
    ordering = ["broken_since", "pk"]
    show_full_result_count = False

    def get_queryset(self, request: HttpRequest) -> QuerySet[ArticleLink]:
        shown = Article.objects.for_audiences_of(request.user).filter(state=ArticleState.PUBLISHED)
        return super().get_queryset(request).filter(article__in=shown)
