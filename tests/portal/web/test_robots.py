from django.test import Client


def test_crawlers_are_told_what_is_private(client: Client) -> None:
    response = client.get("/robots.txt")
    assert response["Content-Type"].startswith("text/plain")
    assert "Disallow: /tickets/" in response.content.decode()


def test_the_icon_is_found_without_reading_a_page(client: Client) -> None:
    response = client.get("/favicon.ico")
    assert response.status_code == 302
    assert "img/favicon" in response["Location"]


def test_the_page_of_searches_is_open_to_crawlers_and_what_it_finds_is_not(client: Client, db: None) -> None:
    assert b"noindex" not in client.get("/help/search/").content
    assert b"noindex" in client.get("/help/search/?q=invoice").content
    assert "Disallow: /help/search/?\n" in client.get("/robots.txt").content.decode()
