from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.utils.safestring import SafeString, mark_safe
from django.views.decorators.http import require_POST

from helpcenter.models import Article
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
