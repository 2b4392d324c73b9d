"""What a search may look into: nothing but the SQL of ids, so that it may be ready before anybody asks."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from django.contrib.auth.models import AnonymousUser

from helpcenter.querysets.articles import readable_articles
from portal.lib.clock import moment
from portal.lib.prepared import Prepared


class Readable(Protocol):
    """A query set of articles, or what stands for one."""

    @property
    def ids_in_sql(self) -> tuple[str, tuple[Any, ...]]: ...


@dataclass(frozen=True)
class _ToVisitors:
    """What everybody may read at that moment."""

    at: datetime

    @property
    def ids_in_sql(self) -> tuple[str, tuple[Any, ...]]:
        return _PUBLIC.in_sql(self.at)


def readable_by(user: Any, *, now: datetime | None = None) -> Readable:
    """What `Article.objects.visible_to` answers, for searches: put together once per process for all who have not
    signed in."""
    at = moment(now)
    return readable_articles(user, now=at) if user.is_authenticated else _ToVisitors(at)


_PUBLIC = Prepared(lambda at: readable_articles(AnonymousUser(), now=at).order_by().values("pk"))
