from django.urls import path

from tickets import views
from tickets.views import circle

app_name = "tickets"
urlpatterns = [
    path("", views.ticket_list, name="list"),
    path("new/", views.new_ticket, name="new"),
    path("files/", views.upload, name="upload"),
    path("files/<str:public_id>/", views.file, name="file"),
    path("files/<str:public_id>/<str:key>/", views.file_by_key, name="file_by_key"),
    path("guest/", views.guest_new, name="guest_new"),
    path("guest/files/", views.guest_first_upload, name="guest_first_upload"),
    path("guest/confirm/<str:secret>/", views.guest_confirm, name="guest_confirm"),
    path("guest/<str:key>/", views.guest_ticket, name="guest_ticket"),
    path("guest/<str:key>/reply/", views.guest_reply, name="guest_reply"),
    path("guest/<str:key>/again/", views.guest_again, name="guest_again"),
    path("guest/<str:key>/files/", views.guest_upload, name="guest_upload"),
    path("guest/<str:key>/files/<str:public_id>/", views.guest_file, name="guest_file"),
    path("guest/<str:key>/<str:move>/", views.guest_move, name="guest_move"),
    path("copies/<str:public_id>/", circle.end_copies, name="copy"),
    path("rate/<str:public_id>/", views.rate, name="rate"),
    path("<str:public_id>/", views.ticket_detail, name="detail"),
    path("<str:public_id>/people/", circle.people, name="people"),
    path("<str:public_id>/reply/", views.reply, name="reply"),
    path("<str:public_id>/solve/", views.solve, name="solve"),
    path("<str:public_id>/close/", views.close, name="close"),
    path("<str:public_id>/escalate/", views.escalate, name="escalate"),
    path("<str:public_id>/reopen/", views.reopen, name="reopen"),
]
