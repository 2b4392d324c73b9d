from django.urls import path, register_converter

from portal.accounts import views
from portal.accounts.views import privacy, webhooks


class ColorConverter:
    """Six hexadecimal digits."""

    regex = "[0-9a-fA-F]{6}"

    def to_python(self, value: str) -> str:
        return value

    def to_url(self, value: str) -> str:
        return value


register_converter(ColorConverter, "color")

_WEBHOOK = "organization/<str:public_id>/webhooks/<str:endpoint>"
app_name = "accounts"
urlpatterns = [
    path("organization/", views.organization, name="organization"),
    path("organization/new/", views.found_organization, name="found_organization"),
    path("organization/invitations/<str:secret>/", views.accept_invitation, name="accept_invitation"),
    path("organization/invitations/<str:public_id>/revoke/", views.revoke_invitation, name="revoke_invitation"),
    path("organization/<str:public_id>/", views.change_organization, name="change_organization"),
    path("organization/<str:public_id>/invite/", views.invite, name="invite"),
    path("organization/<str:public_id>/members/<str:member>/role/", views.change_role, name="change_role"),
    path("organization/<str:public_id>/members/<str:member>/remove/", views.remove_member, name="remove_member"),
    path("organization/<str:public_id>/webhooks/", webhooks.webhooks, name="webhooks"),
    path(f"{_WEBHOOK}/", webhooks.webhook, name="webhook"),
    path(f"{_WEBHOOK}/rotate/", webhooks.rotate_webhook, name="rotate_webhook"),
    path(f"{_WEBHOOK}/remove/", webhooks.remove_webhook, name="remove_webhook"),
    path(f"{_WEBHOOK}/replay/<str:delivery>/", webhooks.replay_webhook, name="replay_webhook"),
    path(f"{_WEBHOOK}/<str:act>/", webhooks.act_on_webhook, name="act_on_webhook"),
    path("accounts/profile/", views.profile, name="profile"),
    path("organization/<str:public_id>/privacy/", privacy.privacy, name="privacy_of"),
    path("accounts/privacy/", privacy.privacy, name="privacy"),
    path("accounts/privacy/exports/<str:public_id>/", privacy.export, name="export"),
    path("accounts/tokens/", views.tokens, name="tokens"),
    path("accounts/tokens/<int:token_id>/revoke/", views.revoke_token, name="revoke_token"),
    path("brands/<int:brand_id>/<str:version>.svg", views.brand_logo, name="brand_logo"),
    path("brands/<color:color>.css", views.brand_stylesheet, name="brand_stylesheet"),
]
