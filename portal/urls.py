from django.contrib import admin
from django.urls import include, path

handler500 = "portal.web.views.failed"

urlpatterns = [
    path("", include("portal.web.urls")),
    path("", include("portal.operations.urls")),
    path("", include("helpcenter.urls")),
    path("tickets/", include("tickets.urls")),
    path("status/", include("incidents.urls")),
    path("", include("billing.urls")),
    path("", include("portal.accounts.urls")),
    path("accounts/", include("allauth.urls")),
    path("admin/", admin.site.urls),
    path("api/", include("portal.api")),
]
