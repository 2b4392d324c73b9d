"""What search and answers look into. Everything here can be made anew from the live revisions."""

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import SearchVectorField
from django.db import models
from django.db.models import F, Func, Q
from django.utils.translation import gettext_lazy as _

from helpcenter.models.articles import Article


class SearchDocument(models.Model):
    """An article as the lexical search knows it: lengths in stems for BM25, its vector for phrases and highlights."""

    article = models.OneToOneField(Article, models.CASCADE, primary_key=True, related_name="document")
    title_length = models.PositiveIntegerField()
    body_length = models.PositiveIntegerField()
    vector = SearchVectorField()
    heads = models.GeneratedField(  # without the text: what suggestions look into, small enough to read quickly
        expression=Func(F("vector"), template="ts_filter(%(expressions)s, '{a,b,c}')"),
        output_field=SearchVectorField(),
        db_persist=True,
    )
    words = ArrayField(models.TextField(), default=list)  # unstemmed, each once: what typing errors are corrected to
    popularity = models.FloatField(default=0.0)  # 0 to 1, from views and votes; a gentle factor of the rank

    class Meta:
        verbose_name = _("search document")
        verbose_name_plural = _("search documents")
        indexes = [
            GinIndex(fields=["vector"], name="search_document_vector"),
            GinIndex(fields=["heads"], name="search_document_heads"),
            models.Index(
                fields=["article"],
                include=["title_length", "body_length", "popularity"],
                name="search_document_lengths",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.article_id}"


class Posting(models.Model):
    """How often a stem stands in the title and in the body of an article.

    The lengths are those of the document: a ranking reads the best postings of a word from one index and nothing else.
    """

    pk = models.CompositePrimaryKey("term", "article_id")
    term = models.TextField()
    article = models.ForeignKey(Article, models.CASCADE, related_name="postings")
    title_count = models.PositiveSmallIntegerField(default=0)
    body_count = models.PositiveIntegerField(default=0)
    title_length = models.PositiveIntegerField(default=1)
    body_length = models.PositiveIntegerField(default=1)

    class Meta:
        verbose_name = _("posting")
        verbose_name_plural = _("postings")
        indexes = [
            models.Index(
                fields=["term", "-title_count", "-body_count", "article"],
                include=["title_length", "body_length"],
                name="posting_best_of_a_term",
            )
        ]

    def __str__(self) -> str:
        return f"{self.term} in {self.article_id}"


class Corpus(models.Model):
    """All documents together, as learnt some time ago: how many, how long on average, and since when the vocabulary
    is as it is. One row, or none yet."""

    is_only = models.BooleanField(primary_key=True, default=True)
    documents = models.PositiveIntegerField()
    title_length = models.FloatField()
    body_length = models.FloatField()
    words_changed_at = models.DateTimeField()

    class Meta:
        verbose_name = _("corpus")
        verbose_name_plural = _("corpora")
        constraints = [models.CheckConstraint(name="corpus_is_only", condition=Q(is_only=True))]

    def __str__(self) -> str:
        return f"{self.documents}"


class CommonStem(models.Model):
    """A stem that stands in many documents: in how many, as learnt some time ago. Rarer ones are counted when asked."""

    stem = models.TextField(primary_key=True)
    in_all = models.PositiveIntegerField()
    in_title = models.PositiveIntegerField()
    in_body = models.PositiveIntegerField()

    class Meta:
        verbose_name = _("common stem")
        verbose_name_plural = _("common stems")

    def __str__(self) -> str:
        return self.stem


class Word(models.Model):
    """The vocabulary of our articles: a word as written, and in how many articles it stands."""

    word = models.TextField(primary_key=True)
    articles = models.PositiveIntegerField()

    class Meta:
        verbose_name = _("word")
        verbose_name_plural = _("words")

    def __str__(self) -> str:
        return self.word


class Passage(models.Model):
    """A section of a live article, small enough to be an answer, with its vector once a worker has made it."""

    article = models.ForeignKey(Article, models.CASCADE, related_name="passages")
    position = models.PositiveIntegerField()
    anchor = models.CharField(max_length=200, blank=True)
    title = models.CharField(max_length=300)  # the headings it stands under, from the outermost
    text = models.TextField()
    digest = models.CharField(max_length=64)  # of title and text: what did not change keeps its vector
    vector = models.BinaryField(null=True)  # float32, of unit length
    recipe = models.CharField(max_length=80, blank=True)  # which model made it; vectors of another one do not count

    class Meta:
        verbose_name = _("passage")
        verbose_name_plural = _("passages")
        constraints = [
            models.UniqueConstraint(fields=["article", "position"], name="passage_once_per_place"),
            models.CheckConstraint(
                name="passage_vector_has_its_recipe",
                condition=Q(vector=None, recipe="") | (Q(vector__isnull=False) & ~Q(recipe="")),
            ),
        ]
        indexes = [models.Index(fields=["recipe", "id"], name="passage_by_recipe")]

    def __str__(self) -> str:
        return f"{self.article_id}#{self.anchor}"


class Synonym(models.Model):
    """Words that readers use for one another. Who searches one finds the others."""

    words = ArrayField(models.CharField(max_length=60), verbose_name=_("words"))

    class Meta:
        verbose_name = _("synonyms")
        verbose_name_plural = _("synonyms")
        constraints = [models.CheckConstraint(name="synonym_has_two_words", condition=Q(words__len__gte=2))]

    def __str__(self) -> str:
        return ", ".join(self.words)


class Promotion(models.Model):
    """An article that stands first when somebody searches these words."""

    words = models.CharField(_("searched words"), max_length=120)
    article = models.ForeignKey(Article, models.CASCADE, related_name="promotions", verbose_name=_("article"))

    class Meta:
        verbose_name = _("promotion")
        verbose_name_plural = _("promotions")
        constraints = [models.UniqueConstraint(fields=["words", "article"], name="promotion_once")]

    def __str__(self) -> str:
        return f"{self.words} → {self.article_id}"


class Calibration(models.Model):
    """How a similarity is turned into a confidence: learned from our own articles for one model (`recipe`)."""

    recipe = models.CharField(_("recipe"), max_length=80, unique=True)
    parameters = models.JSONField(_("parameters"))
    measured = models.JSONField(_("measured"), default=dict)
    made_at = models.DateTimeField(_("made at"))

    class Meta:
        verbose_name = _("calibration")
        verbose_name_plural = _("calibrations")

    def __str__(self) -> str:
        return self.recipe
