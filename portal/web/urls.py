from django.urls import path

from portal.web import views

app_name = "web"
urlpatterns = [
    path("robots.txt", views.robots, name="robots"),
    path("pulse/<str:token>/", views.heard, name="pulse"),
    path("favicon.ico", views.favicon, name="favicon"),
]
