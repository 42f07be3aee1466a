"""Columns and their order: whatever the quick ways do, they do what the plain ones do."""

from __future__ import annotations

import numpy as np
import pytest

from yibao.city.arrays import dice, firsts, in_order, ints, ranks
from yibao.city.calendar import dates, months
from yibao.kernel import day_of_ymd, ymd_of


@pytest.mark.parametrize(
    "width", [5, 2**20, 2**62], ids=["narrow", "wide", "wider than key and row together"]
)
def test_rows_are_ordered_as_a_stable_sort_orders_them(width: int) -> None:
    throw = dice(1, "order", width)
    one, two = (throw.integers(-width, width, 5_000) for _ in range(2))
    one[::3] = one[0]  # equals keep their turn
    assert in_order(one).tolist() == np.argsort(one, kind="stable").tolist()
    assert in_order(one, two).tolist() == np.lexsort((two, one)).tolist()


def test_no_rows_have_an_order_too() -> None:
    assert (
        in_order(ints([])).tolist() == firsts(ints([]), ints([])).tolist() == ranks(ints([])).tolist() == []
    )


def test_the_first_of_every_combination_is_kept() -> None:
    assert firsts(ints([7, 7, 1, 7, 1]), ints([2, 3, 2, 2, 2])).tolist() == [0, 1, 2]


def test_a_day_is_looked_up_as_the_kernel_reckons_it() -> None:
    days = ints([day_of_ymd(d) for d in (18901231, 19000228, 19691231, 19700101, 20240229, 21010701)])
    assert dates(days).tolist() == [ymd_of(int(d)) for d in days]
    assert months(days).tolist() == [11, 1, 11, 0, 1, 6]
