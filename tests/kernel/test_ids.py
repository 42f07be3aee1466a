from __future__ import annotations

import duckdb
import pytest
from hypothesis import given
from hypothesis import strategies as st

from yibao.kernel import (
    FULL_WIDTH,
    HALF_WIDTH,
    Refused,
    birth_day,
    check_citizen_id,
    check_credit_code,
    day_of_ymd,
    natural_key,
    normalise,
    sex_of,
)

IDS = ("990101199003071234", "99010119491231002X")


def with_check(stem: str) -> str:
    """The id whose check digit fits, by trying all eleven (GB 11643: the weighted sum is 1 modulo 11)."""
    fitting = [
        c
        for c in "0123456789X"
        if sum(int("10" if d == "X" else d) * 2 ** (17 - i) for i, d in enumerate(stem + c)) % 11 == 1
    ]
    (check,) = fitting
    return stem + check


@given(st.integers(0, 16), st.dates(), st.integers(0, 999))
def test_exactly_one_check_digit_is_taken(at: int, born: object, serial: int) -> None:
    year, rest = str(born)[:4], str(born)[5:].replace("-", "")
    stem = f"990101{year}{rest}{serial:03d}"
    good = with_check(stem)
    if int(year) < 1850:
        with pytest.raises(Refused, match=r"kernel\.citizen_id_birth"):
            check_citizen_id(good)
        return
    assert check_citizen_id(good) == good
    assert birth_day(good) == day_of_ymd(int(year + rest))
    assert sex_of(good) == ("男" if serial % 2 else "女")
    wrong = good[:at] + str((int(good[at]) + 1) % 10) + good[at + 1 :]
    with pytest.raises(Refused):
        check_citizen_id(wrong)


def test_full_width_and_lower_case_are_brought_to_the_normal_form() -> None:
    good = with_check("99010119491231002")
    full = good.translate(str.maketrans(HALF_WIDTH[:94], FULL_WIDTH[:94]))
    assert full != good
    assert check_citizen_id(f"　{full} ") == good
    assert check_citizen_id("11010519491231002x") == "11010519491231002X"  # the standard's own example


@pytest.mark.parametrize(
    ("came", "what"),
    [
        ("3.30106E+17", "excel"),
        ("3.30106199001011E+17", "excel"),
        ("330106199001011000", "excel"),
        ("330106199001011234.0", "excel"),
        ("330106900101123", "old"),
        ("", "form"),
        ("33010619900101123", "form"),
        ("33010619900101X234", "form"),
        ("9901011990030712345", "form"),
        ("990101199002301234", "birth"),
        ("990101179001011234", "birth"),
        ("990101199003071230", "checksum"),
        ("99010119900307①234", "form"),
    ],
)
def test_damaged_ids_are_refused_with_their_reason(came: str, what: str) -> None:
    with pytest.raises(Refused) as refusal:
        check_citizen_id(came)
    assert refusal.value.code == f"kernel.citizen_id_{what}"


def test_refusals_do_not_print_the_id() -> None:
    for came in ("990101199003071230", "990101199002301234", "330106900101123", "330106199001011000"):
        with pytest.raises(Refused) as refusal:
            check_citizen_id(came)
        assert came[2:-2] not in refusal.value.render()


@given(st.text("0123456789ABCDEFGHJKLMNPQRTUWXY", min_size=17, max_size=17))
def test_credit_codes_have_exactly_one_check_character(stem: str) -> None:
    taken = []
    for check in "0123456789ABCDEFGHJKLMNPQRTUWXY":
        try:
            taken.append(check_credit_code(stem + check))
        except Refused as refusal:
            assert refusal.code == "kernel.credit_code_checksum"
            assert refusal.wanted is not None and check_credit_code(refusal.wanted)
    assert len(taken) == 1


@pytest.mark.parametrize("code", ["", "9133010000000000", "91330100ISZOV5852F", "91330100716105852"])
def test_credit_codes_of_another_form_are_refused(code: str) -> None:
    with pytest.raises(Refused, match=r"kernel\.credit_code_form"):
        check_credit_code(code)


def test_a_published_credit_code_is_taken() -> None:
    assert check_credit_code("9144030071526726xg") == "9144030071526726XG"


@given(st.text())
def test_normalising_twice_changes_nothing(text: str) -> None:
    once = normalise(text)
    assert normalise(once) == once
    assert not set(once) & set(FULL_WIDTH)


def test_normalising_touches_codes_only() -> None:
    assert normalise("\ufeffＡ１－２（ｂ）\u00a0") == "A1-2(b)"
    assert normalise("浙江省人民医院、门诊。") == "浙江省人民医院、门诊。"
    assert normalise("a A") == "a A"


@pytest.fixture(scope="module")
def duck() -> duckdb.DuckDBPyConnection:
    return duckdb.connect()


KEY_SQL = "md5_number_lower(t || '|' || n) & 9223372036854775807"


NATURAL = st.text(st.characters(exclude_characters="\0", codec="utf-8"))


@given(st.lists(st.tuples(NATURAL, NATURAL), min_size=1))
def test_keys_equal_duckdbs(duck: duckdb.DuckDBPyConnection, rows: list[tuple[str, str]]) -> None:
    tables, naturals = zip(*rows, strict=True)
    found = duck.execute(
        f"SELECT {KEY_SQL} FROM (SELECT unnest(?) AS t, unnest(?) AS n)", [list(tables), list(naturals)]
    ).fetchall()
    assert [key for (key,) in found] == [natural_key(table, natural) for table, natural in rows]


def test_keys_are_pinned() -> None:
    assert natural_key("institution", "H33010000001") == 6385648959402200622
    assert (
        natural_key("person", "中文") == natural_key("person", "中文") != natural_key("institution", "中文")
    )
    assert 0 <= natural_key("a", "b") < 2**63


def test_the_normal_form_can_be_had_in_sql(duck: duckdb.DuckDBPyConnection) -> None:
    text = "Ｈ３３０１－００１"
    row = duck.execute("SELECT translate(?, ?, ?)", [text, FULL_WIDTH, HALF_WIDTH]).fetchone()
    assert row == (normalise(text),)
    assert len(FULL_WIDTH) == len(HALF_WIDTH)
