from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect

from portal.accounts.adapter import has_second_factor

# Where staff without a second factor may still go: enrolling, proving who they are, leaving.
_OPEN_PREFIXES = ("/accounts/2fa/", "/accounts/reauthenticate/", "/accounts/logout/", "/static/", "/health/")


class StaffSecondFactor:
    """Staff without a second factor are sent to enrol and nowhere else."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if self._must_enrol(request):
            return redirect("mfa_index")
        return self.get_response(request)

    def _must_enrol(self, request: HttpRequest) -> bool:
        if not settings.STAFF_SECOND_FACTOR or request.path.startswith(_OPEN_PREFIXES):
            return False
        user = request.user
        if not user.is_authenticated or not user.is_staff:
            return False
        if request.session.get("second_factor") == user.pk:
            return False
        if not has_second_factor(user):  # type: ignore[arg-type]  # authenticated, so not anonymous
            return True
        request.session["second_factor"] = user.pk  # enrolled: asked once per session, not once per page
        return False
