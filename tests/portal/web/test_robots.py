from django.test import Client


def test_crawlers_are_told_what_is_private(client: Client) -> None:
    response = client.get("/robots.txt")
    assert response["Content-Type"].startswith("text/plain")
    assert "Disallow: /tickets/" in response.content.decode()
