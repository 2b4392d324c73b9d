"""One article of every kind: each state it can be in, each way to say who reads it. For the matrix of who sees what."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from itertools import count

from django.contrib.auth.models import AnonymousUser
from django.utils import timezone

from helpcenter.actions import (
    Manuscript,
    Window,
    archive_article,
    create_article,
    publish_article,
    submit_revision,
    update_article,
    withdraw_article,
)
from helpcenter.models import Article, RelatedArticle, SeriesEntry
from portal.accounts.models import User
from portal.accounts.states import StaffRole
from tests.factories.accounts import MembershipFactory, StaffFactory, TierFactory, UserFactory
from tests.factories.helpcenter import AssetFactory, AssetFileFactory, CategoryFactory, SeriesFactory

LURE = "menagerie"  # a word of every article
STATES = ["draft", "review", "scheduled", "live", "beside", "expired", "withdrawn", "archived"]
SHOWN = {"live", "beside"}


@dataclass(frozen=True)
class Kind:
    """Who reads it: the shelf's audience and tiers, and the article's own where it has them."""

    name: str
    shelf: str
    own: str = ""
    shelf_tiers: tuple[str, ...] = ()
    own_tiers: tuple[str, ...] = ()


KINDS = [
    Kind("public", "customer"),
    Kind("publicown", "operations", own="customer"),
    Kind("members", "members"),
    Kind("tiered", "members", shelf_tiers=("elite",)),
    Kind("tieredown", "members", own="members", own_tiers=("elite", "ultra-premium")),
    Kind("untieredown", "members", own="members", shelf_tiers=("ultra-premium",)),
    Kind("internal", "operations"),
    Kind("internalown", "customer", own="operations"),
    Kind("deep", "engineering"),
    Kind("deepown", "members", own="engineering"),
]
PUBLIC = {"public", "publicown"}
MEMBERS = PUBLIC | {"members", "untieredown"}
ALL_MEMBERS = MEMBERS | {"tiered", "tieredown"}
OPERATIONS = ALL_MEMBERS | {"internal", "internalown"}
EVERYTHING = OPERATIONS | {"deep", "deepown"}
# Who reads which kinds: the whole of the rule, once more, as a table.
READS: dict[str, set[str]] = {
    "anonymous": PUBLIC,
    "inactive": PUBLIC,
    "customer without organization": MEMBERS,
    "customer without tier": MEMBERS,
    "customer pro": MEMBERS,
    "customer elite": ALL_MEMBERS,
    "customer ultra-premium": MEMBERS | {"tieredown"},
    "staff without role": ALL_MEMBERS,
    StaffRole.SUCCESS_MANAGER: OPERATIONS,
    StaffRole.AGENT_L1: OPERATIONS,
    StaffRole.AGENT_L2: OPERATIONS,
    StaffRole.EXECUTIVE: OPERATIONS,
    StaffRole.AGENT_L3: EVERYTHING,
    StaffRole.LEAD: EVERYTHING,
    StaffRole.INCIDENT_COMMANDER: EVERYTHING,
    StaffRole.ADMINISTRATOR: EVERYTHING,
    "superuser": EVERYTHING,
}


def reader(name: str) -> User | AnonymousUser:
    """Somebody in that role."""
    if name == "anonymous":
        return AnonymousUser()
    if name in set(StaffRole):
        return StaffFactory(role=name)
    if name.startswith("customer ") and "organization" not in name:
        slug = name.removeprefix("customer ")
        tier = None if slug == "without tier" else TierFactory(slug=slug)
        return MembershipFactory(organization__tier=tier).user
    plain = {"inactive": {"is_active": False}, "superuser": {"is_staff": True, "is_superuser": True}}
    return UserFactory(**plain.get(name, {"is_staff": name.startswith("staff")}))


@dataclass(frozen=True)
class Cell:
    """An article of a kind in a state. `word` stands in what its readers may see, `secret` in what nobody may."""

    kind: Kind
    state: str
    article: Article

    @property
    def word(self) -> str:
        return word_of(self.kind, self.state)

    def is_for(self, role: str) -> bool:
        return self.kind.name in READS[role]

    def is_shown_to(self, role: str) -> bool:
        return self.state in SHOWN and self.is_for(role)


SECRET = "zzsecret"  # a word of drafts beside live texts


def word_of(kind: Kind, state: str) -> str:
    return f"zz{kind.name}{state}zz"


def build() -> tuple[Article, list[Cell]]:
    """A public article that is beside all others (series, picked), and a cell per kind and state."""
    now = timezone.now()
    lure = _written(Kind("lure", "customer"), "live", now - timedelta(days=3))
    cells = [Cell(kind, state, _written(kind, state, now)) for kind in KINDS for state in STATES]
    series = SeriesFactory(title="All of them")
    SeriesEntry.objects.create(series=series, article=lure, position=0)
    for position, cell in enumerate(cells, start=1):
        SeriesEntry.objects.create(series=series, article=cell.article, position=position)
        RelatedArticle.objects.create(article=lure, other=cell.article, position=position)
        asset = AssetFactory(article=cell.article, name="notes.txt", size=len(cell.word))
        AssetFileFactory(asset=asset, content=cell.word.encode())
    return lure, cells


_positions = count()


def _written(kind: Kind, state: str, now: datetime) -> Article:
    slug = f"{kind.shelf}-{'-'.join(kind.shelf_tiers) or 'all'}"
    shelf = CategoryFactory(slug=slug, title=slug, audience=kind.shelf, tiers=list(kind.shelf_tiers))
    word = word_of(kind, state)
    manuscript = Manuscript(
        shelf, f"The {word} guide", word, f"About {word}.", f"What {word} is.", [LURE], kind.own, list(kind.own_tiers)
    )
    manuscript = replace(manuscript, position=next(_positions))
    earlier = now - timedelta(days=2)
    article = create_article(manuscript=manuscript, by=None, now=earlier)
    for step in _steps(state, manuscript, now, earlier):
        step(article)
    return Article.objects.whole().get(pk=article.pk)


def _steps(state: str, manuscript: Manuscript, now: datetime, earlier: datetime) -> Iterator:
    """What is done to a draft until it is in that state."""
    if state == "review":
        yield lambda one: submit_revision(article=one, by=None, now=earlier)
    if state in ("draft", "review"):
        return
    windows = {"scheduled": Window(now + timedelta(hours=1)), "expired": Window(ends=now - timedelta(days=1))}
    yield lambda one: publish_article(article=one, by=None, window=windows.get(state), now=earlier)
    if state == "beside":
        secret = replace(manuscript, title=f"{SECRET} guide", body=SECRET, summary=SECRET, keywords=[LURE, SECRET])
        yield lambda one: update_article(article=one, manuscript=secret, by=None, now=earlier)
    if state == "withdrawn":
        yield lambda one: withdraw_article(article=one, by=None, now=earlier)
    if state == "archived":
        yield lambda one: archive_article(article=one, successor=None, by=None, now=earlier)
