from django.http import HttpRequest
from django.utils import timezone

from portal.lib.visitors import daily_digest


def visitor_of(request: HttpRequest) -> str:
    """Who is the same visitor today, as a digest that tells nobody who."""
    today = timezone.now().date()
    if request.user.is_authenticated:
        return daily_digest("user", str(request.user.pk), on=today)
    return daily_digest(request.META.get("REMOTE_ADDR", ""), request.headers.get("User-Agent", ""), on=today)
