"""Findings as a list: most money first, for a terminal."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from yibao.access import NO_CASE, Actor, Permission, Scope, scope
from yibao.audit import choose
from yibao.casework.findings import store as headers_store
from yibao.casework.findings.model import finding_code
from yibao.casework.findings.outputs.institutions import chosen, institutions, nobody
from yibao.casework.findings.outputs.looking import known_by_run, looking
from yibao.casework.findings.outputs.ruletext import compared, result_name, rule_name, rule_of
from yibao.casework.findings.outputs.words import day
from yibao.kernel import Text
from yibao.store import Home, Register


@dataclass(frozen=True, slots=True)
class FindingRow:
    """One open finding in a list: names in Chinese, the English beside them under ``…_en``; money in fen."""

    code: str
    rule: str
    rule_name: str
    rule_name_en: str
    result: str
    result_name: str
    result_name_en: str
    institution_code: str
    institution: str
    day: str
    why: Text
    at_stake_fen: int
    attributed_fen: int
    noticed: bool
    """Whether its institution was given notice of it."""
    returned_fen: int
    """What came back since."""

    def as_json(self) -> dict[str, Any]:
        """Give it as plain values."""
        told = {name: getattr(self, name) for name in self.__slots__}
        return {**told, "why": self.why.both()}


def list_findings(
    home: Home,
    register: Register,
    institution: str | None = None,
    rule: str | None = None,
    limit: int = 50,
    *,
    actor: Actor | None = None,
) -> list[FindingRow]:
    """Give open findings, most money first: of one institution (code, or part of a name), of one rule.

    Those that ``actor`` may see; None is the program itself, which sees all.

    Raises `Refused`: ``casework.no_run``, ``casework.unknown_institution``, ``audit.unknown_rule``.
    """
    check_rule(rule)
    with looking(home, register, ("institution",), known_no=known_by_run(register)) as look:
        known = institutions(look)
    ids = chosen(known, institution) if institution is not None else None
    with register.unit_of_work(actor="outputs") as unit:
        found = headers_store.headers(
            unit.connection,
            institution_ids=ids,
            rules=[rule] if rule else None,
            limit=limit,
            seen=seen_by(actor),
        )
    rows = []
    for header in found:
        one = known.get(header.institution_id) or nobody(header.institution_id)
        name, result = rule_name(header.rule), result_name(header.result)
        rows.append(
            FindingRow(
                code=finding_code(header.finding_id), rule=header.rule, rule_name=name.zh, rule_name_en=name.en,
                result=header.result, result_name=result.zh, result_name_en=result.en, institution_code=one.code,
                institution=one.name, day=day(header.day),
                why=Text(
                    zh=compared(header.rule, header.measured, header.threshold, "zh"),
                    en=compared(header.rule, header.measured, header.threshold, "en"),
                ),
                at_stake_fen=header.at_stake_fen, attributed_fen=header.attributed_fen,
                noticed=header.notice is not None, returned_fen=header.returned_fen,
            )
        )  # fmt: skip
    return rows


def seen_by(actor: Actor | None) -> Scope | None:
    """Give which findings somebody may see, as SQL over their headers."""
    if actor is None:
        return None
    return scope(actor, Permission.FINDING_READ, subject=NO_CASE, **headers_store.WHOSE)


def check_rule(rule: str | None) -> None:
    """Refuse the id of a rule that the catalogue does not have, and point at those that it has."""
    if rule is not None and rule_of(rule) is None:
        choose([rule])
