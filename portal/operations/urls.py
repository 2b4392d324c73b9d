from django.urls import path

from portal.operations import views

app_name = "operations"
urlpatterns = [
    path("health/live", views.live, name="live"),
    path("health/ready", views.ready, name="ready"),
    path("health/", views.health, name="health"),
    path("metrics", views.metrics, name="metrics"),
]
