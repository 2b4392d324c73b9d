import time

from django.conf import settings
from django.utils.translation import gettext as _

from portal.lib.bundle_files import manifest_of
from portal.operations.probes import Reading, probe


@probe("status_page")
def status_page() -> Reading:
    """How old the published status page is: too old, it no longer vouches for what it shows."""
    manifest = manifest_of(settings.STATUS_BUNDLE_DIR)
    if not manifest["version"]:
        return Reading(False, _("The status page was never published."))
    age = max(0.0, time.time() - manifest["generated_at"])
    figures = {"age_s": round(age), "version": manifest["version"], "files": len(manifest["files"])}
    return Reading(age <= settings.STATUS_STALE_AFTER_S, _("Published %(age)s s ago.") % {"age": round(age)}, figures)
