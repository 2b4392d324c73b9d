from celery import shared_task
from django.db import connection
from django.db.models import Q

from helpcenter import actions
from helpcenter.models import Article, Passage
from helpcenter.search import embedded_text, learning
from portal.lib.text.embedding import Embedder, embedder

PASSAGES_A_TIME = 32
BATCHES = 40
_EMBEDDING = 7_305_002  # of advisory locks


@shared_task(name="helpcenter.embed_passages")
def embed_passages() -> int:
    """Makes vectors for passages that have none of the present model; answers how many.

    Nothing is locked while the model works, so that who publishes never waits for it: one worker at a time holds an
    advisory lock, and a passage that was cut anew meanwhile is recognised by its digest and left alone.
    """
    model = embedder()
    if model is None or not _alone():
        return 0
    try:
        made = 0
        for _batch in range(BATCHES):
            kept = _embed_next(model)
            made += kept
            if not kept:
                break
        return made
    finally:
        _let_go()


def _embed_next(model: Embedder) -> int:
    waiting = Passage.objects.filter(Q(vector=None) | ~Q(recipe=model.recipe)).order_by("pk")[:PASSAGES_A_TIME]
    passages = list(waiting)
    if not passages:
        return 0
    vectors = model.encode([embedded_text(one) for one in passages])
    found = {(one.pk, one.digest): vector for one, vector in zip(passages, vectors, strict=True)}
    return actions.keep_vectors(vectors=found, recipe=model.recipe)


def _alone() -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s)", [_EMBEDDING])
        return cursor.fetchone() == (True,)


def _let_go() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_unlock(%s)", [_EMBEDDING])


@shared_task(name="helpcenter.learn_words")
def learn_words() -> int:
    """Brings the vocabulary of typo correction and the popularity of articles up to date."""
    return learning.learn_words() + learning.weigh_popularity()


@shared_task(name="helpcenter.gather_gaps")
def gather_gaps() -> int:
    """Brings the list of articles to write up to date and forgets searches of long ago."""
    actions.forget_searches()
    return actions.gather_gaps()


@shared_task(name="helpcenter.reindex")
def reindex(after: int = 0) -> int:
    """Indexes all published articles anew, each in a transaction of its own; what was there serves until then."""
    pks = Article.objects.filter(pk__gt=after).exclude(live=None).order_by("pk").values_list("pk", flat=True)
    return sum(actions.reindex_article(pk=pk) for pk in pks.iterator())
