from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from yibao.casework.documents import in_capitals
from yibao.kernel import parse_fen

TABLE = {
    "0.05": "伍分",
    "0.50": "伍角整",
    "10.05": "壹拾元零伍分",
    "1,409.50": "壹仟肆佰零玖元伍角整",
    "6,007.14": "陆仟零柒元壹角肆分",
    "16,409.02": "壹万陆仟肆佰零玖元零贰分",
    "107,000.53": "壹拾万柒仟元伍角叁分",
    "1,680.32": "壹仟陆佰捌拾元叁角贰分",
    "100,010,001.00": "壹亿零壹万零壹元整",
    "2,000,000,000.00": "贰拾亿元整",
    "38,560.00": "叁万捌仟伍佰陆拾元整",
    "0.00": "零元整",
    "100,000.10": "壹拾万元壹角整",
}


@pytest.mark.parametrize(("figure", "words"), TABLE.items())
def test_the_table_of_the_rule(figure: str, words: str) -> None:
    assert in_capitals(parse_fen(figure)) == words


@given(st.integers(0, 10**14 - 1))
def test_what_is_written_can_be_read_back(fen: int) -> None:
    assert read(in_capitals(fen)) == fen


@given(st.integers(1, 10**14 - 1))
def test_marks_of_the_rule(fen: int) -> None:
    words = in_capitals(fen)
    assert "零零" not in words and "零元" not in words and not words.startswith("零")
    assert words.endswith("分") == (fen % 10 != 0)
    assert words.endswith("整") == (fen % 10 == 0)


@pytest.mark.parametrize("fen", [-1, 10**14])
def test_no_document_states_such_a_sum(fen: int) -> None:
    with pytest.raises(ValueError, match="no amount"):
        in_capitals(fen)


def read(words: str) -> int:
    """Read capitals as a person does: digit by digit with its unit, group by group; 零 and 整 say nothing."""
    digits = dict(zip("零壹贰叁肆伍陆柒捌玖", range(10), strict=True))
    units = {"拾": 10, "佰": 100, "仟": 1000}
    total = group = digit = fen = 0
    for letter in words:
        if letter in digits:
            digit = digits[letter]
        elif letter in units:
            group, digit = group + digit * units[letter], 0
        elif letter in "万亿元":
            scale = {"万": 10_000, "亿": 100_000_000, "元": 1}[letter]
            total, group, digit = total + (group + digit) * scale, 0, 0
        elif letter in "角分":
            fen, digit = fen + digit * {"角": 10, "分": 1}[letter], 0
    return total * 100 + fen
