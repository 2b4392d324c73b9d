from django.urls import path

from tickets import views

app_name = "tickets"
urlpatterns = [
    path("", views.ticket_list, name="list"),
    path("new/", views.new_ticket, name="new"),
    path("files/", views.upload, name="upload"),
    path("files/<str:public_id>/", views.file, name="file"),
    path("files/<str:public_id>/<str:key>/", views.file_by_key, name="file_by_key"),
    path("rate/<str:public_id>/", views.rate, name="rate"),
    path("<str:public_id>/", views.ticket_detail, name="detail"),
    path("<str:public_id>/reply/", views.reply, name="reply"),
    path("<str:public_id>/solve/", views.solve, name="solve"),
    path("<str:public_id>/close/", views.close, name="close"),
    path("<str:public_id>/escalate/", views.escalate, name="escalate"),
    path("<str:public_id>/reopen/", views.reopen, name="reopen"),
]
