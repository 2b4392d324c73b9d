from collections.abc import Mapping

from django.db import transaction

from helpcenter.models import Article, Passage
from helpcenter.search import index
from helpcenter.states import ArticleState
from portal.lib.text.embedding import to_bytes
from portal.lib.text.weights import Floats


def keep_vectors(*, vectors: Mapping[tuple[int, str], Floats], recipe: str) -> int:
    """Writes vectors by passage and digest; one that was cut anew meanwhile is left alone. Answers how many it kept."""
    kept = 0
    for (pk, digest), vector in sorted(vectors.items(), key=lambda one: one[0]):
        kept += Passage.objects.filter(pk=pk, digest=digest).update(vector=to_bytes(vector), recipe=recipe)
    return kept


@transaction.atomic
def reindex_article(*, pk: int) -> bool:
    """Makes anew what search keeps of a published article; whoever searches meanwhile finds what was there before."""
    article = Article.objects.select_for_update(of=("self",)).whole().filter(pk=pk).first()
    if article is None or article.live is None or article.state != ArticleState.PUBLISHED:
        return False
    index(article)
    return True
