from __future__ import annotations

from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from yibao.kernel import (
    mask_account,
    mask_address,
    mask_birth_year,
    mask_citizen_id,
    mask_diagnosis,
    mask_name,
    mask_person_number,
    mask_phone,
)

MASKS = (
    mask_account,
    mask_address,
    mask_citizen_id,
    mask_diagnosis,
    mask_name,
    mask_person_number,
    mask_phone,
)


@pytest.mark.parametrize(
    ("mask", "plain", "masked"),
    [
        (mask_name, "张三", "张*"),
        (mask_name, "张三丰", "张**"),
        (mask_name, "买买提·吐尔逊", "买**"),
        (mask_name, "张", "*"),
        (mask_citizen_id, "11010519491231002x", "1****************X"),
        (mask_citizen_id, "110105491231002", "****"),
        (mask_phone, "１３９００００１２３４", "139****1234"),
        (mask_phone, "0571-88886666", "****"),
        (mask_account, "6222 0200 0000 1234", "****1234"),
        (mask_account, "1234", "****"),
        (mask_address, "北京市西城区某某街道1号", "北京市西城区****"),
        (mask_address, "浙江省某地", "浙江省****"),
        (mask_address, "杨家村3号", "杨家****"),
        (mask_address, "幸福路永辉超市楼上东边第二间", "幸福路永辉超****"),
        (mask_diagnosis, "j18.901", "J18.*"),
        (mask_diagnosis, "M54", "M54.*"),
        (mask_diagnosis, "C50.900x001", "C50.*"),
        (mask_diagnosis, "A17.0+G01*", "A17.*"),
        (mask_diagnosis, "肺炎", "****"),
        (mask_diagnosis, "J1", "****"),
        (mask_person_number, "33010000000000001234", "****"),
    ],
)
def test_masks(mask: Callable[[str], str], plain: str, masked: str) -> None:
    assert mask(plain) == masked


def test_the_looser_id_shows_no_birth_date() -> None:
    assert mask_citizen_id("11010519491231002X", strict=False) == "110***********002X"


def test_tokens_join_under_one_key_only() -> None:
    one = mask_person_number("P001", b"key")
    assert one == mask_person_number(" Ｐ001", b"key")
    assert one.startswith("tok_") and len(one) == 20
    assert len({one, mask_person_number("P001", b"other"), mask_person_number("P002", b"key")}) == 3


def test_birth_years_become_decades() -> None:
    assert [mask_birth_year(y) for y in (1960, 1969, 1970)] == ["1960s", "1960s", "1970s"]


@given(st.sampled_from(MASKS), st.text(min_size=1).filter(str.strip))
def test_no_mask_gives_back_what_it_was_given(mask: Callable[[str], str], text: str) -> None:
    masked = mask(text)
    assert masked != text or set(text.strip()) <= {"*"}
    assert "*" in masked or masked == ""


@pytest.mark.parametrize("mask", MASKS)
def test_nothing_stays_nothing(mask: Callable[[str], str]) -> None:
    assert mask("") == mask("  ") == ""
