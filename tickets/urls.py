from django.urls import path

from tickets import views
from tickets.views import circle

app_name = "tickets"
urlpatterns = [
    path("", views.ticket_list, name="list"),
    path("new/", views.new_ticket, name="new"),
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
