from django.conf import settings
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from helpcenter.models.articles import Article
from helpcenter.querysets import AssetQuerySet


class Asset(models.Model):
    """A picture, clip or attachment of an article. Who may read the article may read it, nobody else."""

    article = models.ForeignKey(Article, models.CASCADE, related_name="assets", verbose_name=_("article"))
    name = models.CharField(_("file name"), max_length=120)
    alt = models.CharField(_("alternative text"), max_length=300, blank=True)
    is_decorative = models.BooleanField(_("decorative"), default=False)
    content_type = models.CharField(_("type"), max_length=100)
    size = models.PositiveIntegerField(_("size in bytes"))
    digest = models.CharField(_("SHA-256"), max_length=64)
    width = models.PositiveIntegerField(_("width"), null=True)
    height = models.PositiveIntegerField(_("height"), null=True)
    added_at = models.DateTimeField(_("added at"))
    added_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+", verbose_name=_("added by")
    )

    poster_url = ""  # where clips are listed: the picture that stands for it

    objects = AssetQuerySet.as_manager()

    class Meta:
        verbose_name = _("file")
        verbose_name_plural = _("files")
        constraints = [models.UniqueConstraint(fields=["article", "name"], name="asset_name_once_per_article")]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("helpcenter:file", args=[self.article_id, self.name])

    @property
    def is_clip(self) -> bool:
        return self.content_type.startswith("video/")


class AssetFile(models.Model):
    """The bytes of a file: as it came (width 0), and pictures in smaller widths. In the database, so that every web
    process has them, a backup is whole, and they come and go with the article's transaction."""

    asset = models.ForeignKey(Asset, models.CASCADE, related_name="files", verbose_name=_("file"))
    width = models.PositiveIntegerField(_("width"), default=0)
    content_type = models.CharField(_("type"), max_length=100)
    content = models.BinaryField(_("content"))

    class Meta:
        verbose_name = _("content of a file")
        verbose_name_plural = _("contents of files")
        constraints = [
            models.UniqueConstraint(fields=["asset", "width"], name="asset_file_once_per_width"),
            models.CheckConstraint(name="asset_file_is_not_empty", condition=~Q(content=b"")),
        ]

    def __str__(self) -> str:
        return f"{self.asset_id} ({self.width})"
