"""Money in fen: what a line costs and how it splits, what a settlement adds up to and who pays it.

Everything is whole numbers, so that the identities of the claims contract hold to the fen. A reversal is reckoned on
the absolute amounts and turned round, so that it takes back exactly what it takes back.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from yibao.city.arrays import Columns, Ints, ints
from yibao.city.catalogue import Items
from yibao.city.people import RESIDENT
from yibao.city.plan import UNIT, YUAN
from yibao.city.visits import CHRONIC, PURCHASE, STAY

_WHOLE: Final = 10_000
_PER_FEN: Final = UNIT * YUAN // 100

FUND_SHARE: Final = {
    STAY: ((8_900, 9_300, 9_550), (6_800, 7_800, 8_800)),
    CHRONIC: ((8_500, 9_000, 9_200), (4_000, 4_500, 5_000)),
    PURCHASE: ((4_500, 4_500, 4_500), (4_000, 4_000, 4_000)),
}
"""Basis points the fund pays, by kind of visit, employees before residents, level groups 3, 2, 1 (made up)."""

FUND_SHARE_VISIT: Final = ((8_500, 8_800, 9_200), (1_500, 2_500, 3_500))
DEDUCTIBLE: Final = (80_000, 40_000, 20_000)
"""Fen a person pays first of a stay, by level group (made up)."""

ACCOUNT_SHARE: Final = 9_800
"""Basis points of an employee's own part that the personal account pays (made up)."""


@dataclass(slots=True)
class LineMoney(Columns):
    """The amount of each line in fen and its parts, which add up to it."""

    amount: Ints
    self_paid: Ints
    advance: Ints
    in_scope: Ints


@dataclass(slots=True)
class BillMoney(Columns):
    """The amounts of each settlement in fen; ``fund`` + ``person`` = ``total`` and ``account`` + ``cash`` = ``person``."""

    total: Ints
    self_paid: Ints
    advance: Ints
    in_scope: Ints
    deductible: Ints
    fund: Ints
    person: Ints
    account: Ints
    cash: Ints


def line_amount(quantity: Ints, price: Ints) -> Ints:
    """Multiply and round half up to the fen, away from zero for what is taken back."""
    size = np.abs(quantity) * price
    size += _PER_FEN // 2
    size //= _PER_FEN
    return _signed(quantity, size)[0]


def _signed(like: Ints, *sizes: Ints) -> tuple[Ints, ...]:
    """Turn sizes round in place where ``like`` is negative: few lines take back."""
    back = np.flatnonzero(like < 0)
    for size in sizes:
        size[back] *= -1
    return sizes


def line_money(items: Items, item: Ints, quantity: Ints, price: Ints) -> LineMoney:
    """Split the amount of each line by the item's class: 甲 in scope, 乙 a tenth first, 丙 all by the person."""
    amount = line_amount(quantity, price)
    size = np.abs(amount)
    part = size * items.advance[item] // _WHOLE
    own = part * ~items.covered[item]
    return LineMoney(amount, *_signed(amount, own, part - own, size - part))


def bill_money(lines: LineMoney, bill: Ints, kind: Ints, group: Ints, level: Ints) -> BillMoney:
    """Add the lines up by settlement and let fund, account and person pay.

    ``bill`` is the sorted settlement of each line; the others have one value per settlement: kind of visit, group of
    the insured, place of the level group.
    """
    starts = np.searchsorted(bill, np.arange(len(kind)))
    total, own, first, scope = (
        ints(np.add.reduceat(part, starts))
        for part in (lines.amount, lines.self_paid, lines.advance, lines.in_scope)
    )
    sign, size = np.where(total < 0, -1, 1), np.abs(scope)
    deductible = np.where(kind == STAY, np.minimum(ints(DEDUCTIBLE)[level], size), 0)
    fund = ((size - deductible) * _fund_share(kind, group, level) + _WHOLE // 2) // _WHOLE
    person = np.abs(total) - fund
    account = np.where(group == RESIDENT, 0, person * ACCOUNT_SHARE // _WHOLE)
    parts = (deductible, fund, person, account, person - account)
    return BillMoney(total, own, first, scope, *(sign * part for part in parts))


def _fund_share(kind: Ints, group: Ints, level: Ints) -> Ints:
    resident = (group == RESIDENT).astype(np.int64)
    share = ints(FUND_SHARE_VISIT)[resident, level]
    for each, table in FUND_SHARE.items():
        share = np.where(kind == each, ints(table)[resident, level], share)
    return ints(share)
