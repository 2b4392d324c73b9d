import pytest
from allauth.usersessions.models import UserSession
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from portal.web.templatetags.browsers import browser
from tests.factories.accounts import UserFactory

FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"
_WINDOWS = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0 Safari/537.36"
_IPHONE = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko)"
_ANDROID = "Mozilla/5.0 (Linux; Android 15; Pixel 9) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Mobile"


@pytest.mark.parametrize(
    ("user_agent", "words"),
    [
        (FIREFOX, "Firefox on Linux"),
        (_WINDOWS, "Chrome on Windows"),
        (f"{_WINDOWS} Edg/140.0.0.0", "Edge on Windows"),
        (f"{_WINDOWS} OPR/120.0.0.0", "Opera on Windows"),
        (f"{_IPHONE} Version/18.5 Mobile/15E148 Safari/604.1", "Safari on iPhone"),
        (f"{_IPHONE} CriOS/140.0 Mobile/15E148 Safari/604.1", "Chrome on iPhone"),
        (_ANDROID, "Chrome on Android"),
        ("curl/8.9.1", "curl"),
        ("Gopher!", "Gopher!"),
        ("", "Unknown browser"),
    ],
)
def test_a_browser_is_called_as_people_call_it(user_agent: str, words: str) -> None:
    assert browser(user_agent) == words


@pytest.mark.django_db
def test_the_list_of_sessions_tells_browsers_in_words(client: Client) -> None:
    user = UserFactory()
    client.force_login(user)
    seen = {"ip": "127.0.0.1", "user_agent": FIREFOX, "last_seen_at": timezone.now()}
    UserSession.objects.create(user=user, session_key=client.session.session_key, **seen)
    assert "Firefox on Linux</p>" in client.get(reverse("usersessions_list")).text
