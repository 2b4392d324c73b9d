from typing import Any

from django.contrib.admin import ModelAdmin
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.template.loader import render_to_string
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from helpcenter import actions
from helpcenter.models import Article, Revision
from portal.accounts.context import actor
from portal.accounts.models import User
from portal.lib.differences import compared
from portal.web.admin_views import Question, ask, row_or_404

_MOST_LISTED = 50


def revisions_of(article: Article, *, may_restore: bool) -> SafeString:
    """Every revision with who wrote it, when and why, and the ways to compare and restore."""
    listed = list(article.revisions.select_related("author", "decided_by").newest_first()[:_MOST_LISTED])
    previous = [*(one.number for one in listed[1:]), 0]
    context = {"article": article, "rows": list(zip(listed, previous, strict=True)), "may_restore": may_restore}
    return render_to_string("admin/helpcenter/revisions.html", context)


@require_safe
def difference(request: HttpRequest, admin: ModelAdmin, object_id: str, old: int, new: int) -> HttpResponse:
    """Two revisions side by side, changed words marked."""
    article = row_or_404(request, admin, object_id)
    if not admin.has_view_permission(request, article):
        raise PermissionDenied
    before, after = _revision(article, old), _revision(article, new)
    context = {
        **admin.admin_site.each_context(request),
        "opts": admin.opts,
        "title": _("Revision %(old)s and %(new)s") % {"old": old, "new": new},
        "article": article,
        "old": before,
        "new": after,
        "differences": _differences(before, after),
        "may_restore": admin.has_change_permission(request, article),
    }
    return render(request, "admin/helpcenter/difference.html", context)


def _differences(old: Revision, new: Revision) -> list[tuple[str, Any]]:
    parts = [
        (_("Title"), old.title, new.title),
        (_("Summary"), old.summary, new.summary),
        (_("Keywords"), ", ".join(old.keywords), ", ".join(new.keywords)),
        (_("Text (Markdown)"), old.body, new.body),
    ]
    return [(label, compared(before, after)) for label, before, after in parts if before != after]


def restore(request: HttpRequest, admin: ModelAdmin, object_id: str, number: int) -> HttpResponse:
    """Asks, then writes what an old revision says as the newest one."""
    article = row_or_404(request, admin, object_id)
    if not admin.has_change_permission(request, article):
        raise PermissionDenied
    revision = _revision(article, number)
    question = Question(
        _("Restore revision %(number)s") % {"number": number},
        gettext_lazy("What it says becomes the newest revision. Readers see it once you publish it."),
        gettext_lazy("Restore"),
        gettext_lazy("The revision is restored as a draft."),
    )
    by: User = actor(request)
    return ask(request, admin, article, question, lambda _words: actions.restore_revision(revision=revision, by=by))


def _revision(article: Article, number: int) -> Revision:
    return get_object_or_404(article.revisions.select_related("author", "article"), number=number)
