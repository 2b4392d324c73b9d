from django.urls import path

from helpcenter import feeds, views

app_name = "helpcenter"
urlpatterns = [
    path("", views.home, name="home"),
    path("sitemap.xml", feeds.sitemap, name="sitemap"),
    path("llms.txt", feeds.llms, name="llms"),
    path("help/", views.index, name="index"),
    path("help/feed.atom", feeds.atom, name="feed"),
    path("help/search/", views.search, name="search"),
    path("help/suggest/", views.suggest, name="suggest"),
    path("help/ask/", views.ask, name="ask"),
    path("help/ask/panel/", views.answer_panel, name="answer_panel"),
    path("help/ask/<str:public_id>/", views.answer, name="answer"),
    path("help/a/<int:pk>/", views.permalink, name="permalink"),
    path("help/a/<int:pk>/files/<str:name>", views.file, name="file"),
    path("help/a/<int:pk>/vote/", views.vote, name="vote"),
    path("help/a/<int:pk>/follow/", views.follow_article, name="follow_article"),
    path("help/a/<int:pk>/preview/<str:token>/", views.preview, name="preview"),
    path("help/c/<int:pk>/follow/", views.follow_category, name="follow_category"),
    path("help/<slug:category>/", views.category, name="category"),
    path("help/<slug:category>/<slug:article>.md", feeds.article_markdown, name="article_markdown"),
    path("help/<slug:category>/<slug:article>/", views.article, name="article"),
]
