import time

import pytest

from portal.lib.written import as_html


def test_html_is_shown_as_the_text_it_is() -> None:
    assert as_html("<script>alert(1)</script>") == "<p>&lt;script&gt;alert(1)&lt;/script&gt;</p>"
    assert "<img" not in as_html('<img src=x onerror="alert(1)">')


def test_images_and_headings_are_left_out() -> None:
    assert "<img" not in as_html("![spy](https://spy.example/p.png)")
    assert as_html("# 3 orders") == "<p># 3 orders</p>"


def test_addresses_become_links_that_tell_nothing() -> None:
    html = as_html("See https://a.example/x?y=1&z=2, please.")
    assert '<a href="https://a.example/x?y=1&amp;z=2" rel="nofollow noopener noreferrer">' in html
    assert html.endswith("</a>, please.</p>")


@pytest.mark.parametrize("text", ["[x](javascript:alert(1))", "<javascript:alert(1)>", "[x](data:text/html,1)"])
def test_only_web_addresses_become_links(text: str) -> None:
    assert "href" not in as_html(text)


def test_lists_emphasis_code_and_line_breaks_are_kept() -> None:
    html = as_html("**Bold** and `QE-4008`\nnext line\n\n1. one\n2. two\n\n```\ncode <b>\n```")
    for part in ["<strong>Bold</strong>", "<code>QE-4008</code>", "<br>", "<ol>", "<pre><code>code &lt;b&gt;"]:
        assert part in html


@pytest.mark.parametrize(
    "piece", ["[", "[a](", "*a", "`a", "<", "> ", "***a", "http://a ", "  \n", "_a", "[a](https://"]
)
def test_no_text_takes_long(piece: str) -> None:
    begun = time.perf_counter()
    as_html((piece * 20_000)[:20_000])
    assert time.perf_counter() - begun < 2
