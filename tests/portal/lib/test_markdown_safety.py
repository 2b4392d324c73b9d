"""Whatever is written, nothing acts and nothing is loaded from elsewhere."""

from html.parser import HTMLParser

from hypothesis import example, given, settings
from hypothesis import strategies as st

from portal.lib.markdown import File, Surroundings, plain, render, render_message, sections
from tests.portal.lib.test_markdown import ATTACKS

SHOWS = {"src", "srcset", "poster", "data", "background", "action", "formaction", "xlink:href"}
KNOWN = {
    "a", "abbr", "blockquote", "br", "code", "dd", "del", "details", "div", "dl", "dt", "em", "figcaption", "figure",
    "h2", "h3", "h4", "h5", "h6", "hr", "img", "input", "ins", "kbd", "li", "mark", "ol", "p", "pre", "s", "section",
    "span", "strong", "sub", "summary", "sup", "table", "tbody", "td", "th", "thead", "tr", "track", "ul", "video",
}  # fmt: skip
PIECES = [
    *ATTACKS,
    *("# ", "## ", "- [ ] ", "> [!NOTE] ", "!!! note\n    ", '=== "Tab"\n    ', ":::tip\n", ":::", "```", "~~~js", "`"),
    *(
        "![a](",
        "[a](",
        ")",
        "{#x}",
        "{.x}",
        "{: src=//e.x }",
        "{{ name }}",
        "{{ bad }}",
        "|",
        "---",
        "\n",
        "\n\n",
        "    ",
    ),
    *(
        "clip.webm",
        "a.png",
        "//e.x/a.png",
        "https://e.x/a.png",
        "data:image/png;base64,AA",
        "/\\e.x",
        "\\",
        "javascript:",
    ),
    *(
        "<video src=//e.x poster=//e.x><track src=//e.x></video>",
        "<img srcset='//e.x/a 1x, /b 2w'>",
        "<img src='/ok.png'",
    ),
    *(
        "<section class=tab id=main>",
        "</section>",
        "<span id=q>",
        "<!--",
        "-->",
        "<![CDATA[",
        "]]>",
        "&#x6A;",
        "\x00",
        "\x02",
    ),
    *(
        "<p",
        " onload=x",
        ' style="x"',
        ' href="vbscript:x"',
        ">",
        "<svg/onload=x>",
        "<math>",
        "<noscript>",
        "</p>",
        "\u2028",
    ),
]
AROUND = Surroundings(
    files={
        "clip.webm": File("/help/a/1/files/clip.webm", "video/webm"),
        "clip.vtt": File("/f/c.vtt", "text/vtt", words="WEBVTT\n\n0:00.000 --> 1:00.000\n<script>alert(1)</script>"),
        "a.png": File("/help/a/1/files/a.png", "image/png", 1000, 500, widths=(480,), alt='"><script>x</script>'),
    },
    snippets={"name": "Ours", "bad": "<script>x</script>[x](javascript:x)<img src=//e.x/y onerror=x>"},
    former='<h2 id="was"><span id="once"></span>Was &lt;script&gt;</h2><p>x</p>',
)


class Page(HTMLParser):
    """Fails on what acts or loads from elsewhere; raises nothing on anything else."""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        assert tag in KNOWN, tag
        for name, value in attrs:
            assert not name.startswith(("on", "hx-", "data-", "formaction", "style")), name
            given_value = (value or "").strip().lower()
            if name in SHOWS:
                for one in given_value.split(",") if name == "srcset" else [given_value]:
                    assert one.strip().startswith("/"), one
                    assert not one.strip().startswith(("//", "/\\")), one
            if name == "href" and ":" in given_value.split("/")[0].split("#")[0].split("?")[0]:
                assert given_value.startswith(("http:", "https:", "mailto:", "tel:")), given_value
            if name == "id":
                assert value not in {"main", "q", "notices", "feedback"}


def check(html: str) -> None:
    page = Page()
    page.feed(html)
    page.close()


@example('[a](<a href="jav&#x09;ascript:alert(1)">click</a>')
@settings(max_examples=250, deadline=None)
@given(st.lists(st.one_of(st.sampled_from(PIECES), st.text(max_size=12)), max_size=14).map("".join))
def test_nothing_that_acts_or_comes_from_elsewhere_survives_any_input(source: str) -> None:
    made = render(source, AROUND)
    check(made.html)
    check(render_message(source))
    assert plain(made.html) == made.text
    assert all(section.text for section in sections(made.html))


@settings(max_examples=60, deadline=None)
@given(st.lists(st.sampled_from([piece for piece in PIECES if "\x00" not in piece]), max_size=10).map("\n\n".join))
def test_what_was_rendered_once_renders_the_same_again(source: str) -> None:
    assert render(source, AROUND) == render(source, AROUND)
