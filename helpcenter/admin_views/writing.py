from typing import Any

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from helpcenter.models import Article, Revision
from helpcenter.querysets import preview_address
from portal.lib.differences import compared
from portal.lib.markdown import render

_NEWEST = 20


@require_POST
def preview(request: HttpRequest) -> HttpResponse:
    """The Markdown being written, as readers will see it."""
    if not request.user.has_perm("helpcenter.change_article"):
        raise PermissionDenied
    return HttpResponse(mark_safe(render(request.POST.get("body", "")).html))  # noqa: S308  # sanitised by render


def remarks(article: Article) -> SafeString | str:
    """What readers wrote about the article, the newest first; empty without any."""
    votes = article.votes.exclude(reason="", comment="").order_by("-voted_at")[:_NEWEST]
    return render_to_string("admin/helpcenter/remarks.html", {"votes": votes}) if votes else ""


def conflict_of(newest: Revision, typed: dict[str, str]) -> dict[str, Any]:
    """Somebody else's newest revision beside what this person wrote, for the notice above the form."""
    parts = [("title", _("Title")), ("summary", _("Summary")), ("body", _("Text (Markdown)"))]
    found = [(label, compared(getattr(newest, name), typed.get(name, ""))) for name, label in parts]
    changed = [(label, rows) for label, rows in found if any(row.kind not in ("same", "gap") for row in rows)]
    return {"newest": newest, "differences": changed, "before": _("Saved meanwhile"), "after": _("What you wrote")}


def standing_of(article: Article) -> SafeString:
    """Who looks after it, when it is looked at again, who follows it, what is broken, where it can be previewed."""
    newest = article.revisions.newest_first().first()
    context = {
        "article": article,
        "followers": article.followers.count(),
        "broken": article.links.filter(broken_since__isnull=False),
        "preview": settings.SITE_URL + preview_address(newest) if newest and newest.is_open else "",
        "newest": newest,
    }
    return render_to_string("admin/helpcenter/standing.html", context)
