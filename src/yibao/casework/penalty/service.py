"""The verbs of the penalty track up to the decision that need more than words; `deciding` and `execution` follow.

Each takes the case up, looks at the dossier, then acts (`cases.act_on`).

Verbs without a function here (suspend, extend, send back, …) are moves of the machine as they stand: `act` does them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from yibao.casework.cases import (
    Amount,
    Case,
    Desk,
    Doing,
    Money,
    Opening,
    case_clocks,
    held_findings,
    open_cases,
    split,
    standing_amounts,
)
from yibao.casework.findings import store as findings_store
from yibao.casework.penalty import clocks, store
from yibao.casework.penalty.anew import check_after_contest
from yibao.casework.penalty.files import do, dossier, taken
from yibao.casework.penalty.guards import check_heard
from yibao.casework.penalty.lawful import check_in_time, check_measures, hearing_due
from yibao.casework.penalty.machine import MACHINE
from yibao.casework.penalty.model import (
    EVIDENCE_KINDS,
    Dossier,
    Measures,
    Officer,
    found_of,
    named_in,
    said_of,
)
from yibao.casework.penalty.officers import check_fit, check_investigator, check_named
from yibao.casework.penalty.ranges import Circumstance
from yibao.kernel import Json, Refused, Text, date_of

_INVESTIGATING = {
    "add_evidence", "preserve", "act_on_preserved", "unseal", "report", "order_rectify", "recheck_corrected",
    "recheck_refused",
}  # fmt: skip


def register(desk: Desk, opening: Opening, doing: Doing) -> Case:
    """Register a clue: a case is opened, and the money of its findings is decided here and nowhere else."""
    return open_cases(desk, MACHINE, "register", [(opening, doing)])[0]


def act(desk: Desk, case_id: int, verb: str, doing: Doing) -> int:
    """Do what needs no more than its words; refuses a verb that has a function of its own. Gives the act's number."""
    if verb in _OWN:
        raise Refused(
            "casework.needs_more",
            zh="这个动作需要更多内容，请用它自己的命令",
            en="this act needs more; use the command that is its own",
            wanted=_OWN[verb],
            came=verb,
            todo=Text(zh="用 yibao case --help 查看这个命令", en="see that command with yibao case --help"),
        )
    file = taken(desk, case_id)
    MACHINE.move(file.case.state, verb, file.case.number)
    if verb in _INVESTIGATING:
        check_investigator(desk, file, doing.day)
    if verb == "file":
        doing = _in_time(desk, file, doing)
    if verb in ("served_rectify", "recheck_corrected", "recheck_refused"):
        _check_rectifying(desk, file, verb, doing.day)
    return do(desk, case_id, verb, doing)


def assign(desk: Desk, case_id: int, officers: Sequence[Officer], doing: Doing) -> int:
    """Put two or more officers on a case; the first of them handles it."""
    least = desk.policy.at("casework.penalty.officers_least", doing.day).number
    names = [one.account for one in officers]
    check_named(officers, least)
    check_fit(desk, taken(desk, case_id).case, officers)
    body: dict[str, Json] = {"officers": [*names]}
    number = do(desk, case_id, "assign", replace(doing, body=body, handler=names[0]))
    store.set_officers(desk.unit.connection, case_id, officers, number)
    return number


def add_evidence(desk: Desk, case_id: int, pieces: Sequence[dict[str, str]], doing: Doing) -> int:
    """Add to the evidence list: pieces of ``name, kind, sha256, proves``; the digests are sworn to in the ledger."""
    for piece in pieces:
        if piece["kind"] not in EVIDENCE_KINDS:
            raise Refused(
                "casework.evidence_kind",
                zh="没有这一种证据",
                en="there is no such kind of evidence",
                wanted=" | ".join(EVIDENCE_KINDS),
                came=piece["kind"],
                todo=Text(zh="用 --kind 写明其中一种", en="name one of them with --kind"),
            )
    check_investigator(desk, taken(desk, case_id), doing.day)
    body: dict[str, Json] = {"sha256": [piece["sha256"] for piece in pieces]}
    number = do(desk, case_id, "add_evidence", replace(doing, body=body))
    store.add_evidence(desk.unit.connection, case_id, number, pieces)
    return number


def tell(
    desk: Desk, case_id: int, measures: Measures, doing: Doing, *, circumstance: Circumstance | None = None
) -> bool:
    """Tell the party what is proposed; says whether the right to a hearing is told with it, which is computed."""
    file = taken(desk, case_id)
    MACHINE.move(file.case.state, "tell", file.case.number)
    reviewed = file.did("pass_review")
    check_measures(desk.policy, measures, doing.day, circumstance, reviewed=reviewed, file=file)
    due = hearing_due(desk.policy, file.party, measures, doing.day)
    body = {**said_of(measures), "hearing_due": due, "circumstance": circumstance}
    # told anew, only what changes is found anew
    check_after_contest(file, measures)
    found = found_of(measures) + -standing_amounts(desk.unit, case_id).get(Amount.FOUND, Money(0))
    whole = replace(doing, body=body, amounts={Amount.FOUND: found}, personal=named_in(measures))
    number = do(desk, case_id, "tell", whole)
    store.tell(desk.unit.connection, case_id, number, measures, due)
    return due


def serve_notice(desk: Desk, case_id: int, doing: Doing) -> int:
    """Record that the notice was served; the party's clocks begin."""
    file = taken(desk, case_id)
    MACHINE.move(file.case.state, "served_notice", file.case.number)
    assert file.told is not None, "a case is told when there is a telling"
    if file.told.served_day is not None:
        raise Refused(
            "casework.served_already",
            zh="告知书已经送达，期限不重新起算",
            en="the notice was served already; its periods do not begin anew",
            where=file.case.number,
            came=str(date_of(file.told.served_day)),
            todo=Text(zh="内容有变的，重新告知（tell_anew）", en="if it is to change, tell anew (tell_anew)"),
        )
    number = do(desk, case_id, "served_notice", doing)
    store.served_telling(desk.unit.connection, file.told.id, doing.day)
    return number


def answer(desk: Desk, case_id: int, verb: str, doing: Doing) -> int:
    """Record that the party defended itself, waived it, asked for a hearing or was heard."""
    file = taken(desk, case_id)
    if verb == "ask_hearing":
        _check_hearing(desk, file, doing.day)
    if verb == "hear":
        MACHINE.move(file.case.state, verb, file.case.number)
        _check_told_of_hearing(desk, file, doing.day)
    number = do(desk, case_id, verb, doing)
    if file.told is not None and verb in {"defend", "waive", "hear"}:
        store.answered(desk.unit.connection, file.told.id)
    return number


def weigh(desk: Desk, case_id: int, doing: Doing) -> int:
    """Weigh the defence: the party has spoken, has waived it, or its time is over."""
    file = taken(desk, case_id)
    due = {
        clock.running.kind: clock.due_day
        for clock in case_clocks(desk.unit, case_id)
        if not clock.stopped_day
    }
    check_heard(file, doing.day, due)
    return do(desk, case_id, "weigh_defence", doing)


def split_off(
    desk: Desk, case_id: int, codes: Sequence[str], doing: Doing, *, cause: str | None = None
) -> Case:
    """Split findings of a case off into a new one, with the clocks and the officers of the first; gives the new one."""
    file = taken(desk, case_id)
    made = split(desk, MACHINE, case_id, codes, clocks.GO_ALONG, doing, cause=cause)
    if file.officers:
        first = dossier(desk.unit, made.id).acts[0]
        store.set_officers(desk.unit.connection, made.id, file.officers, first.number)
    return made


def _in_time(desk: Desk, file: Dossier, doing: Doing) -> Doing:
    """See at filing that the acts which the findings show are not past limitation; what was found goes on record."""
    harm = bool(doing.body.get("harm"))
    ids = held_findings(desk.unit, file.case.id)
    days = (
        [row.day for row in findings_store.headers(desk.unit.connection, ids=ids, state=None)] if ids else []
    )
    body: dict[str, Json] = {**doing.body, "harm": harm}
    if days:
        until = check_in_time(desk.policy, file.case.number, max(days), file.case.opened_day, harm=harm)
        body |= {
            "last_act": date_of(max(days)).isoformat(),
            "to_be_found_by": date_of(until).isoformat(),
        }
    return replace(doing, body=body)


def _check_rectifying(desk: Desk, file: Dossier, verb: str, day: int) -> None:
    """Refuse to serve an order that was not made, and to call it refused before it was served and its time is over."""
    clock = _running(desk, file, "rectify")
    if verb == "served_rectify":
        missing = not file.did("order_rectify", since="served_rectify")
        wanted = "order_rectify"
    else:
        early = (
            verb == "recheck_refused" and clock is not None and not (clock[0] is not None and day > clock[0])
        )
        missing = clock is None or early
        last = clock[0] if clock is not None else None
        wanted = f"> {date_of(last)}" if last is not None else "order_rectify → served_rectify"
    if missing:
        raise Refused(
            "casework.rectify_first",
            zh="责令改正须先作出、送达，改正期限届满后才能认定拒不改正",
            en="an order to rectify is made and served first; it is refused only when its time is over",
            where=file.case.number,
            wanted=wanted,
            came=str(date_of(day)),
            todo=Text(
                zh="依次办理 order_rectify、served_rectify，期满后复查",
                en="do order_rectify, served_rectify, and recheck when the time is over",
            ),
        )


def _running(desk: Desk, file: Dossier, kind: str) -> tuple[int | None] | None:
    """Give the last day of the newest running clock of a kind, None where it is not known; None where none runs."""
    found = [c for c in case_clocks(desk.unit, file.case.id) if c.running.kind == kind and not c.stopped_day]
    return (found[-1].due_day,) if found else None


def _check_told_of_hearing(desk: Desk, file: Dossier, day: int) -> None:
    """Refuse a hearing of which the party was not told so many working days before (行政处罚法 Art. 64)."""
    clock = _running(desk, file, "tell_hearing")
    if clock is not None and clock[0] is not None and day >= clock[0]:
        return
    days = desk.policy.at("casework.clock.tell_hearing", day).number
    first = clock[0] if clock is not None else None
    raise Refused(
        "casework.hearing_not_told",
        zh=f"听证须在举行的 {days} 个工作日前通知当事人及有关人员（行政处罚法第六十四条）",
        en=f"the party is told of the hearing {days} working days before it (行政处罚法 Art. 64)",
        where=file.case.number,
        wanted=f"≥ {date_of(first)}" if first is not None else "told_hearing",
        came=str(date_of(day)),
        todo=Text(
            zh="先通知听证的时间、地点（told_hearing）", en="tell of its time and place first (told_hearing)"
        ),
    )


def _check_hearing(desk: Desk, file: Dossier, day: int) -> None:
    told = file.told
    clock = _running(desk, file, "ask_hearing")
    late = clock is not None and clock[0] is not None and day > clock[0]
    due = told is not None and told.hearing_due
    waived = file.did("waive_hearing", since="tell")
    if due and not late and not waived:
        return
    raise Refused(
        "casework.no_hearing",
        zh="当事人已放弃听证"
        if due and waived
        else "要求听证的期限已过"
        if due
        else "本案没有告知听证权利，不符合听证条件",
        en="the hearing was waived"
        if due and waived
        else "the time to ask for a hearing is over"
        if due
        else "no right to a hearing was told in this case",
        where=file.case.number,
        todo=Text(
            zh="复核陈述申辩后提请决定（yibao case propose）",
            en="weigh the defence and bring the case to decision (yibao case propose)",
        ),
    )


_OWN = {
    "assign": "assign",
    "add_evidence": "add_evidence",
    "tell": "ask",
    "served_notice": "deliver",
    "defend": "answer", "waive": "answer", "waive_hearing": "answer", "attach": "attach",
    "ask_hearing": "answer", "hear": "answer", "withdraw_hearing": "answer",
    "weigh_defence": "propose",
    "recall_publication": "decide", "reopen": "yibao remedy carry",
    "decide": "decide", "no_penalty": "decide", "decide_on_the_spot": "decide", "revoke": "decide",
    "serve": "deliver",
    "recover": "recover",
    "contest": "contest", "upheld": "contest", "give_up": "yibao remedy withdraw",
    "refer": "transfer", "acknowledged": "transfer", "taken_back": "transfer",
    "close": "close",
    "return_to_agency": "pass", "take_on": "take-on", "split": "split", "merge": "merge", "take_in": "merge",
}  # fmt: skip
"""The verbs that need more than words, and the command by which each is done."""
