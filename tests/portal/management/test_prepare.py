import os
from pathlib import Path

from django.conf import LazySettings

from portal.management import prepare


def test_static_files_are_collected_again_only_when_one_has_changed(tmp_path: Path, settings: LazySettings) -> None:
    source = tmp_path / "source"
    source.mkdir()
    (source / "page.css").write_text("a {}")
    settings.STATICFILES_DIRS, settings.STATIC_ROOT = [source], tmp_path / "collected"
    settings.STATICFILES_FINDERS = ["django.contrib.staticfiles.finders.FileSystemFinder"]
    said: list[str] = []
    prepare.static_files(said.append)
    prepare.static_files(said.append)
    assert len(said) == 1
    (source / "page.css").write_text("a { color: red }")
    os.utime(source / "page.css", (1, 1))
    prepare.static_files(said.append)
    assert len(said) == 2
    assert "red" in (tmp_path / "collected" / "page.css").read_text()
