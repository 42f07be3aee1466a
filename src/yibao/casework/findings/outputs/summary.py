"""The summary: the numbers that the terminal and the report say of all open findings, each with its base."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from rich.console import Console
from sqlalchemy import Row

from yibao.audit import rules
from yibao.casework.findings.outputs import store
from yibao.casework.findings.outputs.backlog import Backlog, backlog
from yibao.casework.findings.outputs.corrected import Corrected, corrected_of
from yibao.casework.findings.outputs.divisions import Division, by_cause, by_place
from yibao.casework.findings.outputs.grounds import KNOWLEDGE, ORDER, Ground, Points, grounds, points
from yibao.casework.findings.outputs.institutions import institutions, nobody
from yibao.casework.findings.outputs.looking import Look, looking, no_run
from yibao.casework.findings.outputs.parameters import InForce, in_force
from yibao.casework.findings.outputs.peers import Peers, peers_of
from yibao.casework.findings.outputs.ruletext import rule_name, rule_of
from yibao.casework.findings.outputs.words import moment
from yibao.kernel import Language, Text
from yibao.store import Home, Register


@dataclass(frozen=True, slots=True)
class RunFacts:
    """The newest run: what it looked at, when, by what."""

    number: int
    engine: str
    region: str
    finished: str
    """China's time, to the minute."""
    known_no: int
    lines: int
    milliseconds: int
    since: int | None
    actor: str
    versions: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class RuleLine:
    """One rule: its open findings and their money; ``skipped`` says why it did not run.

    ``result`` is the surest that it said; where some of its findings say less, ``mixed`` is true.
    """

    rule: str
    name: Text
    result: str
    version: int
    findings: int
    at_stake_fen: int
    attributed_fen: int
    clear_findings: int
    clear_fen: int
    skipped: Text | None

    @property
    def mixed(self) -> bool:
        """Say whether the rule spoke clearly of some and not of others."""
        return 0 < self.clear_findings < self.findings


@dataclass(frozen=True, slots=True)
class InstitutionLine:
    """One institution: findings, money credited, lines hit (each once), and what it billed in all."""

    institution_id: int
    code: str
    name: str
    level: str
    region: str
    findings: int
    fen: int
    clear_fen: int
    lines: int
    billed_fen: int
    billed_lines: int


@dataclass(frozen=True, slots=True)
class MonthLine:
    """One month (yyyymm) of the days the findings are about."""

    month: int
    findings: int
    clear_fen: int
    suspicious_fen: int


@dataclass(frozen=True, slots=True)
class Summary:
    """All open findings in numbers. Money is fen and credited: a line counts once, whatever hits it."""

    run: RunFacts
    findings: int
    fen: int
    clear_findings: int
    clear_fen: int
    suspicious_findings: int
    suspicious_fen: int
    at_stake_fen: int
    """The money of every finding alone, added up: lines that several rules hit count several times."""
    lines_hit: int
    billed_lines: int
    billed_fen: int
    first_day: int | None
    last_day: int | None
    institutions_with_findings: int
    institutions_known: int
    rules: Sequence[RuleLine]
    institutions: Sequence[InstitutionLine]
    """Those with most at stake, most first."""
    months: Sequence[MonthLine]
    places: Sequence[Division]
    """The regions of the institutions, most money first."""
    causes: Sequence[Division]
    """The causes of action, most money first."""
    peers: Peers
    """Who has more or fewer bills with findings than institutions of the same level and kind."""
    parameters: Sequence[InForce]
    grounds: Sequence[Ground]
    """The findings by the least certain thing they rest on, the surest first."""
    points: Sequence[Points]
    """The knowledge points of the rules that ran."""
    backlog: Backlog
    noticed: int
    """The open findings of which notice was given."""
    returned_fen: int
    """Of their money, what came back since."""
    corrected: Sequence[Corrected]
    """The institutions that took something back after it was seen."""
    adopted: Sequence[Mapping[str, Any]]
    """By which instruments the region took what a rule finds for clear: ``rule, instrument, article, approver, period``."""

    @property
    def assumed(self) -> list[InForce]:
        """Give the parameters in force that rest on our assumption."""
        return [one for one in self.parameters if one.status == "assumed"]

    @property
    def assumed_points(self) -> list[Points]:
        """Give the rules some of whose knowledge points rest on our assumption."""
        return [one for one in self.points if one.assumed]

    @property
    def bases(self) -> dict[str, int]:
        """Count the instruments of the rules that found something, by how sure we are of them."""
        found = [rule_of(line.rule) for line in self.rules if line.findings]
        stated = [b.status for rule in found if rule is not None for b in rule.basis]
        return {status: stated.count(status) for status in ORDER}

    @property
    def skipped(self) -> list[RuleLine]:
        """Give the rules that did not run."""
        return [one for one in self.rules if one.skipped is not None]

    def as_json(self) -> dict[str, Any]:
        """Give the summary as plain values for programs; money in fen, days since 1970-01-01."""
        told = asdict(self)
        for row, rule in zip(told["rules"], self.rules, strict=True):
            row["name"] = rule.name.both()
            row["skipped"] = rule.skipped.both() if rule.skipped else None
        told["peers"] = self.peers.as_json()
        told["parameters"] = [one.as_json() for one in self.parameters]
        told["backlog"] = self.backlog.as_json()
        told["corrected"] = [one.as_json() for one in self.corrected]
        return told

    def render(self, console: Console, language: Language = "zh") -> None:
        """Print the summary to a terminal."""
        from yibao.casework.findings.outputs.summary_view import render

        render(self, console, language)


def summary(home: Home, register: Register, top: int = 10) -> Summary:
    """Give the numbers of all open findings, with the ``top`` institutions by money at stake.

    Raises `Refused` (``casework.no_run``) where nothing was audited yet.
    """
    with register.unit_of_work(actor="outputs") as unit:
        newest = store.newest_run(unit.connection)
        if newest is None:
            raise no_run()
        as_run = store.rules_as_run(unit.connection)
        cube = store.cube(unit.connection)
        headers = store.open_headers(unit.connection)
        noticed = store.noticed(unit.connection)
    names = ("line", "settlement", "institution", *KNOWLEDGE)
    ran = [rule for rule, said in as_run.items() if not said.get("skipped")]
    with looking(home, register, names, known_no=newest.known_no) as look:
        look.show_findings(headers)
        billed = _billed(look)
        hit = _lines_hit(look)
        known = institutions(look)
        peers = peers_of(look, known)
        first, last = _span(look)
        stand, known_points = grounds(look, as_run), points(look, ran)
        taken_back = corrected_of(look, register)
    by_result = _sums(cube, "result")
    clear, suspicious = by_result["clear"], by_result["suspicious"]
    by_institution = _sums(cube, "institution_id")
    most = sorted(by_institution, key=lambda i: (-by_institution[i].fen, -by_institution[i].findings, i))
    clear_fen = _sums((row for row in cube if row.result == "clear"), "institution_id")
    return Summary(
        run=_facts(newest),
        findings=clear.findings + suspicious.findings,
        fen=clear.fen + suspicious.fen,
        clear_findings=clear.findings,
        clear_fen=clear.fen,
        suspicious_findings=suspicious.findings,
        suspicious_fen=suspicious.fen,
        at_stake_fen=clear.at_stake + suspicious.at_stake,
        lines_hit=sum(hit.values()),
        billed_lines=sum(lines for lines, _ in billed.values()),
        billed_fen=sum(fen for _, fen in billed.values()),
        first_day=first,
        last_day=last,
        institutions_with_findings=len(by_institution),
        institutions_known=len(known),
        rules=_rule_lines(cube, as_run),
        institutions=[
            InstitutionLine(
                institution_id=key, code=one.code, name=one.name, level=one.standing, region=one.region,
                findings=by_institution[key].findings, fen=by_institution[key].fen, clear_fen=clear_fen[key].fen,
                lines=hit.get(key, 0), billed_lines=billed.get(key, (0, 0))[0], billed_fen=billed.get(key, (0, 0))[1],
            )
            for key in most[:top]
            for one in (known.get(key) or nobody(key),)
        ],
        months=_months(cube), places=by_place(cube, known, billed), causes=by_cause(cube), peers=peers,
        parameters=in_force(as_run, newest.region),
        grounds=stand,
        points=known_points,
        backlog=backlog(home, register), noticed=noticed.findings, returned_fen=noticed.returned_fen,
        corrected=taken_back,
        adopted=[{"rule": rule, **one} for rule in ran for one in as_run[rule].get("adopted", ())],
    )  # fmt: skip


@dataclass(slots=True)
class _Sum:
    findings: int = 0
    fen: int = 0
    at_stake: int = 0


def _sums(cube: Iterable[Row[Any]], by: str) -> defaultdict[Any, _Sum]:
    sums: defaultdict[Any, _Sum] = defaultdict(_Sum)
    for row in cube:
        one = sums[getattr(row, by)]
        one.findings += row.findings
        one.fen += row.attributed_fen
        one.at_stake += row.at_stake_fen
    return sums


def _facts(run: Row[Any]) -> RunFacts:
    return RunFacts(
        number=run.number, engine=run.engine, region=run.region, finished=moment(run.finished_at),
        known_no=run.known_no, lines=run.lines, milliseconds=run.milliseconds, since=run.since, actor=run.actor,
        versions=run.versions,
    )  # fmt: skip


def _billed(look: Look) -> dict[int, tuple[int, int]]:
    """Give lines and fen billed by institution; returns are lines of their own with negative money."""
    rows = look.rows(
        "SELECT institution_id, count(*) AS lines, CAST(sum(amount_fen) AS BIGINT) AS fen FROM raw_line GROUP BY 1"
    )
    return {row["institution_id"]: (row["lines"], row["fen"]) for row in rows}


def _lines_hit(look: Look) -> dict[int, int]:
    """Count the lines that findings put money of at stake, each line once."""
    rows = look.rows(
        "SELECT institution_id, count(DISTINCT row_id) AS n FROM evidence e "
        "JOIN finding f ON f.finding_id = e.finding_id AND f.evidence_batch = e.evidence_batch "
        "WHERE e.evidence = 'line' AND e.role = 1 GROUP BY 1"
    )
    return {row["institution_id"]: row["n"] for row in rows}


def _span(look: Look) -> tuple[int | None, int | None]:
    found = look.rows("SELECT min(fee_day) AS first, max(fee_day) AS last FROM raw_line")[0]
    return found["first"], found["last"]


def _rule_lines(cube: Sequence[Row[Any]], as_run: Mapping[str, Mapping[str, Any]]) -> list[RuleLine]:
    sums = _sums(cube, "rule")
    clear = _sums((row for row in cube if row.result == "clear"), "rule")
    order = [*rules(), *sorted({*sums, *as_run} - set(rules()))]
    lines = []
    for rule in order:
        if rule not in sums and rule not in as_run:
            continue
        said = as_run.get(rule, {})
        one = rule_of(rule)
        lines.append(
            RuleLine(
                rule=rule,
                name=rule_name(rule),
                result=_surest(sums[rule].findings, clear[rule].findings, said),
                version=said.get("version") or (one.version if one else 0),
                findings=sums[rule].findings,
                at_stake_fen=sums[rule].at_stake,
                attributed_fen=sums[rule].fen,
                clear_findings=clear[rule].findings,
                clear_fen=clear[rule].fen,
                skipped=_text(said.get("skipped")),
            )
        )
    return lines


def _surest(findings: int, clear: int, said: Mapping[str, Any]) -> str:
    """Give the surest that a rule said of its open findings, and of a rule without any what its run may say."""
    if findings:
        return "clear" if clear else "suspicious"
    return said.get("result") or "suspicious"


def _text(both: str | None) -> Text | None:
    if not both:
        return None
    zh, _, en = both.partition(" / ")
    return Text(zh=zh, en=en or zh)


def _months(cube: Sequence[Row[Any]]) -> list[MonthLine]:
    """Give every month from the first to the last with findings; one without any is a month too."""
    clear = _sums((row for row in cube if row.result == "clear"), "month")
    suspicious = _sums((row for row in cube if row.result != "clear"), "month")
    seen = sorted({*clear, *suspicious})
    if not seen:
        return []
    months, at = [], seen[0]
    while at <= seen[-1]:
        months.append(
            MonthLine(at, clear[at].findings + suspicious[at].findings, clear[at].fen, suspicious[at].fen)
        )
        at = at + 1 if at % 100 < 12 else at + 89
    return months
