"""Text of files in messages: one line, printable, bounded."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fem_asslb.base.printable import printable, quoted

pytestmark = pytest.mark.serial  # plain text: nothing parallel in it


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("particle", "'particle'"),
        ("Grüße µm", "'Grüße µm'"),
        ("a\nb\t\x1b[31m\0", r"'a\nb\t\x1b[31m\x00'"),
        ("\u202egnp\u2028", r"'\u202egnp\u2028'"),
        ("\udcff", r"'\udcff'"),
        (["a", 1], "'['a', 1]'"),
    ],
)
def test_what_is_not_printable_is_escaped(text, shown):
    assert quoted(text) == shown


def test_long_text_is_shortened_and_no_escape_is_cut():
    assert printable("x" * 80) == "x" * 80
    assert printable("x" * 81) == "x" * 77 + "..."
    assert printable("\0" * 10**6, 30) == r"\x00" * 6 + "..."


@given(st.text(), st.integers(10, 100))
def test_any_text_becomes_one_printable_line(text, longest):
    shown = printable(text, longest)
    assert shown.isprintable() and len(shown) <= longest
    assert shown == text or not text.isprintable() or len(text) > longest
