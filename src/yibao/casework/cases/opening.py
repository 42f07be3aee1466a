"""How cases are opened about findings: one case about several of one institution, or one a finding, in bulk."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from yibao.casework.cases.desk import Opening
from yibao.casework.cases.institutions import institutions
from yibao.casework.cases.model import Amount, Money
from yibao.casework.findings import store as findings_store
from yibao.casework.findings.model import STATE_NAMES, finding_code, finding_number
from yibao.kernel import Refused, Text
from yibao.store import UnitOfWork


def opening_about(
    unit: UnitOfWork,
    codes: Sequence[str],
    cause: str,
    *,
    handler: str | None = None,
    taken_from: frozenset[int] = frozenset(),
    purses: Mapping[int, Money] | None = None,
) -> tuple[Opening, dict[Amount, Money]]:
    """Give how one case is opened about findings of one institution, and what is at stake in them.

    ``purses`` is whose money that is, by finding (`in_purses`); of what is not there all counts as the fund's.
    Raises `Refused`: ``casework.unknown_finding``, ``casework.finding_closed``, ``casework.two_institutions``,
    ``casework.unknown_institution`` where the institution's region is not known.
    """
    opened = openings_about(unit, codes, cause, handler=handler, taken_from=taken_from, purses=purses)
    whose = {one.institution_id for one, _ in opened}
    if len(whose) != 1:
        raise Refused(
            "casework.two_institutions",
            zh="一案一机构：这些疑点属于不同的机构",
            en="one case, one institution: these findings belong to several",
            wanted="1",
            came=str(len(whose)),
            todo=Text(
                zh="按机构分开立案，或用 --each 一条一案",
                en="open one for each institution, or one a finding with --each",
            ),
        )
    first = opened[0][0]
    held = tuple(f for one, _ in opened for f in one.findings)
    stake = sum((money[Amount.AT_STAKE] for _, money in opened), Money(0))
    whole = Opening(first.region, cause, first.institution_id, None, handler, held, taken_from)
    return whole, {Amount.AT_STAKE: stake}


def openings_about(
    unit: UnitOfWork,
    codes: Sequence[str],
    cause: str | None = None,
    *,
    handler: str | None = None,
    taken_from: frozenset[int] = frozenset(),
    purses: Mapping[int, Money] | None = None,
) -> list[tuple[Opening, dict[Amount, Money]]]:
    """Give how cases are opened, one a finding; the cause is the finding's rule where none is named."""
    ids = list(dict.fromkeys(finding_number(code) for code in codes))
    rows = {row.finding_id: row for row in findings_store.headers(unit.connection, ids=ids, state=None)}
    known = institutions(unit, {row.institution_id for row in rows.values()})
    opened = []
    for one in ids:
        row = rows.get(one)
        if row is None:
            raise Refused(
                "casework.unknown_finding",
                zh="没有这个疑点",
                en="there is no such finding",
                came=finding_code(one),
                todo=Text(zh="用 yibao findings 查看编号", en="see the codes with yibao findings"),
            )
        if row.state != "open":
            raise Refused(
                "casework.finding_closed",
                zh=f"疑点{STATE_NAMES[row.state].zh}，不再立案",
                en=f"the finding is {STATE_NAMES[row.state].en}; no case is opened about it",
                came=finding_code(one),
                todo=Text(
                    zh="用 yibao findings 查看待处理的疑点", en="see the open findings with yibao findings"
                ),
            )
        if row.institution_id not in known:
            raise Refused(
                "casework.unknown_institution",
                zh="不知道这个机构属于哪个区划，不能立案",
                en="the region of this institution is not known; no case can be opened",
                came=str(row.institution_id),
                todo=Text(
                    zh="收集机构表后再审核一次", en="collect the table of institutions, then audit again"
                ),
            )
        stake = {Amount.AT_STAKE: (purses or {}).get(one, Money(row.attributed_fen))}
        region = known[row.institution_id].region
        opened.append(
            (Opening(region, cause or row.rule, row.institution_id, None, handler, (one,), taken_from), stake)
        )
    return opened
