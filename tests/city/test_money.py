"""Money: exact to the fen, line by line and bill by bill, and every reversal takes back what there was."""

from __future__ import annotations

import pytest
from tests.city.books import Books

from yibao.city.amounts import line_amount
from yibao.city.arrays import ints


@pytest.mark.parametrize(
    ("quantity", "price", "fen"),
    [
        (10_000, 12_340_000, 1_234),  # one of 12.34
        (3_333, 30_000_000, 1_000),  # a third of 30.00 is 9.999
        (5_000, 10_010_000, 501),  # half of 10.01: half a fen goes up
        (-5_000, 10_010_000, -501),  # and what is taken back goes down
        (10_000, 4_999, 0),
        (10_000, 5_000, 1),
    ],
)
def test_amounts_are_rounded_half_up_to_the_fen(quantity: int, price: int, fen: int) -> None:
    assert line_amount(ints([quantity]), ints([price])).tolist() == [fen]


def test_the_parts_of_every_line_add_up(books: Books) -> None:
    assert books.one("SELECT count(*) FROM line WHERE own + over + first + scope <> amount") == 0
    assert books.one("SELECT count(*) FROM line WHERE abs(amount - cnt * pric) > 0.005") == 0
    assert books.one("SELECT count(*) FROM line WHERE sign(cnt) * sign(amount) < 0 OR amount = 0") == 0


def test_every_bill_is_the_sum_of_its_lines(books: Books) -> None:
    assert books.one("SELECT count(*) FROM bill WHERE setl_id NOT IN (SELECT setl_id FROM line)") == 0
    assert (
        books.one(
            "SELECT count(*) FROM (SELECT setl_id, sum(amount) AS sum, sum(own) AS own, sum(first) AS first, "
            "sum(scope) AS scope FROM line GROUP BY setl_id) JOIN bill b USING (setl_id) "
            "WHERE sum <> total OR own <> CAST(fulamt_ownpay_amt AS DECIMAL(18,2)) "
            "OR first <> CAST(preselfpay_amt AS DECIMAL(18,2)) OR scope <> CAST(inscp_amt AS DECIMAL(18,2))"
        )
        == 0
    )


def test_fund_person_and_account_add_up(books: Books) -> None:
    money = "CAST({} AS DECIMAL(18,2))".format
    total, fund, person, house = map(
        money, ("medfee_sumamt", "fund_pay_sumamt", "psn_pay", "ownpay_hosp_part")
    )
    account, cash = map(money, ("acct_pay", "cash_payamt"))
    assert (
        books.one(
            f"SELECT count(*) FROM setl_d WHERE refd_setl_flag = '0' AND ({fund} + {person} + {house} <> {total} "
            f"OR {account} + {cash} <> {person} OR {fund} < 0 OR {person} < 0)"
        )
        == 0
    )
    undone = (
        f"SELECT count(*) FROM setl_d WHERE refd_setl_flag = '1' AND {fund} + {account} + {cash} <> {total}"
    )
    assert books.one(undone) == 0


def test_reversals_take_back_the_whole_bill(books: Books) -> None:
    assert books.one("SELECT count(*) FROM setl_d WHERE refd_setl_flag = '1'") > 20
    assert (
        books.one(
            "SELECT count(*) FROM bill r JOIN bill b ON b.setl_id = r.init_setl_id "
            "WHERE r.total <> -b.total OR r.moment <= b.moment OR r.psn_pay IS NOT NULL OR r.mdtrt_id <> b.mdtrt_id"
        )
        == 0
    )
    assert (
        books.one(
            "SELECT count(*) FROM line l JOIN bill r USING (setl_id) LEFT JOIN line o ON o.sn = l.of "
            "WHERE r.refd_setl_flag = '1' AND (o.sn IS NULL OR o.setl_id <> r.init_setl_id OR o.amount <> -l.amount)"
        )
        == 0
    )
    again = books.one(
        "SELECT count(*) FROM (SELECT mdtrt_id FROM bill GROUP BY mdtrt_id HAVING count(*) = 3 AND sum(total) = max(total))"
    )
    assert again > 5


def test_wards_return_part_of_what_they_ordered(books: Books) -> None:
    assert (
        books.one(
            "SELECT count(*) FROM line l JOIN line o ON o.sn = l.of AND o.setl_id = l.setl_id "
            "WHERE l.cnt < 0 AND -l.cnt < o.cnt AND l.list_type LIKE '1%' AND l.moment >= o.moment"
        )
        > 15
    )
    assert books.one("SELECT count(*) FROM line l JOIN line o ON o.sn = l.of WHERE l.cnt + o.cnt < 0") == 0
