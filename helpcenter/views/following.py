from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from helpcenter import actions
from helpcenter.models import Article, Category
from portal.accounts.context import actor
from portal.web.htmx import done


@require_POST
def follow_article(request: HttpRequest, pk: int) -> HttpResponse:
    """Letters about an article begin or, with `stop`, end."""
    readable = Article.objects.visible_to(request.user).select_related("category")
    return _followed(request, get_object_or_404(readable, pk=pk))


@require_POST
def follow_category(request: HttpRequest, pk: int) -> HttpResponse:
    """Letters about everything on a shelf begin or, with `stop`, end."""
    return _followed(request, get_object_or_404(Category.objects.visible_to(request.user), pk=pk))


def _followed(request: HttpRequest, thing: Article | Category) -> HttpResponse:
    stops = request.POST.get("stop") == "yes"
    if stops:
        actions.unfollow(thing=thing, user=actor(request))
    else:
        actions.follow(thing=thing, user=actor(request))
    said = _("No more letters about this.") if stops else _("You get a letter when this changes.")
    context = {"thing": thing, "is_followed": not stops, "kind": thing._meta.model_name}
    template, to = "helpcenter/follow.html", f"{thing.get_absolute_url()}#follow"
    return done(request, template, context, to=to, parts=["follow"], said=said)
