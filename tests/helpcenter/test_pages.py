import pytest
from django.test import Client

from tests.factories.helpcenter import ArticleFactory, CategoryFactory

pytestmark = pytest.mark.django_db


def test_home_shows_the_categories_with_their_articles(client: Client) -> None:
    article = ArticleFactory(category__title="Troubleshooting", title="Login issues")
    page = client.get("/")
    assert page.status_code == 200
    assert "Troubleshooting" in page.text
    assert f'href="{article.get_absolute_url()}"' in page.text


@pytest.mark.parametrize("path", ["/", "/help/", "/help/search/", "/help/suggest/", "/sitemap.xml", "/llms.txt"])
def test_an_empty_help_center_still_answers(client: Client, path: str) -> None:
    assert client.get(path).status_code == 200


def test_an_article_is_read_with_its_way_back_and_its_neighbors(client: Client) -> None:
    shelf = CategoryFactory(title="Account", slug="account")
    first, second, third = (ArticleFactory(category=shelf, title=f"Part {n}", position=n) for n in (1, 2, 3))
    page = client.get(second.get_absolute_url())
    assert page.status_code == 200
    assert 'href="/help/account/"' in page.text
    assert f'rel="prev" href="{first.get_absolute_url()}"' in page.text
    assert f'rel="next" href="{third.get_absolute_url()}"' in page.text
