"""Pictures, clips and attachments of an article, by their names."""

from portal.lib.markdown import File, Surroundings, render, sections, spoken

CAPTIONS = """WEBVTT

NOTE made by hand

1
00:00.000 --> 00:02.000
<v Ann>Open the <b>dashboard</b>.

00:02.000 --> 00:04.000 align:start
Choose
a signal.
"""
FILES = {
    "board.png": File("/help/a/1/files/board.png", "image/png", 1800, 900, alt="The dashboard", widths=(480, 960)),
    "line.svg": File("/help/a/1/files/line.svg", "image/svg+xml", is_decorative=True),
    "bare.png": File("/help/a/1/files/bare.png", "image/png", 10, 10),
    "tour.webm": File("/help/a/1/files/tour.webm", "video/webm"),
    "tour.png": File("/help/a/1/files/tour.png", "image/png", 1280, 720),
    "tour.en.vtt": File("/help/a/1/files/tour.en.vtt", "text/vtt", words=CAPTIONS),
    "tour.de.vtt": File("/help/a/1/files/tour.de.vtt", "text/vtt", words=CAPTIONS.replace("Choose", "Wähle")),
    "terms of use.pdf": File("/help/a/1/files/terms%20of%20use.pdf", "application/pdf"),
}
AROUND = Surroundings(files=FILES)


def test_a_picture_of_the_article_has_its_size_its_smaller_copies_and_its_words() -> None:
    made = render("Look: ![](board.png)", AROUND).html
    for attribute in (
        'src="/help/a/1/files/board.png"',
        'alt="The dashboard"',
        'loading="lazy"',
        'width="1800"',
        'height="900"',
        'srcset="/help/a/1/files/board.png?w=480 480w, /help/a/1/files/board.png?w=960 960w, '
        '/help/a/1/files/board.png 1800w"',
    ):
        assert attribute in made


def test_raw_html_may_name_files_too() -> None:
    made = render(
        '<p><img src="board.png" alt="Board"> <a href="tour.webm">x</a> <img src="no.png" alt="y"></p>', AROUND
    )
    assert made.html.count("<img") == 1
    assert 'src="/help/a/1/files/board.png"' in made.html
    assert 'href="/help/a/1/files/tour.webm"' in made.html


def test_words_in_the_text_come_before_those_of_the_file() -> None:
    assert 'alt="What to press"' in render("![What to press](./board.png)", AROUND).html


def test_a_picture_alone_with_a_title_is_a_figure_with_a_caption() -> None:
    made = render('![Board](board.png "Where signals arrive")', AROUND)
    assert "<figure><img " in made.html
    assert "<figcaption>Where signals arrive</figcaption></figure>" in made.html
    assert "Where signals arrive" in made.text


def test_a_picture_needs_words_or_the_mark_that_it_needs_none() -> None:
    assert render("![](bare.png)", AROUND).wordless == ["bare.png"]
    assert render("![ ](bare.png)", AROUND).wordless == ["bare.png"]
    assert render('<img src="/static/x.png">', AROUND).wordless == ["x.png"]
    decorative = render("![](bare.png){.decorative} ![](line.svg)", AROUND)
    assert decorative.wordless == []
    assert decorative.html.count('alt=""') == 2


def test_a_missing_file_is_named_and_its_words_stand_in() -> None:
    made = render("![The gauge](gone.png) and [this](gone.pdf)", AROUND)
    assert made.lost == ["gone.png"]
    assert "<em>[The gauge]</em>" in made.html
    assert "<img" not in made.html


def test_a_link_to_a_file_of_the_article_leads_there() -> None:
    made = render("[Terms](<terms of use.pdf>) [T](terms%20of%20use.pdf)", AROUND).html
    assert made.count('href="/help/a/1/files/terms%20of%20use.pdf"') == 2


def test_an_own_clip_is_a_player_with_poster_captions_and_a_transcript_that_is_found() -> None:
    made = render("## Tour\n\n![A tour of the dashboard](tour.webm)", AROUND)
    assert '<div class="video"><video' in made.html
    for attribute in (
        'controls=""',
        'preload="none"',
        'src="/help/a/1/files/tour.webm"',
        'poster="/help/a/1/files/tour.png"',
        'width="1280"',
        'aria-label="A tour of the dashboard"',
    ):
        assert attribute in made.html
    assert made.html.count("<track") == 2
    assert made.html.count('default=""') == 1
    assert "<summary>Transcript</summary><p>Open the dashboard.</p><p>Choose a signal.</p>" in made.html
    assert "Choose a signal." in made.text
    assert "Wähle a signal." in sections(made.html)[0].text


def test_a_clip_of_another_site_is_only_a_link_until_the_reader_goes_there() -> None:
    for address in ("https://www.youtube.com/watch?v=abc123", "https://youtu.be/abc", "https://vimeo.com/1"):
        made = render(f"![Our keynote]({address})", AROUND)
        assert f'<a href="{address}" rel="noopener">Our keynote</a>' in made.html
        assert "<img" not in made.html
        assert "<iframe" not in made.html
        assert "contacted only when you follow the link" in made.text
    with_poster = render('![Our keynote](https://youtu.be/abc "tour.png")', AROUND).html
    assert 'src="/help/a/1/files/tour.png"' in with_poster


def test_a_clip_or_attachment_within_a_sentence_is_a_link() -> None:
    made = render("See ![the tour](tour.webm) first.", AROUND).html
    assert '<a href="/help/a/1/files/tour.webm" rel="noopener">the tour</a>' in made


def test_a_pasted_picture_is_noticed_outside_code_only() -> None:
    assert render("![x](data:image/png;base64,AAAA)").has_pasted
    assert render('<img src="data:image/png;base64,AAAA">').has_pasted
    assert not render("Write `![x](data:image/png;base64,AAAA)`, or\n\n```\n![x](data:x)\n```").has_pasted


def test_captions_are_read_without_times_names_and_notes() -> None:
    assert spoken(CAPTIONS) == "Open the dashboard.\nChoose a signal."
    assert spoken("") == ""
