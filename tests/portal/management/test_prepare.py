import os
from pathlib import Path

import pytest
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


def test_without_a_language_model_the_portal_starts_all_the_same(
    tmp_path: Path, settings: LazySettings, monkeypatch: pytest.MonkeyPatch
) -> None:
    said: list[str] = []
    prepare.language_model(said.append)  # it is there: nothing to say
    assert said == []
    settings.MODELS_DIR = tmp_path
    monkeypatch.setenv("MODELS_DIR", str(tmp_path))
    for name, value in {"PIP_NO_INDEX": "1", "PIP_NO_CACHE_DIR": "1", "PIP_FIND_LINKS": str(tmp_path)}.items():
        monkeypatch.setenv(name, value)
    prepare.language_model(said.append)
    assert "could not be fetched" in said[-1]
    assert said[-1].endswith("lexical search answers alone.")
