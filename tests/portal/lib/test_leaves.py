from pathlib import Path

from portal.lib import leaves
from portal.lib.leaves import Leaf


def test_a_file_tells_its_title_by_front_matter_heading_or_name() -> None:
    assert Leaf("a/on_call.md", {"title": "Duty"}, "# Other\n\nText").title == "Duty"
    assert Leaf("a/on_call.md", {}, "# On duty\n\nText").title == "On duty"
    assert Leaf("a/on_call-duty.md", {}, "Text").title == "On call duty"


def test_a_heading_that_repeats_the_title_is_left_out_of_the_text() -> None:
    assert Leaf("a.md", {}, "# On duty\n\nText").text == "Text"
    assert Leaf("a.md", {"title": "Duty"}, "# Other\n\nText").text == "# Other\n\nText"


def test_an_unreadable_file_says_so_and_the_others_are_read(tmp_path: Path) -> None:
    (tmp_path / "bad.md").write_text("---\ntitle: [unclosed\n---\nText")
    (tmp_path / "latin.md").write_bytes("Gr\xfc\xdfe".encode("latin-1"))
    (tmp_path / "good.md").write_text("---\ntitle: Good\n---\nText")
    problems = {leaf.path: bool(leaf.problem) for leaf in leaves.read(tmp_path)}
    assert problems == {"bad.md": True, "good.md": False, "latin.md": True}


def test_links_between_files_are_resolved_and_others_left_alone() -> None:
    body = (
        "[a](../account/billing.md#x) [b](missing.md) [c](https://example.org/a.md) [d](#here) [e](/tickets/)\n"
        "[ref]: ../account/billing.md\n"
        "```\n[a](../account/billing.md)\n```\n"
    )
    known = {"account/billing.md": "/help/account/billing/"}
    made, lost = leaves.relink("start/setup.md", body, known.get)
    assert "[a](/help/account/billing/#x) [b](missing.md) [c](https://example.org/a.md) [d](#here)" in made
    assert "[ref]: /help/account/billing/\n" in made
    assert "```\n[a](../account/billing.md)\n```" in made
    assert lost == ["missing.md"]


def test_a_folder_that_only_wraps_another_is_looked_through(tmp_path: Path) -> None:
    (tmp_path / "docs" / "before").mkdir(parents=True)
    (tmp_path / "docs" / "before" / "a.md").write_text("x")
    assert leaves.unwrapped(tmp_path, but=["customer"]) == tmp_path / "docs"
    assert leaves.unwrapped(tmp_path, but=["docs"]) == tmp_path
