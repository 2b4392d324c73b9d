import pytest

from portal.lib.scrub import scrub


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("Write to ann.b+c@example.co.uk please", "Write to [email] please"),
        ("Call +49 (0)30 1234-5678 today", "Call [number] today"),
        ("My card 4242 4242 4242 4242 was declined", "My card [card] was declined"),
        ("IBAN DE89 3704 0044 0532 0130 00 is mine", "IBAN [account] is mine"),
        ("the password is hunter2!", "the password is [secret]"),
        ("key sk_live_abcdefgh12345678 leaked", "key [token] leaked"),
        ("from 192.168.10.20 it fails", "from [address] it fails"),
        ("see https://a.example/reset?token=abc", "see https://a.example/reset"),
        ("session 9f8a7b6c5d4e3f2a1b0c9d8e7f6a", "session [token]"),
    ],
)
def test_personal_and_secret_things_are_taken_out(text: str, kept: str) -> None:
    assert scrub(text) == kept


@pytest.mark.parametrize(
    "text",
    [
        "Error QE-1042 for SIG-20391 since 2026-03-10",
        "How do I change my password?",
        "Charged 49.00 twice on 3/10/2026",
        "Is the code wrong?",
        "The plan costs 1,200 a year",
    ],
)
def test_what_the_text_is_about_stays(text: str) -> None:
    assert scrub(text) == text
