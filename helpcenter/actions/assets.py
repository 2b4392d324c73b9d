from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from urllib.parse import unquote

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext as _

from helpcenter.actions.articles import lock, newest_revision, tell
from helpcenter.actions.refreshing import refresh_article
from helpcenter.events import ARTICLE_FILES_CHANGED
from helpcenter.models import Article, Asset, AssetFile
from portal.accounts.models import User
from portal.lib.clock import moment
from portal.lib.file_kinds import Known, known, plain_name
from portal.lib.pictures import Unreadable, smaller
from portal.lib.refusals import Refused

WIDTHS = [480, 960, 1600]  # of a picture's smaller copies


@dataclass(frozen=True)
class Upload:
    """A file as somebody hands it in, and in words what it shows."""

    name: str
    content: bytes
    alt: str = ""
    is_decorative: bool = False


def checked(upload: Upload) -> Known:
    """What the file really is. Refuses an empty one (`file_empty`), one too large (`file_large`) or unknown
    (`file_unknown`)."""
    if not upload.content:
        raise Refused(_("%(name)s is empty.") % {"name": upload.name}, code="file_empty")
    try:
        found = known(upload.content, upload.name)
    except Unreadable as problem:
        said = _("%(name)s cannot be kept: %(why)s.") % {"name": upload.name, "why": str(problem)}
        raise Refused(said, code="file_unknown") from problem
    limits = settings.HELP_FILE_LIMITS_MB
    limit = limits.get(found.content_type.partition("/")[0], limits["other"])
    if len(upload.content) > limit * 1024 * 1024:
        said = _("%(name)s is larger than %(limit)s MB.") % {"name": upload.name, "limit": limit}
        raise Refused(said, code="file_large")
    return found


@transaction.atomic
def add_asset(*, article: Article, upload: Upload, by: User | None, now: datetime | None = None) -> Asset:
    """Keeps a file with the article: its type as its content says, pictures without metadata and in smaller sizes.

    Refuses a name that the article has (`file_taken`), and what `checked` refuses.
    """
    found, locked, name = checked(upload), lock(article), plain_name(upload.name)
    if locked.assets.filter(name=name).exists():
        raise Refused(_("The article has a file called %(name)s.") % {"name": name}, code="file_taken")
    at = moment(now)
    asset = Asset(article=locked, name=name, alt=upload.alt.strip()[:300], is_decorative=upload.is_decorative)
    asset.added_at, asset.added_by = at, by
    _keep(asset, found)
    _told(locked, by, at)
    return asset


@transaction.atomic
def replace_asset(*, asset: Asset, upload: Upload, by: User | None, now: datetime | None = None) -> Asset:
    """Another content under the same name and address; every place that shows it follows. The same content: no news."""
    found, locked = checked(upload), lock(asset.article)
    held = Asset.objects.select_for_update().get(pk=asset.pk)
    described = (held.alt, held.is_decorative) == (upload.alt.strip()[:300], upload.is_decorative)
    if held.digest == sha256(found.content).hexdigest() and described:
        return held
    held.alt, held.is_decorative = upload.alt.strip()[:300], upload.is_decorative
    _keep(held, found)
    _told(locked, by, moment(now))
    return held


@transaction.atomic
def describe_asset(
    *, asset: Asset, alt: str, is_decorative: bool, by: User | None, now: datetime | None = None
) -> Asset:
    """Says in words what a file shows, for every place that shows it without words of its own."""
    locked = lock(asset.article)
    held = Asset.objects.select_for_update().get(pk=asset.pk)
    if (held.alt, held.is_decorative) != (alt.strip()[:300], is_decorative):
        held.alt, held.is_decorative = alt.strip()[:300], is_decorative
        held.save(update_fields=["alt", "is_decorative"])
        _told(locked, by, moment(now))
    return held


@transaction.atomic
def remove_asset(*, asset: Asset, by: User | None, now: datetime | None = None) -> None:
    """Removes a file. Refuses one that the article shows, or is about to show (`file_used`)."""
    locked = lock(asset.article)
    revisions = [revision for revision in (locked.live, newest_revision(locked)) if revision]
    if any(asset.get_absolute_url() in unquote(revision.html) for revision in revisions):
        said = _("The article shows %(name)s. Take it out of the text first.") % {"name": asset.name}
        raise Refused(said, code="file_used")
    asset.delete()
    _told(locked, by, moment(now))


def _keep(asset: Asset, found: Known) -> None:
    asset.content_type, asset.width, asset.height = found.content_type, found.width, found.height
    asset.size, asset.digest = len(found.content), sha256(found.content).hexdigest()
    asset.save()
    asset.files.all().delete()
    files = [AssetFile(asset=asset, width=0, content_type=found.content_type, content=found.content)]
    for width in WIDTHS if found.can_shrink else []:
        if found.width and width < found.width:
            copy = smaller(found.content, width)
            files.append(AssetFile(asset=asset, width=width, content_type="image/webp", content=copy))
    AssetFile.objects.bulk_create(files)


def _told(article: Article, by: User | None, at: datetime) -> None:
    tell(ARTICLE_FILES_CHANGED, article, by, at)
    refresh_article(article=article, by=by, now=at)
