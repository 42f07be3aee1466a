"""Who may investigate, and who may not judge what he investigated (行政处罚法 Art. 42, 43, 58, 64; 条例 Art. 29)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from yibao.access import Permission, Target, actor_of, allows, has_accounts
from yibao.casework.cases import Case, Desk, case_number, origins
from yibao.casework.cases import Track as Tracks
from yibao.casework.penalty import store
from yibao.casework.penalty.guards import check_officers
from yibao.casework.penalty.model import Dossier, Officer
from yibao.kernel import Refused, Region, Text

_OF_OTHERS: Final = frozenset({"pass_review", "hear", "conclude", "decide", "no_penalty"})
"""What nobody does in a case that he investigates, or investigated before somebody else took over."""


def check_named(officers: Sequence[Officer], least: int) -> None:
    """Refuse fewer officers than the law wants, or without a certificate of their own each."""
    names = {one.account for one in officers}
    certificates = {one.certificate.strip() for one in officers}
    if len(names) >= least and len(certificates) >= least and all(certificates) and all(names):
        return
    raise Refused(
        "casework.two_officers",
        zh=f"须指定不少于 {least} 名执法人员，各自写明执法证号",
        en=f"name at least {least} officers, each with the number of his own certificate",
        wanted=f"≥ {least}: account=certificate",
        came=", ".join(f"{one.account}={one.certificate}" for one in officers) or "—",
        todo=Text(zh="写成 账户=执法证号", en="write account=certificate"),
    )


def check_fit(desk: Desk, case: Case, officers: Sequence[Officer]) -> None:
    """Refuse officers who have no open account, may not investigate there, or must stay out of the case (回避).

    Raises `Refused` (``casework.unfit_officer``). A home without accounts has nobody to look up.
    """
    for one in officers:
        why = _unfit(desk, case, one)
        if why is not None:
            raise Refused(
                "casework.unfit_officer",
                zh=f"{one.account} 不能承办本案：{why.zh}",
                en=f"{one.account} cannot investigate this case: {why.en}",
                where=case.number,
                came=one.account,
                todo=Text(zh="另行指定承办人", en="name another officer"),
            )


def check_investigator(desk: Desk, file: Dossier, day: int) -> None:
    """Refuse to investigate with too few officers who still may, or by somebody who is none of them."""
    least = desk.policy.at("casework.penalty.officers_least", day).number
    still = tuple(one for one in file.officers if _unfit(desk, file.case, one) is None)
    check_officers(replace(file, officers=still), desk.actor.name, least)


def check_not_officer(desk: Desk, case_id: int, verb: str) -> None:
    """Refuse to review, hear or decide what one investigates, or has investigated in this case or where it came from."""
    if verb not in _OF_OTHERS or desk.actor.name not in store.investigators(
        desk.unit.connection, origins(desk.unit, case_id)
    ):
        return
    raise Refused(
        "casework.officer_judges",
        zh="您是（或曾是）本案承办人，不得审核、主持听证或决定本案",
        en="you investigate this case, or did; you do not review, hear or decide it",
        where=case_number(Tracks.PENALTY, case_id),
        came=desk.actor.name,
        todo=Text(zh="由未参与调查的人员办理", en="let somebody do it who did not investigate"),
    )


def _unfit(desk: Desk, case: Case, officer: Officer) -> Text | None:
    if not has_accounts(desk.unit):
        return None
    try:
        who = actor_of(desk.unit, officer.account)
    except Refused as refused:  # no account of that name, or it was closed
        return refused.text
    target = Target(
        Region(case.region), case.institution_id, case.person_id,
        subject=case.number if case.number in who.recused else None,
    )  # fmt: skip
    said = allows(who, Permission.PENALTY_INVESTIGATE, target)
    if said:
        return None
    reasons = [reason.text for reason in said.reasons]
    return reasons[0] if reasons else Text(zh="没有办案权限", en="no permission to investigate")
