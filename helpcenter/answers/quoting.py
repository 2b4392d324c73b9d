"""What is shown of the passages found: the sentences that match best, word for word, with the address they stand at."""

from collections.abc import Sequence
from typing import Any

from helpcenter.answers.replies import Near, Quote
from helpcenter.answers.retrieval import Candidate
from helpcenter.answers.stems import sentences, share, stems
from helpcenter.models import Article, Passage
from helpcenter.querysets import ArticleQuerySet

MOST_QUOTES, MOST_NEAR = 3, 4
_MOST_CHARACTERS = 420
_AS_GOOD = 0.92  # of the first one's score: another article says it about as well


def quotes_of(question: str, found: Sequence[Candidate], *, among: ArticleQuerySet) -> list[Quote]:
    """The best passage of the first article, and of others that are about as good. What cannot be read any more at
    this moment is left out: `among` is asked again."""
    chosen = [one for one in found if one.score >= found[0].score * _AS_GOOD][:MOST_QUOTES] if found else []
    passages = Passage.objects.in_bulk([one.passage for one in chosen])
    articles = _read(among, [one.article for one in chosen])
    return [
        _quote(question, articles[one.article], passages[one.passage])
        for one in chosen
        if one.article in articles and one.passage in passages
    ]


def kept_quotes(kept: Sequence[dict[str, Any]], *, among: ArticleQuerySet) -> list[Quote]:
    """Quotes as they were kept with a question, of articles that may still be read."""
    articles = _read(among, [one["article"] for one in kept])
    return [
        Quote(one["article"], article.title, "", one["anchor"], _address(article, one["anchor"]), one["text"])
        for one in kept
        if (article := articles.get(one["article"]))
    ]


def nearest(found: Sequence[Candidate], *, among: ArticleQuerySet) -> list[Near]:
    """Links to what is near, best first."""
    return near_of([one.article for one in found[:MOST_NEAR]], among=among)


def near_of(pks: Sequence[int], *, among: ArticleQuerySet) -> list[Near]:
    """Links to these articles, of those that may be read."""
    articles = _read(among, pks)
    return [
        Near(pk, articles[pk].title, articles[pk].get_absolute_url(), articles[pk].summary)
        for pk in pks
        if pk in articles
    ]


def _address(article: Article, anchor: str) -> str:
    return article.get_absolute_url() + (f"#{anchor}" if anchor else "")


def _read(among: ArticleQuerySet, pks: Sequence[int]) -> dict[int, Article]:
    return {article.pk: article for article in among.filter(pk__in=pks).listed().order_by()}


def _quote(question: str, article: Article, passage: Passage) -> Quote:
    url = _address(article, passage.anchor)
    heading = passage.title.split(" › ")[-1]
    text = best_sentences(question, passage.text)
    return Quote(article.pk, article.title, "" if heading == article.title else heading, passage.anchor, url, text)


def best_sentences(question: str, text: str) -> str:
    """The run of whole sentences that shares most words with the question, no longer than a short paragraph."""
    asked, pieces = stems(question), sentences(text)
    if sum(len(piece) + 1 for piece in pieces) <= _MOST_CHARACTERS:
        return "\n".join(pieces)
    best, most = (0, 1), -1.0
    for start in range(len(pieces)):
        end = _fitting(pieces, start)
        worth = share(asked, stems(" ".join(pieces[start:end]))) - 0.01 * start
        if worth > most + 1e-9:
            best, most = (start, end), worth
    return "\n".join(pieces[best[0] : best[1]])[: 2 * _MOST_CHARACTERS]


def _fitting(pieces: Sequence[str], start: int) -> int:
    """Where a run of sentences that begins there ends."""
    end, length = start + 1, len(pieces[start])
    while end < len(pieces) and length + len(pieces[end]) + 1 <= _MOST_CHARACTERS:
        length += len(pieces[end]) + 1
        end += 1
    return end
