"""What somebody has to do: his cases ordered by clock band, and inside a band by money; and one case laid open."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from yibao.access import Purpose, Target, check, read_of_file, scope
from yibao.casework.cases import store
from yibao.casework.cases.attaching import Attachment, attachments
from yibao.casework.cases.checks import READ, check_walked, recused_in
from yibao.casework.cases.clocks import BAND_NAMES, NATURE_NAMES, WHOSE_NAMES, Band, ClockKind, band
from yibao.casework.cases.desk import Desk
from yibao.casework.cases.institutions import institutions
from yibao.casework.cases.machine import Machine
from yibao.casework.cases.model import (
    AMOUNT_NAMES,
    Act,
    Amount,
    Case,
    CaseClock,
    Money,
    Track,
    Transfer,
    case_number,
)
from yibao.casework.cases.paperwork import CONFIRMED, missing
from yibao.casework.cases.regrouping import Link, links
from yibao.casework.cases.running import date_clocks
from yibao.casework.cases.service import acts, case_clocks, cases, held_findings, standing_amounts, transfers
from yibao.casework.documents import DocumentKind
from yibao.casework.findings import store as findings_store
from yibao.casework.findings.model import STATE_NAMES, finding_code
from yibao.casework.findings.outputs.ruletext import rule_name
from yibao.kernel import Region, Text, Workdays, date_of
from yibao.ledger import Tag, record

_ORDER = (Band.OVERDUE, Band.TODAY, Band.SOON, Band.LATER, Band.STANDING)


@dataclass(frozen=True, slots=True)
class Waiting:
    """One case as a work list shows it: where it stands, what runs out next, how much is at stake."""

    number: str
    track: Track
    state: Text
    institution: str
    cause: str
    handler: str | None
    opened_day: int
    due_day: int | None
    clock: str | None
    band: Band
    at_stake_fen: int

    def as_json(self) -> dict[str, Any]:
        """Give it as plain values."""
        return {
            "case": self.number, "track": str(self.track), "state": self.state.both(), "institution": self.institution,
            "cause": self.cause, "handler": self.handler, "opened": date_of(self.opened_day).isoformat(),
            "due": date_of(self.due_day).isoformat() if self.due_day is not None else None, "clock": self.clock,
            "band": str(self.band), "at_stake_fen": self.at_stake_fen,
        }  # fmt: skip


@dataclass(frozen=True, slots=True)
class Laid:
    """A case laid open: its head, acts, clocks, amounts, findings, transfers, and what can be done now."""

    case: Case
    state: Text
    institution: str
    acts: tuple[Act, ...]
    clocks: tuple[CaseClock, ...]
    amounts: Mapping[Amount, Money]
    findings: tuple[str, ...]
    transfers: tuple[Transfer, ...]
    next: tuple[tuple[str, Text], ...]
    """The verbs that the state allows, with their words."""
    fallen: tuple[tuple[str, Text], ...] = ()
    """The findings that are not open any more though the case holds them, and what became of them."""
    links: tuple[Link, ...] = ()
    """From which cases it took findings over, and to which it gave some."""
    missing: tuple[DocumentKind, ...] = ()
    """The documents that the file should hold and does not."""
    attachments: tuple[Attachment, ...] = ()
    """The files that parties handed in."""
    kinds: Mapping[str, ClockKind] = field(default_factory=dict)
    """What the track's clocks are: their names, their nature, and who must act before they run out."""

    def of_clock(self, clock: CaseClock) -> dict[str, Any]:
        """Say what a clock is: name, nature and whose, each in both languages; nothing where the track knows it no more."""
        kind = self.kinds.get(clock.running.kind)
        if kind is None:
            return {}
        said = {"name": kind.text, "nature": NATURE_NAMES[kind.nature], "whose": WHOSE_NAMES[kind.whose]}
        return {key: text.both() for key, text in said.items()}

    @property
    def cause(self) -> str:
        """Give the cause of the case in words: of a line of a round, the name of its rule."""
        return _cause(self.case.track, self.case.cause)

    def was_late(self, clock: CaseClock) -> bool:
        """Tell whether the office acted late: a period of the party's that ran out in silence is nobody's delay."""
        kind = self.kinds.get(clock.running.kind)
        return clock.late and (kind is None or kind.whose == "office")

    def as_json(self) -> dict[str, Any]:
        """Give it as plain values."""
        return {
            "case": self.case.number, "track": str(self.case.track), "state": self.state.both(),
            "version": self.case.version, "institution": self.institution, "cause": self.case.cause,
            "handler": self.case.handler, "region": self.case.region, "findings": list(self.findings),
            "acts": [act.as_json() for act in self.acts],
            "clocks": [
                {
                    "clock": clock.running.kind, **self.of_clock(clock), "started": date_of(clock.running.start).isoformat(),
                    "due": date_of(clock.due_day).isoformat() if clock.due_day is not None else None,
                    "paused": clock.running.paused, "basis": clock.basis,
                    "stopped": date_of(clock.stopped_day).isoformat() if clock.stopped_day is not None else None,
                    "late": self.was_late(clock),
                }
                for clock in self.clocks
            ],
            "amounts": {
                str(kind): {"fund_fen": money.fund_fen, "patient_fen": money.patient_fen, "name": AMOUNT_NAMES[kind].zh}
                for kind, money in self.amounts.items()
            },
            "transfers": [
                {
                    "organ": str(one.organ), "to": one.name, "sent": date_of(one.sent_day).isoformat(),
                    "acknowledged": date_of(one.acknowledged_day).isoformat() if one.acknowledged_day else None,
                    "answer": one.answer,
                }
                for one in self.transfers
            ],
            "next": [verb for verb, _ in self.next],
            "fallen_findings": [{"finding": code, "state": text.both()} for code, text in self.fallen],
            "links": [one.as_json() for one in self.links],
            "attachments": [one.as_json() for one in self.attachments],
            "missing_documents": [
                {"document": one.slug, "name": one.text.both(), "status": one.status, "blocks": one.status == CONFIRMED}
                for one in self.missing
            ],
        }  # fmt: skip


def work_list(
    desk: Desk,
    machines: Mapping[Track, Machine],
    today: int,
    *,
    mine: bool = False,
    institution: str | None = None,
    closed: bool = False,
    limit: int = 50,
) -> list[Waiting]:
    """Give the cases that the actor may see on the tracks of these machines: what runs out first on top, then by money.

    ``mine`` keeps those that the actor handles; ``institution`` those of a code or a part of a name. In each track only
    the ``limit`` most pressing are read.
    """
    date_clocks(desk)
    found: list[Waiting] = []
    for track, machine in machines.items():
        seen = scope(
            desk.actor, READ[track], region="c.region", institution="c.institution_id", person="c.person_id",
            practitioner="c.practitioner_id", subject="c.number",
        )  # fmt: skip
        # of a line of a round nobody is the handler: it is mine where I had a hand in it; an institution has those sent
        rows = store.pressing(
            desk.unit.connection, track, seen.sql, seen.parameters,
            handler=desk.actor.name if mine else None, institution=institution, closed=closed, limit=limit,
            sent_only=track is Track.AUDIT and desk.actor.institution_id is not None,
        )  # fmt: skip
        found += [_waiting(row, machine, today, desk.policy.workdays) for row in rows]
    return sorted(found, key=_place)[:limit]


def bands(found: Sequence[Waiting]) -> list[tuple[Text, int]]:
    """Count cases by how near their clocks are to the end."""
    return [(BAND_NAMES[one], sum(row.band is one for row in found)) for one in _ORDER]


def lay_open(desk: Desk, machines: Mapping[Track, Machine], case: int) -> Laid:
    """Give everything of a case to somebody who may see it; refuses others (``access.denied``, ``access.recused``).

    A case file is a sensitive one: the look is written down, in the access log and in the ledger, before it is given.
    """
    head = cases(desk.unit, [case])[0]
    origins = store.origins(desk.unit.connection, [head.id])[head.id] if desk.actor.recused else ()
    away = recused_in(desk, head, origins)
    target = Target(
        Region(head.region), head.institution_id, head.person_id, head.practitioner_id,
        subject=away or head.number,
    )  # fmt: skip
    check_walked(head, machines)
    check(desk.actor, READ[head.track], target)
    look = read_of_file(
        desk.unit, desk.actor, what="case file", subject=head.number, target=target, purpose=Purpose.CASEWORK,
        case=head.number,
    )  # fmt: skip
    record(desk.unit, Tag.ACCESS_FILE_READ, head.number, {"look": look})
    machine = machines[head.track]
    moves = [m for verb in machine.verbs(head.state) for m in (machine.move(head.state, verb),)]
    whose = institutions(desk.unit, [head.institution_id])
    held = held_findings(desk.unit, case)
    done = acts(desk.unit, case)
    return Laid(
        case=head,
        state=machine.named(head.state),
        institution=whose[head.institution_id].name if head.institution_id in whose else "",
        acts=tuple(done),
        clocks=tuple(case_clocks(desk.unit, case)),
        amounts=standing_amounts(desk.unit, case),
        findings=tuple(finding_code(f) for f in held),
        transfers=tuple(transfers(desk.unit, case)),
        next=tuple((move.verb, move.name) for move in moves),
        fallen=_fallen(desk, held),
        links=tuple(links(desk.unit, case)),
        missing=tuple(missing(desk.unit, machine, head, done)),
        attachments=tuple(attachments(desk, case)),
        kinds=machine.clocks,
    )


def _fallen(desk: Desk, held: Sequence[int]) -> tuple[tuple[str, Text], ...]:
    """Give the findings that a later audit withdrew, or their institution corrected, while the case holds them."""
    rows = findings_store.headers(desk.unit.connection, ids=held, state=None) if held else []
    return tuple((finding_code(r.finding_id), STATE_NAMES[r.state]) for r in rows if r.state != "open")


def _cause(track: Track, cause: str) -> str:
    return rule_name(cause).zh if track is Track.AUDIT else cause


def _place(row: Waiting) -> tuple[int, int, int]:
    return _ORDER.index(row.band), -row.at_stake_fen, row.due_day or 0


def _waiting(row: Any, machine: Machine, today: int, workdays: Workdays) -> Waiting:
    return Waiting(
        number=case_number(Track(row.track), row.id),
        track=Track(row.track),
        state=machine.named(row.state),
        institution=row.institution or "",
        cause=_cause(Track(row.track), row.cause),
        handler=row.handler,
        opened_day=row.opened_day,
        due_day=row.due_day,
        clock=row.clock,
        band=band(row.due_day, today, workdays),
        at_stake_fen=int(row.at_stake_fen or 0),
    )
