from collections.abc import Callable

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from portal.accounts.context import brand_of
from tests.factories.accounts import UserFactory
from tests.factories.helpcenter import ArticleFactory, CategoryFactory, VoteFactory

pytestmark = pytest.mark.django_db


def test_home_shows_the_categories_with_their_articles(client: Client) -> None:
    article = ArticleFactory(category__title="Troubleshooting", title="Login issues")
    page = client.get("/")
    assert page.status_code == 200
    assert "Troubleshooting" in page.text
    assert f'href="{article.get_absolute_url()}"' in page.text


def test_home_names_what_helped_most(client: Client) -> None:
    liked = ArticleFactory(title="Liked")
    VoteFactory(article=liked)
    VoteFactory(article=ArticleFactory(title="Not"), is_helpful=False)
    hero = client.get("/").text.split("hero-links")[1].split("</p>")[0]
    assert "Liked" in hero
    assert "Not" not in hero


def test_home_leads_the_signed_in_to_their_tickets(client: Client) -> None:
    assert "Your tickets" not in client.get("/").text
    client.force_login(UserFactory())
    assert "Your tickets" in client.get("/").text


@pytest.mark.parametrize("path", ["/", "/help/", "/help/search/", "/help/suggest/", "/sitemap.xml", "/llms.txt"])
def test_an_empty_help_center_still_answers(client: Client, path: str) -> None:
    assert client.get(path).status_code == 200


@pytest.mark.parametrize("path", ["/help/nothing/", "/help/nothing/here/", "/help/nothing/here.md", "/help/a/999999/"])
def test_what_is_not_there_is_not_found(client: Client, path: str) -> None:
    assert client.get(path).status_code == 404


def test_an_article_is_read_with_its_way_back_and_its_neighbors(client: Client) -> None:
    shelf = CategoryFactory(title="Account", slug="account")
    first, second, third = (ArticleFactory(category=shelf, title=f"Part {n}", position=n) for n in (1, 2, 3))
    page = client.get(second.get_absolute_url())
    assert page.status_code == 200
    assert 'href="/help/account/"' in page.text
    assert f'rel="prev" href="{first.get_absolute_url()}"' in page.text
    assert f'rel="next" href="{third.get_absolute_url()}"' in page.text
    assert 'rel="prev"' not in client.get(first.get_absolute_url()).text


def test_an_article_shows_its_contents_and_what_is_related(client: Client) -> None:
    other = ArticleFactory(title="Refund of a card", keywords=["refund"])
    article = ArticleFactory(
        title="Cards", keywords=["refund"], body="## First\n\na\n\n### Inner\n\nb\n\n## Second\n\nc"
    )
    page = client.get(article.get_absolute_url()).text
    assert '<a href="#first">First</a>' in page
    assert '<a href="#inner">Inner</a>' in page
    assert f'<a href="{other.get_absolute_url()}">Refund of a card</a>' in page
    assert f'href="{article.markdown_url}"' in page


def test_an_internal_article_says_so_and_is_not_for_search_engines(client: Client) -> None:
    client.force_login(UserFactory(is_staff=True, is_superuser=True))
    article = ArticleFactory(category__audience="operations")
    page = client.get(article.get_absolute_url(), follow=True).text
    assert "Internal operations" in page or "Two-factor" in page


def test_the_markdown_copy_is_what_the_author_wrote(client: Client) -> None:
    article = ArticleFactory(title="Setup", summary="In short.", body="## One\n\nText & more.")
    answer = client.get(article.markdown_url)
    assert answer["Content-Type"] == "text/markdown; charset=utf-8"
    assert answer.text == "# Setup\n\n> In short.\n\n## One\n\nText & more."


def test_the_site_map_and_llms_txt_list_articles_with_full_addresses(client: Client) -> None:
    article = ArticleFactory(title="Billing & Payments", summary="How it works.")
    site = client.get("/sitemap.xml")
    assert site["Content-Type"] == "application/xml"
    assert f"<loc>http://127.0.0.1:8000{article.get_absolute_url()}</loc><lastmod>" in site.text
    line = f"- [Billing & Payments](http://127.0.0.1:8000{article.markdown_url}): How it works."
    assert line in client.get("/llms.txt").text


@pytest.mark.parametrize("rows", [1, 30])
@pytest.mark.parametrize(
    ("path", "queries"),
    [("/", 3), ("/help/", 1), ("/help/guides/", 2), ("/help/guides/guide-0/", 3), ("/help/search/?q=guide", 3),
     ("/help/search/?q=nowhere", 4), ("/help/suggest/?q=guide", 2), ("/help/suggest/?q=guide&form=ticket", 2),
     ("/help/guides/guide-0.md", 1), ("/sitemap.xml", 2), ("/llms.txt", 1)],
)  # fmt: skip
def test_a_page_costs_the_same_queries_with_one_row_and_with_thirty(
    client: Client, django_assert_num_queries: DjangoAssertNumQueries, rows: int, path: str, queries: int
) -> None:
    shelf = CategoryFactory(slug="guides")
    for number in range(rows):
        VoteFactory(article=ArticleFactory(category=shelf, slug=f"guide-{number}", title=f"Guide {number}"))
    brand_of("testserver")  # kept by each process for half a minute
    with django_assert_num_queries(queries):
        assert client.get(path).status_code == 200


def test_a_page_from_the_cache_costs_none(
    client: Client, django_assert_num_queries: DjangoAssertNumQueries, settle: Callable[..., int]
) -> None:
    article = ArticleFactory()
    settle()
    first = client.get(article.get_absolute_url())
    with django_assert_num_queries(0):
        again = client.get(article.get_absolute_url())
    assert again.content == first.content
