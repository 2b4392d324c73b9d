from django.urls import path

from incidents import views

app_name = "incidents"
urlpatterns = [
    path("", views.status, name="status"),
    path("banner/", views.banner, name="banner"),
    path("line/", views.line, name="line"),
    path("history/", views.history, name="history"),
    path("incidents/<slug:public_id>/", views.incident, name="incident"),
    path("maintenance/<slug:public_id>/", views.maintenance, name="maintenance"),
    path("api/v2/<path:document>", views.document, name="document"),
]
