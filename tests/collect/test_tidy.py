"""Telling an untidy text again: however the text is cut into blocks, the same rows and the same faults come out."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from yibao.collect import tidy as module

WIDTH = 3
PIECES = ("a", "长沙", "", "7", '"', '""', '"x,y"', ",", ",", ",", ",", "\n", "\n", "\r\n", "\r", ' "')


def _told(
    text: str, folder: Path, block: int, monkeypatch: pytest.MonkeyPatch, header_row: int
) -> tuple[str, str]:
    monkeypatch.setattr(module, "_BLOCK", block)
    source = folder / "text.csv"
    source.write_bytes(text.encode())
    tidied = module.tidy(source, folder / f"out-{block}", ",", WIDTH, header_row)
    numbered = module.with_numbers(tidied, ",")
    return numbered.read_bytes().decode(), tidied.rejected.read_bytes().decode()


@pytest.mark.parametrize("seed", range(60))
def test_blocks_change_nothing(seed: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    dice = random.Random(seed)
    plain = [",".join(dice.choices(("1", "甲", "2026-01-01"), k=WIDTH)) + "\n" for _ in range(30)]
    noise = ["".join(dice.choices(PIECES, k=12)) for _ in range(6)]
    body = plain + noise
    dice.shuffle(body)
    text = "a,b,c\n" * dice.choice((1, 2)) + "".join(body)
    whole = _told(text, tmp_path, 1 << 20, monkeypatch, 1)
    for block in (1, 7, 40):
        assert _told(text, tmp_path, block, monkeypatch, 1) == whole


def test_plain_stretches_keep_their_numbers(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    text = "a,b,c\r\n1,2,3\r\n4,5\r\n\r\n6,7,8\r\n"
    rows, rejected = _told(text, tmp_path, 4, monkeypatch, 1)
    assert rows == "2,1,2,3\n5,6,7,8\n"
    assert rejected == '"3","fields","4,5"\n'
