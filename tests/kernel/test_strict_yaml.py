from __future__ import annotations

from datetime import date

import pytest

from yibao.kernel import Located, Refused, read_yaml


def test_only_what_is_meant_is_read() -> None:
    text = """
words: [no, yes, on, Off, y, True]
flags: [true, false, null, ~, ]
numbers: [0, -7, 1_000, +3]
texts: [010, 12:30, 0x1F, 990100a, "990100", '1.5', 2026-3-5, 1__0, 1_]
day: 2026-03-05
empty:
block: |
  1.5
"""
    assert read_yaml(text, "f") == {
        "words": ["no", "yes", "on", "Off", "y", "True"],
        "flags": [True, False, None, None],
        "numbers": [0, -7, 1000, 3],
        "texts": ["010", "12:30", "0x1F", "990100a", "990100", "1.5", "2026-3-5", "1__0", "1_"],
        "day": date(2026, 3, 5),
        "empty": None,
        "block": "1.5\n",
    }


def test_mappings_know_their_lines() -> None:
    root = read_yaml(b"a: 1\n\nb:\n  c: 2\n", "x.yaml")
    assert isinstance(root, Located)
    assert [root.where("a"), root.where("b"), root.where()] == ["x.yaml:1", "x.yaml:3", "x.yaml:1"]
    inner = root["b"]
    assert isinstance(inner, Located) and inner.where("c") == "x.yaml:4"


def test_nothing_is_nothing_and_a_mark_is_skipped() -> None:
    assert read_yaml("", "f") is None
    assert read_yaml("# only a remark\n", "f") is None
    assert read_yaml(b"\xef\xbb\xbfa: 1", "f") == {"a": 1}


@pytest.mark.parametrize(
    ("source", "fault", "line"),
    [
        (b"a: 1\nb: \xb9\xab\n", "encoding", 2),
        (b"a: 1\n\tb: 2\n", "syntax", 2),
        (b"a: [1\n", "syntax", 2),
        (b"a: 1\n---\nb: 2\n", "syntax", 2),
        (b"a: 2026-13-01\n", "syntax", 1),
        (b"a: 1\nb: 2\na: 3\n", "duplicate", 3),
        (b"a:\n  b: {c: 1, c: 2}\n", "duplicate", 2),
        (b"a: 1\n2: b\n", "key", 2),
        (b"? [a]\n: 1\n", "key", 1),
        (b"true: 1\n", "key", 1),
        (b"a: 1\nb: 1.0\n", "fraction", 2),
        (b"- .5\n", "fraction", 1),
        (b"- 1e3\n", "fraction", 1),
        (b"- -.inf\n", "fraction", 1),
        (b"- .NaN\n", "fraction", 1),
        (b"a: &x [1]\nb: *x\n", "feature", 1),
        (b"a: !!python/name:os.system\n", "feature", 1),
        (b"a: !mine 1\n", "feature", 1),
        (b"a: &x {p: 1}\nb:\n  <<: *x\n", "key", 3),
    ],
)
def test_the_rest_is_refused_with_its_line(source: bytes, fault: str, line: int) -> None:
    with pytest.raises(Refused) as refusal:
        read_yaml(source, "f")
    assert (refusal.value.code, refusal.value.where) == (f"kernel.yaml_{fault}", f"f:{line}")
