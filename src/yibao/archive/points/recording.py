"""The agency's part: record points, recognise another region's, note what was attended. It decides nothing of its own."""

from __future__ import annotations

from yibao.access import Permission, Target, check
from yibao.archive import files
from yibao.archive.files import Fact, FactKind, NewFact, standing
from yibao.archive.points.behaviours import behaviours
from yibao.archive.points.determining import (
    backdated,
    determination,
    moment,
    record_on,
    region_of,
)
from yibao.archive.points.folding import fold
from yibao.archive.points.model import Recognised, Standing, Status, points_refusal
from yibao.archive.points.registering import (
    check_day,
    not_registered,
    person_of,
    target_of,
    where_stands,
)
from yibao.archive.points.rules import measures, number
from yibao.archive.points.tallying import conducts, records_of
from yibao.casework.cases import Desk
from yibao.kernel import Json, Region, Text, date_of


def record(desk: Desk, responsible: int, day: int) -> int:
    """Record the points of a determination (记分); give the fact. Only the agency, and another than who determined.

    The value is the one that followed from level and behaviour when responsibility was determined. A record made anew after
    a determination was changed has effect from the day of the first. Raises `Refused`: ``points.not_determined`` for
    anything but a determination, ``points.annulled``, ``points.recorded``, ``points.charged_once`` where the same conduct
    gave this person as many points already, ``points.backdated``.
    """
    one, what = determination(desk, responsible)
    target = Target(region=region_of(desk, what), done_by=frozenset({one.actor}))
    check(desk.actor, Permission.POINTS_RECORD, target)
    check_day(desk, day)
    day = _effective(desk, one, day)
    if record_on(desk, one) is not None:
        raise points_refusal(
            "recorded", "这项责任认定已经记过分", "this determination was recorded already", where=str(one.id),
            todo=Text(zh="用 yibao points status 查看", en="see it with yibao points status"),
        )  # fmt: skip
    year = date_of(moment(desk, what, day)).year
    body: dict[str, Json] = {
        "behaviour": one.body["behaviour"], "level": one.body["level"], "value": one.body["value"], "year": year,
        "cases": list(one.body["cases"]), "recorded": date_of(desk.today).isoformat(),
    }  # fmt: skip
    _check_once(desk, one, year)
    new = NewFact(one.subject, FactKind.POINTS, day, body, one.id, f"record:{one.id}")
    return files.write_facts(desk.unit, [new], known_day=desk.today)[0]


def _effective(desk: Desk, one: Fact, day: int) -> int:
    """Give the day from which a record has effect: the given one within bounds, or that of the record it replaces."""
    first = one.body.get("first_day")
    if first is not None:
        return int(first)
    earliest = max(one.day, desk.today - number(desk.policy, "backdate_days", day))
    if day < earliest:
        raise backdated(one, day, earliest)
    return day


def _check_once(desk: Desk, one: Fact, year: int) -> None:
    """Refuse a record that adds nothing, since the same conduct gave this person as many points in the year already."""
    known = standing(files.known_of(desk.unit, one.subject))
    mine = set(one.body["cases"])
    same = [
        r
        for group in conducts([r for r in records_of(known) if r.year == year])
        for r in group
        if any(x.cases & mine for x in group)
    ]
    largest = max((r.value for r in same), default=0)
    if int(one.body["value"]) <= largest:
        raise points_refusal(
            "charged_once", "同一行为只记一次分：这一行为本年度已经记过同样或更高的分值",
            "one conduct is charged once: it gave as many points or more this year already",
            where=", ".join(sorted(mine)), wanted=f"> {largest}", came=str(one.body["value"]),
            todo=Text(zh="不另记分；有更重的认定时才以重的为准", en="only a heavier determination counts instead"),
        )  # fmt: skip


def recognise(desk: Desk, subject: int, told: Recognised) -> int:
    """Write a record of another region into the file, with its instrument named (互认); give the record's fact.

    It counts here as it does there: from the same day, to the same year. What that region takes back is annulled here.
    Raises `Refused`: ``points.own_region``, ``points.behaviour``, ``points.band``, ``points.not_registered``.
    """
    head = person_of(desk, subject)
    stands = where_stands(desk, subject, desk.today)
    check(desk.actor, Permission.POINTS_RECOGNISE, target_of(desk, head, stands.places))
    check_day(desk, told.day)
    if desk.policy.region.code != "000000" and desk.policy.region.contains(Region(told.region)):
        raise points_refusal(
            "own_region", "本地区的记分要经责任认定，不能按外地记录导入",
            "a record of this region passes determination; it is not imported", where=str(desk.policy.region),
            came=told.region,
            todo=Text(zh="用 yibao points determine 和 record", en="use yibao points determine, then record"),
        )  # fmt: skip
    behaviour = behaviours().get(told.behaviour)
    if (
        behaviour is None
        or not behaviour.low <= told.value <= behaviour.high
        or told.day < told.instrument_day
    ):
        bands = ", ".join(f"{b.code} {b.low}–{b.high}" for b in behaviours().values())
        raise points_refusal(
            "band", "外地记录的情形、分值或日期不可能", "the behaviour, the value or the day of that record cannot be",
            where=head.number, wanted=bands if behaviour is None else f"{behaviour.low}–{behaviour.high}",
            came=f"{told.behaviour} {told.value} {date_of(told.instrument_day)} {date_of(told.day)}",
            todo=Text(zh="与外地经办机构核对", en="check with that region's agency"),
        )  # fmt: skip
    if stands.registered_day is None:
        raise not_registered(head)
    source = f"recognised:{told.region}:{told.instrument}:{subject}"
    named: dict[str, Json] = {
        "behaviour": told.behaviour, "level": str(told.level), "value": told.value, "cases": [],
        "instrument": told.instrument, "instrument_day": date_of(told.instrument_day).isoformat(), "region": told.region,
        "recognised": True,
    }  # fmt: skip
    about = NewFact(subject, FactKind.RESPONSIBLE, told.day, named, source=source)
    ground = files.write_facts(desk.unit, [about], known_day=desk.today)[0]
    body = {**named, "year": date_of(told.instrument_day).year}
    points = NewFact(subject, FactKind.POINTS, told.day, body, ground, f"{source}:points")
    return files.write_facts(desk.unit, [points], known_day=desk.today)[0]


def train(desk: Desk, subject: int, event: str, day: int) -> int:
    """Write that somebody took part in a training or an inspection (修复), which takes points off; give the fact.

    ``event`` is the event's number: one event counts once. It repairs the points of a running suspension, else those of its
    own year. Raises `Refused`: ``points.not_registered``, ``points.nothing_to_repair``, ``points.repaired``.
    """
    head = person_of(desk, subject)
    facts = files.known_of(desk.unit, subject)
    stands = fold(facts, desk.policy, day)
    check(desk.actor, Permission.POINTS_TRAIN, target_of(desk, head, stands.places))
    check_day(desk, day)
    if stands.registered_day is None:
        raise not_registered(head)
    source = f"training:{event}:{subject}"
    known = [f for f in facts if f.source == source]
    if known:
        return known[0].id
    year = next((i.year for i in stands.intervals if day in i), date_of(day).year)
    _check_repairable(desk, stands, year, day, head.number)
    new = NewFact(subject, FactKind.TRAINED, day, {"event": event, "year": year}, source=source)
    return files.write_facts(desk.unit, [new], known_day=desk.today)[0]


def _check_repairable(desk: Desk, stands: Standing, year: int, day: int, where: str) -> None:
    measure = measures(desk.policy, day)
    mine = [one for one in stands.why if one.counts and one.year == year]
    points = sum(one.value for one in mine if one.behaviour not in measure.repair_excludes)
    done = stands.repaired.get(year, 0)
    over = stands.status is Status.TERMINATED and not measure.repair_terminated
    if over or points <= done:
        raise points_refusal(
            "nothing_to_repair", "没有可以修复的分值：没有记分，或属于不予修复的情形，或支付资格已经终止",
            "no points can be repaired: there are none, they are excluded, or the qualification has ended", where=where,
            came=f"{year}: {points}", todo=Text(zh="用 yibao points status 查看", en="see yibao points status"),
        )  # fmt: skip
    if done >= measure.repair_most:
        raise points_refusal(
            "repaired", "本年度的减免已到上限", "the most of a year has been taken off already", where=where,
            wanted=f"≤ {measure.repair_most}", came=str(done),
            todo=Text(zh="下一年度再参加", en="take part again next year"),
        )  # fmt: skip
