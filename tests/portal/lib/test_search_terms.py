from portal.lib.search_terms import Term, read


def test_a_search_is_read_term_by_term() -> None:
    typed = 'from:ada@x.com due:<1h -tag:x org:"Meridian Capital" free "two words" -"not so" tier:a,b re-use'
    assert read(typed) == [
        Term("ada@x.com", "from"),
        Term("1h", "due", "<"),
        Term("x", "tag", is_negated=True),
        Term("Meridian Capital", "org", is_phrase=True),
        Term("free"),
        Term("two words", is_phrase=True),
        Term("not so", is_negated=True, is_phrase=True),
        Term("a,b", "tier"),
        Term("re-use"),
    ]
    assert read("tier:a,b")[0].values == ["a", "b"]
    assert read('org:"a, b"')[0].values == ["a, b"]


def test_what_only_looks_like_a_field_is_a_word() -> None:
    assert read("12:30 https://x.example/y <b") == [Term("12:30"), Term("https://x.example/y"), Term("<b")]


def test_nothing_typed_asks_for_nothing() -> None:
    assert read("") == read("  \t ") == []
