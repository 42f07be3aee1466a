"""Looks at findings: who may see one, or give notice of one; and that it was looked at, for it names a patient."""

from __future__ import annotations

from yibao.access import Actor, Permission, Purpose, Target, check, read_of_file
from yibao.casework.findings import store
from yibao.casework.findings.model import finding_code, finding_number
from yibao.kernel import Refused, Region, Text
from yibao.ledger import Tag, record
from yibao.store import UnitOfWork


def look_at(unit: UnitOfWork, actor: Actor, code: str, purpose: Purpose = Purpose.CASEWORK) -> None:
    """Write that somebody looks at a finding down to its rows; refuses who may not, or a code of none.

    Raises `Refused`: ``casework.unknown_finding``, ``access.denied``, ``access.recused``.
    """
    number = finding_number(code)
    target = targets(unit, [number]).get(number)
    if target is None:
        raise Refused(
            "casework.unknown_finding",
            zh="没有这个疑点",
            en="there is no such finding",
            came=code,
            todo=Text(zh="用 yibao findings 查看编号", en="see the codes with yibao findings"),
        )
    check(actor, Permission.FINDING_READ, target)
    subject = finding_code(number)
    look = read_of_file(unit, actor, what="finding", subject=subject, target=target, purpose=purpose)
    record(unit, Tag.ACCESS_FILE_READ, subject, {"look": look})


def may_notice(unit: UnitOfWork, actor: Actor, codes: list[str]) -> None:
    """Refuse somebody who may not give notice of any of these findings."""
    for target in set(targets(unit, [finding_number(code) for code in codes]).values()):
        check(actor, Permission.FINDING_NOTICE, target)


def targets(unit: UnitOfWork, ids: list[int]) -> dict[int, Target]:
    """Give by finding what access asks of it: whose region, which institution, which patient."""
    rows = store.whose(unit.connection, ids)
    return {
        row.finding_id: Target(
            Region(row.region) if row.region else None, row.institution_id, person_id=row.person_id
        )
        for row in rows
    }
