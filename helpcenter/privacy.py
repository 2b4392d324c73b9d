"""What the help center knows of people: questions while who asked is known, and who follows what. Votes and searches
carry a digest that changes each day: whose they are nobody can tell, so they go with age."""

from datetime import datetime
from typing import Any

from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from helpcenter.models import Follow, Question, Vote
from portal.lib.privacy import ERASED, Ageing, Fate, Sheet, Subject, ages, decide, erases, exports

_HOUSE = {
    "Category": "slug title description tiers",
    "FormerCategorySlug": "slug",
    "FormerArticleSlug": "slug",
    "ArticleLink": "href problem",
    "Series": "title",
    "AssetFile": "content_type content",
    "SearchDocument": "words",
    "Posting": "term",
    "CommonStem": "stem",
    "Word": "word",
    "Passage": "anchor title text digest vector recipe",
    "Synonym": "words",
    "Promotion": "words",
    "Calibration": "recipe parameters measured",
    "Snippet": "name body",
}
decide({f"helpcenter.{model}": {Fate.HOUSE: columns} for model, columns in _HOUSE.items()})
decide(
    {
        "helpcenter.Article": {Fate.HOUSE: "slug title summary tiers source_path", Fate.LINK: "owner verified_by"},
        "helpcenter.Revision": {
            Fate.HOUSE: "title summary keywords body html toc text uses note decision",
            Fate.LINK: "author decided_by",
        },
        "helpcenter.Asset": {Fate.HOUSE: "name alt content_type digest", Fate.LINK: "added_by"},
        "helpcenter.Follow": {Fate.DELETED: "user"},
        "helpcenter.Question": {
            Fate.ERASED: "text answer visitor user_id organization_id",
            Fate.FIGURE: "public_id conversation",
        },
        "helpcenter.Vote": {Fate.AGED: "visitor comment"},
        "helpcenter.SearchEvent": {Fate.AGED: "query visitor", Fate.FIGURE: "public_id"},
        "helpcenter.Gap": {Fate.AGED: "words"},  # scrubbed words that several visitors used
    }
)


def _asked(subject: Subject) -> Q:
    return Q(user_id=subject.pk) if subject.is_person else Q(organization_id=subject.pk)


@erases("helpcenter")
def erase(subject: Subject, most: int) -> int:
    count = Follow.objects.filter(user_id=subject.pk).delete()[0] if subject.is_person else 0
    found = Question.objects.filter(_asked(subject)).values_list("pk", flat=True)[:most]
    nobody: dict[str, Any] = {"text": ERASED, "answer": {}, "visitor": "", "user_id": None, "organization_id": None}
    return count + Question.objects.filter(pk__in=list(found)).update(**nobody)


@exports("helpcenter")
def export(subject: Subject) -> list[Sheet]:
    questions = Question.objects.filter(_asked(subject)).order_by("asked_at")
    sheets = [Sheet("questions.json", list(questions.values("asked_at", "text", "outcome", "is_solved")))]
    if subject.is_person:
        follows = Follow.objects.filter(user_id=subject.pk).order_by("since")
        sheets.append(Sheet("follows.json", list(follows.values("article__title", "category__title", "since"))))
    return sheets


def _commented_before(before: datetime) -> Any:
    return Vote.objects.filter(voted_at__lt=before).exclude(visitor__startswith="gone-")


def _forget_comments(pks: list[int]) -> int:
    """A vote stays a vote. Its visitor must stay one per version, so a number takes the digest's place."""
    for pk in pks:
        Vote.objects.filter(pk=pk).update(comment="", visitor=f"gone-{pk}")
    return len(pks)


ages(Ageing("helpcenter.votes", _("Comments on articles"), 400, _commented_before, _forget_comments))
