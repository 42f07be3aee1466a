"""The verbs of the files: open one, write a fact into it, annul, join and part, erase, read.

Every fact goes through `write_facts`: numbered, sworn to in the ledger and written in the caller's one transaction. The
rooms after this one ask `access` for their own permissions before they write; what is general asks here.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from yibao.access import Permission, Purpose, Target, check, read_of_file, scope
from yibao.archive.files import store
from yibao.archive.files.model import (
    Fact,
    FactKind,
    NewFact,
    Subject,
    SubjectKind,
    no_subject,
    subject_id,
)
from yibao.casework.cases import Desk
from yibao.kernel import Json, Refused, Region, Text, date_of, today
from yibao.ledger import Act, Tag, erase, personal_of, record, record_many
from yibao.store import UnitOfWork

PERSONS = (SubjectKind.PRACTITIONER, SubjectKind.INSURED)
"""The kinds whose names are personal data."""


def open_subjects(unit: UnitOfWork, wanted: Sequence[Subject]) -> list[int]:
    """Open the files of subjects, or find those that are open already by kind and code; give their ids in order.

    ``wanted`` come without an id (0). The ledger has the opening; code and name of a person stand there as commitments.
    """
    store.lock_opening(unit.connection)
    known: dict[tuple[SubjectKind, str], int] = {}
    for kind in {one.kind for one in wanted}:
        codes = [one.code for one in wanted if one.kind is kind and one.code]
        known.update({(kind, c): i for c, i in store.by_code(unit.connection, kind, codes).items()})
    new: dict[tuple[SubjectKind, str], Subject] = {}
    for one in wanted:
        if not one.code:
            raise _no_code(one)
        if (one.kind, one.code) not in known:
            new.setdefault((one.kind, one.code), one)
    if new:
        numbers = store.subject_numbers(unit.connection, len(new))
        fresh = [replace(one, id=i) for i, one in zip(numbers, new.values(), strict=True)]
        receipts = record_many(unit, [_opening(one) for one in fresh])
        store.write_subjects(
            unit.connection,
            [
                {
                    "id": one.id, "kind": str(one.kind), "region": one.region, "code": one.code, "name": one.name,
                    "lake_key": one.lake_key, "category": one.category, "ledger_entry": receipt.entry,
                }
                for one, receipt in zip(fresh, receipts, strict=True)
            ],
        )  # fmt: skip
        known.update({(one.kind, one.code or ""): one.id for one in fresh})
    _complete(unit, [replace(one, id=known[one.kind, one.code or ""]) for one in wanted])
    return [known[one.kind, one.code or ""] for one in wanted]


def _complete(unit: UnitOfWork, told: Sequence[Subject]) -> None:
    """Fill in what a file lacks: one that a case opened knows neither category nor name until the lake tells them."""
    lacking = store.lacking(unit.connection, [one.id for one in told if one.category])
    filled = [one for one in told if one.category and one.id in lacking]
    record_many(unit, [_opening(one) for one in filled])
    for one in filled:
        store.complete(unit.connection, one)


def _opening(one: Subject) -> Act:
    hidden = one.kind in PERSONS
    shown: dict[str, Json] = {"kind": str(one.kind), "region": one.region, "category": one.category}
    names = {"code": one.code or "", **({"name": one.name} if one.name else {})}
    if hidden:
        return Act(Tag.ARCHIVE_FILE_OPENED, one.number, shown, names)
    return Act(Tag.ARCHIVE_FILE_OPENED, one.number, {**shown, **names})


def write_facts(unit: UnitOfWork, new: Sequence[NewFact], *, known_day: int | None = None) -> list[int]:
    """Write facts into files; give their numbers in order. One whose source gave a fact already keeps that number.

    Raises `Refused`: ``archive.no_subject``, ``archive.future`` for a fact that takes effect after the day on which it is
    written, ``archive.no_fact`` where it rests on a fact that there is not.
    """
    if not new:
        return []
    now = today() if known_day is None else known_day
    heads = {one.id: one for one in store.subjects(unit.connection, [one.subject for one in new], lock=True)}
    given = store.sources(unit.connection, [one.source for one in new if one.source])
    _check(unit, new, heads, now)
    fresh = [one for one in new if one.source is None or one.source not in given]
    numbers = store.fact_numbers(unit.connection, len(fresh))
    receipts = record_many(
        unit, [_sworn(i, one, heads[one.subject]) for i, one in zip(numbers, fresh, strict=True)]
    )
    store.write_facts(
        unit.connection,
        [
            {
                "id": i, "subject": one.subject, "kind": str(one.kind), "day": one.day, "known_day": now,
                "body": dict(one.body), "rests_on": one.rests_on, "source": one.source, "actor": unit.actor,
                "ledger_entry": receipt.entry,
            }
            for i, one, receipt in zip(numbers, fresh, receipts, strict=True)
        ],
    )  # fmt: skip
    written = iter(numbers)
    return [given[one.source] if one.source in given else next(written) for one in new]


def _check(unit: UnitOfWork, new: Sequence[NewFact], heads: Mapping[int, Subject], now: int) -> None:
    for one in new:
        if one.subject not in heads:
            raise no_subject(str(one.subject))
        if one.day > now:
            raise Refused(
                "archive.future",
                zh="档案只记已经发生的事：生效日晚于登记日",
                en="a file keeps what has happened: this takes effect after the day on which it is written",
                where=heads[one.subject].number,
                wanted=f"≤ {date_of(now)}",
                came=str(date_of(one.day)),
                todo=Text(zh="到生效之日再登记", en="write it down on the day it takes effect"),
            )
        if one.rests_on is not None and store.fact(unit.connection, one.rests_on) is None:
            raise _no_fact(one.rests_on)


def _sworn(number: int, one: NewFact, head: Subject) -> Act:
    body: dict[str, Json] = {
        "fact": number, "kind": str(one.kind), "day": date_of(one.day).isoformat(), "body": dict(one.body),
        "rests_on": one.rests_on, "source": one.source,
    }  # fmt: skip
    personal = {"reason": one.reason} if one.reason else {}
    return Act(Tag.ARCHIVE_FACT_WRITTEN, head.number, body, personal)


def annul(
    unit: UnitOfWork,
    number: int,
    reason: str,
    day: int,
    *,
    source: str | None = None,
    known_day: int | None = None,
) -> int:
    """Annul a fact: it counts no more, nor does what rests on it, in whatever file; give the annulment's number.

    Raises `Refused`: ``archive.no_fact``, ``archive.no_reason``, ``archive.annulled`` for one that is annulled already.
    """
    if not reason.strip():
        raise Refused(
            "archive.no_reason", zh="撤销须写明理由", en="annulling needs a reason", where=str(number), came="—",
            todo=Text(zh="用 --reason 写明理由和依据", en="give the reason and its basis with --reason"),
        )  # fmt: skip
    one = fact(unit, number)
    store.subjects(unit.connection, [one.subject], lock=True)
    if source is None and any(f.kind is FactKind.ANNULLED for f in _standing_annulments(unit, number)):
        raise Refused(
            "archive.annulled", zh="这一事实已经撤销", en="this fact is annulled already", where=str(number),
            todo=Text(zh="用 yibao archive show 查看", en="see it with yibao archive show"),
        )  # fmt: skip
    new = NewFact(one.subject, FactKind.ANNULLED, day, {}, number, source, reason)
    return write_facts(unit, [new], known_day=known_day)[0]


def _standing_annulments(unit: UnitOfWork, number: int) -> list[Fact]:
    about = store.resting_on(unit.connection, [number])
    mine = [f for f in about if f.kind is FactKind.ANNULLED and f.rests_on == number]
    lifted = {f.rests_on for f in about if f.kind is FactKind.ANNULLED}
    return [f for f in mine if f.id not in lifted]


def join(unit: UnitOfWork, one: int, other: int, reason: str, day: int) -> int:
    """Join two files that are one subject's; give the number of the fact that says so. Both must be of one kind."""
    heads = store.subjects(unit.connection, [one, other], lock=True)
    if len({head.id for head in heads}) < 2 or heads[0].kind is not heads[1].kind:
        raise Refused(
            "archive.join",
            zh="只能把两份同类档案并为一人",
            en="only two files of one kind can be one subject's",
            came=" + ".join(head.number for head in heads) or "—",
            todo=Text(zh="核对两份档案的类别", en="compare the kinds of the two files"),
        )
    new = NewFact(one, FactKind.JOINED, day, {"other": other}, reason=reason)
    return write_facts(unit, [new])[0]


def part(unit: UnitOfWork, one: int, other: int, reason: str, day: int) -> int:
    """Part two files that turned out not to be one subject's: each keeps its own facts; give the annulment's number."""
    for number, a, b in store.joins(unit.connection):
        if {a, b} == {one, other}:
            return annul(unit, number, reason, day)
    raise Refused(
        "archive.not_joined",
        zh="这两份档案没有合并",
        en="these two files are not joined",
        came=f"{one} + {other}",
        todo=Text(zh="用 yibao archive show 查看并档", en="see what is joined with yibao archive show"),
    )


def together(unit: UnitOfWork, subject: int) -> tuple[int, ...]:
    """Give the ids of all files that are one subject's with this one, itself among them, ascending."""
    mine, links = {subject}, [(a, b) for _, a, b in store.joins(unit.connection)]
    while more := {x for pair in links if mine & set(pair) for x in pair} - mine:
        mine |= more
    return tuple(sorted(mine))


def facts_of(unit: UnitOfWork, subject: int) -> list[Fact]:
    """Give every fact of a subject, oldest first, from all files that are its own."""
    return store.facts(unit.connection, together(unit, subject))


def fact(unit: UnitOfWork, number: int) -> Fact:
    """Give one fact. Raises `Refused` (``archive.no_fact``)."""
    found = store.fact(unit.connection, number)
    if found is None:
        raise _no_fact(number)
    return found


def reason_of(unit: UnitOfWork, one: Fact) -> str | None:
    """Give the reason of a fact, which the ledger keeps; None where there was none or it was erased."""
    return personal_of(unit, [one.entry]).get(one.entry, {}).get("reason")


def subject(unit: UnitOfWork, number: int) -> Subject:
    """Give a subject by id. Raises `Refused` (``archive.no_subject``)."""
    found = store.subjects(unit.connection, [number])
    if not found:
        raise no_subject(str(number))
    return found[0]


def of_lake(unit: UnitOfWork, kind: SubjectKind, lake_key: int) -> Subject:
    """Give the subject that the lake knows by a key. Raises `Refused` (``archive.no_subject``)."""
    found = store.by_lake_key(unit.connection, kind, [lake_key])
    if lake_key not in found:
        raise no_subject(f"{kind} {lake_key}")
    return subject(unit, found[lake_key])


def find_subject(unit: UnitOfWork, said: str) -> Subject:
    """Give a subject by the number of its file or by its code; refuses what is neither, or what several have."""
    number = subject_id(said)
    found = [] if number is None else store.subjects(unit.connection, [number])
    found = [one for one in found if one.number == said.strip().upper()] or store.coded(
        unit.connection, said.strip()
    )
    if len(found) != 1:
        raise no_subject(said)
    return found[0]


def subjects(desk: Desk, kind: SubjectKind | None = None, limit: int = 50) -> list[Subject]:
    """List the files that somebody may see."""
    seen = scope(
        desk.actor, Permission.ARCHIVE_READ,
        institution="CASE x.kind WHEN 'institution' THEN x.lake_key END",
        person="CASE x.kind WHEN 'insured' THEN x.lake_key END",
        practitioner="CASE x.kind WHEN 'practitioner' THEN x.lake_key END",
        subject="NULL",
    )  # fmt: skip
    return store.listed(desk.unit.connection, seen, kind, limit)


def the_file(desk: Desk, said: str, purpose: Purpose = Purpose.CASEWORK) -> tuple[Subject, list[Fact]]:
    """Lay a file open to somebody who may read it; the look is written down where it is a person's."""
    head = find_subject(desk.unit, said)
    check(desk.actor, Permission.ARCHIVE_READ, target_of(head))
    if head.kind in PERSONS:
        look = read_of_file(
            desk.unit, desk.actor, what="file", subject=head.number, target=target_of(head), purpose=purpose
        )
        record(desk.unit, Tag.ACCESS_FILE_READ, head.number, {"look": look})
    return head, facts_of(desk.unit, head.id)


def target_of(head: Subject) -> Target:
    """Give a file as access knows it: whose region, and whose own file it is."""
    return Target(
        region=Region(head.region),
        institution_id=head.lake_key if head.kind is SubjectKind.INSTITUTION else None,
        person_id=head.lake_key if head.kind is SubjectKind.INSURED else None,
        practitioner_id=head.lake_key if head.kind is SubjectKind.PRACTITIONER else None,
        subject=head.number,
    )


def erase_subject(unit: UnitOfWork, subject_: int, reason: str, day: int) -> None:
    """Erase a person's code and name from the file, as the law may ask: the number stays as a tombstone, facts too.

    Source: 个人信息保护法 Art. 47. Raises `Refused` (``archive.not_personal``) for an institution or a supplier.
    """
    head = subject(unit, subject_)
    if head.kind not in PERSONS:
        raise Refused(
            "archive.not_personal", zh="只有个人的档案才有个人信息可删除",
            en="only a person's file has personal data to erase", where=head.number,
        )  # fmt: skip
    for entry in personal_of(unit, store.entries_of(unit.connection, subject_)):
        erase(unit, entry, reason)
    store.erase(unit.connection, subject_, day)


def every_file(unit: UnitOfWork) -> Iterable[tuple[int, list[Fact]]]:
    """Go through the files of all subjects with every fact, those of joined files under the smallest id."""
    root: dict[int, int] = {}
    links = [(a, b) for _, a, b in store.joins(unit.connection)]
    for _, a, b in ((0, *pair) for pair in links):
        mine = {a, b}
        while more := {x for pair in links if mine & set(pair) for x in pair} - mine:
            mine |= more
        root.update(dict.fromkeys(mine, min(mine)))
    kept: dict[int, list[Fact]] = {}
    current: list[Fact] = []
    for one in store.every_fact(unit.connection):
        if one.subject in root:
            kept.setdefault(root[one.subject], []).append(one)
            continue
        if current and current[0].subject != one.subject:
            yield current[0].subject, current
            current = []
        current.append(one)
    if current:
        yield current[0].subject, current
    for number, facts in kept.items():
        yield number, sorted(facts, key=lambda f: f.id)


def _no_fact(number: int) -> Refused:
    return Refused(
        "archive.no_fact", zh="没有这一事实", en="there is no such fact", came=str(number),
        todo=Text(zh="用 yibao archive show 查看档案中的事实", en="see the facts of a file with yibao archive show"),
    )  # fmt: skip


def _no_code(one: Subject) -> Refused:
    return Refused(
        "archive.no_code",
        zh="没有编码，不能建档：身份由编码确定",
        en="no code, no file: who somebody is rests on a code",
        where=str(one.kind),
        wanted="code",
        came="—",
        todo=Text(zh="先取得国家编码", en="get the national code first"),
    )
