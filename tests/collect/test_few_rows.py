"""A few rows read again: from their lines where every row is one, and from the whole text where not."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from tests.collect.reading import Read

from yibao.collect import few_rows

Reader = Callable[..., Read]
HEADER = "psn_no,psn_name,gend,brdy\n"
GOOD = [f"P{n},张三,1,1990-03-07\n" for n in range(40)]
BAD = 'P-bad,"李, 四",1,1990-02-30\n'


def _again(read: Reader, path: Path, text: str) -> tuple[Read, bool]:
    """Read a text, and say whether its bad rows could be read from their lines alone."""
    path.write_bytes(text.encode())
    came = read(path, "person")
    raw = came.staged.raw
    few = few_rows.only(raw, np.array([3]), np.array([5]), came.staged.rows)
    return came, few is not raw


@pytest.mark.parametrize(
    "last", ["P-last,王五,1,1990-03-07\n", "P-last,王五,1,1990-03-07"], ids=["ended", "open"]
)
@pytest.mark.parametrize("block", [1 << 22, 50], ids=["at once", "in pieces"])
def test_rows_that_are_lines(
    read: Reader, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, last: str, block: int
) -> None:
    monkeypatch.setattr(few_rows, "_BLOCK", block)
    text = "".join([HEADER, *GOOD[:3], BAD, *GOOD[3:], BAD.replace("P-bad", "P-bad2"), last])
    came, by_line = _again(read, tmp_path / "a.csv", text)
    assert by_line
    assert came.wrong() == [(5, "value", "birth"), (43, "value", "birth")]
    assert [e["came"] for e in came.entries] == ["1990-02-30"] * 2
    assert '"psn_name":"李, 四"' in came.entries[0]["row_text"]


@pytest.mark.parametrize(
    "text",
    [
        "".join([HEADER, 'P0,"张\n三",1,1990-03-07\n', *GOOD[1:3], BAD]),
        "".join([HEADER, *GOOD[:3], BAD]).replace("\n", "\r"),
    ],
    ids=["a text of two lines", "other line ends"],
)
def test_rows_that_are_no_lines(read: Reader, tmp_path: Path, text: str) -> None:
    came, by_line = _again(read, tmp_path / "a.csv", text)
    assert not by_line
    assert came.wrong() == [(5, "value", "birth")]
    assert [e["natural_key"] for e in came.entries] == ["P-bad"]
