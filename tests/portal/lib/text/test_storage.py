import io
import zipfile

import numpy as np
import pytest
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from portal.lib.text.storage import NotAModel, pack, unpack

RAW = pack("kind", {"labels": ["a", "b"]}, {"weights": np.arange(60, dtype=np.float16).reshape(6, 10)})


def members() -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(RAW)) as parts:
        return {name: parts.read(name) for name in parts.namelist()}


def archive(files: dict[str, bytes]) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as parts:
        for name, content in files.items():
            parts.writestr(name, content)
    return made.getvalue()


def array(values: object) -> bytes:
    made = io.BytesIO()
    np.save(made, np.array(values), allow_pickle=True)
    return made.getvalue()


def test_what_was_packed_comes_back() -> None:
    head, arrays = unpack("kind", RAW)
    assert head["labels"] == ["a", "b"]
    assert arrays["weights"].tolist() == np.arange(60.0).reshape(6, 10).tolist()


@pytest.mark.parametrize(
    "foreign",
    [
        {"notes.txt": b"no array"},
        {"words.npy": array(["a", "b"])},
        {"objects.npy": array([object])},
        {"weights.npy": array([np.nan])},
        {"head.npy": array([1, 2, 3])},
    ],
    ids=["another file", "texts", "pickled objects", "no numbers", "another head"],
)
def test_an_archive_that_holds_something_else_is_no_model(foreign: dict[str, bytes]) -> None:
    with pytest.raises(NotAModel):
        unpack("kind", archive({**members(), **foreign}))


@given(st.integers(0, len(RAW) - 1), st.binary(max_size=8), st.integers(0, 12))
@hypothesis_settings(deadline=None, max_examples=150)
def test_damaged_bytes_are_refused_or_harmless_and_raise_nothing_else(at: int, put_in: bytes, taken_out: int) -> None:
    try:
        unpack("kind", RAW[:at] + put_in + RAW[at + taken_out :])
    except NotAModel:
        return


@given(st.sampled_from(sorted(members())), st.integers(0, 200), st.binary(max_size=8), st.integers(0, 12))
@hypothesis_settings(deadline=None, max_examples=150)
def test_so_are_damaged_arrays_in_a_whole_archive(name: str, at: int, put_in: bytes, taken_out: int) -> None:
    files = members()
    files[name] = files[name][:at] + put_in + files[name][at + taken_out :]
    try:
        unpack("kind", archive(files))
    except NotAModel:
        return
