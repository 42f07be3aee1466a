"""What the law and the region say about points on a day, read from policy; and the value of a behaviour; pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

from yibao.archive.points.behaviours import Behaviour, behaviours, listed
from yibao.archive.points.model import ADJUSTMENT_NAMES, LEVELS, Level, Responsible, points_refusal
from yibao.kernel import Clock, ClockUnit, Day, Text
from yibao.policy import Policy

_KEY = "archive.points."


@dataclass(frozen=True, slots=True)
class Measures:
    """The measures in force on a day: from how many points what follows, for how long, and what repairs."""

    year_most: int
    suspend_from: int
    terminate_at: int
    months: Mapping[int, int]
    """By points from ``suspend_from`` to below ``terminate_at``: how many months; never fewer for more points."""
    runs_on: bool
    bar_years: int
    bar_years_single: int
    repair_each: int
    repair_most: int
    repair_excludes: frozenset[str]
    repair_terminated: bool


@lru_cache(maxsize=4096)
def measures(policy: Policy, day: int) -> Measures:
    """Read the measures in force on a day. Raises `Refused` (``points.table``) for a table that falls."""
    suspend_from, terminate_at = number(policy, "suspend_from", day), number(policy, "terminate_at", day)
    months = {n: number(policy, f"suspend_months_{n}", day) for n in range(suspend_from, terminate_at)}
    lengths = [months[n] for n in sorted(months)]
    if lengths != sorted(lengths) or suspend_from >= terminate_at:
        raise points_refusal(
            "table", "暂停时长表写得不对：分值越高，时间不能越短", "more points cannot mean a shorter suspension",
            where=f"{policy.region} {_KEY}suspend_months_*", wanted="a ≤ b ≤ c", came=str(months),
            todo=Text(zh="改正本地政策包", en="correct the region's pack"),
        )  # fmt: skip
    return Measures(
        year_most=number(policy, "year_most", day),
        suspend_from=suspend_from,
        terminate_at=terminate_at,
        months=months,
        runs_on=bool(policy.at(f"{_KEY}suspension_runs_on", day).value),
        bar_years=number(policy, "bar_years", day),
        bar_years_single=number(policy, "bar_years_single", day),
        repair_each=number(policy, "repair_each", day),
        repair_most=number(policy, "repair_most", day),
        repair_excludes=frozenset(str(policy.at(f"{_KEY}repair_excludes", day).value).split(",")),
        repair_terminated=bool(policy.at(f"{_KEY}repair_terminated", day).value),
    )


@lru_cache(maxsize=4096)
def begins(policy: Policy) -> int:
    """Give the first day on which the region has payment qualification at all; before it every bill is settled."""
    return min(value.period.from_day for value in policy.parameter(f"{_KEY}suspend_from").values)


@lru_cache(maxsize=4096)
def exempt(policy: Policy, status: str, day: int) -> bool:
    """Tell whether emergency and rescue by somebody of this status are settled."""
    return bool(policy.at(f"{_KEY}exempt_{status}", max(day, begins(policy))).value)


def number(policy: Policy, name: str, day: int) -> int:
    """Give a number of this room."""
    return policy.at(f"{_KEY}{name}", day).number


def to_interview(policy: Policy, points: int, day: int) -> bool:
    """Tell whether points ask for an interview and the key list; never where the region has no such rule."""
    least = number(policy, "interview_at", max(day, begins(policy)))
    return 0 < least <= points


def level_of(policy: Policy, said: str, day: int) -> Level:
    """Give a level of responsibility by its word, the house's or the region's. Raises `Refused` (``points.level``)."""
    words = {str(policy.at(f"{_KEY}word_{level}", day).value): level for level in LEVELS}
    for word, level in words.items():
        if said in (str(level), word):
            return level
    raise points_refusal(
        "level", "没有这一责任程度", "there is no such level of responsibility", where=str(policy.region),
        wanted=" | ".join(f"{level}（{word}）" for word, level in words.items()), came=said,
        todo=Text(zh="用本地细则的用语", en="use a word of the region's rules"),
    )  # fmt: skip


def value_of(policy: Policy, one: Responsible, day: int) -> int:
    """Give the points that a responsibility comes to under the rules of a day.

    A circumstance moves the level one up or down within the band, or the band; there is nothing below the lowest value
    and nothing above the highest. Raises `Refused` (``points.no_adjustment``) where the region has no such rule.
    """
    behaviour = behaviours()[one.behaviour]
    band, level = behaviour.band, LEVELS.index(one.level)
    if one.adjusted is not None:
        if not bool(policy.at(f"{_KEY}adjusts", day).value):
            raise points_refusal(
                "no_adjustment", f"本地没有从轻、从重规定，不能按“{ADJUSTMENT_NAMES[one.adjusted].zh}”调整分值",
                "this region has no rule by which circumstances move a value", where=str(policy.region), came=one.adjusted,
                todo=Text(zh="在责任程度里考虑，或由本地政策包规定", en="weigh it in the level, or set it in the pack"),
            )  # fmt: skip
        step = -1 if one.adjusted.lowers else 1
        if one.by_band and "a" <= chr(ord(band) + step) <= "d":
            band = chr(ord(band) + step)
        else:
            level = min(max(level + step, 0), len(LEVELS) - 1)
    return number(policy, f"value_{band}_{LEVELS[level]}", day)


def most_of(policy: Policy, code: str, day: int) -> int:
    """Give the most points that a behaviour can come to."""
    return number(policy, f"value_{behaviours()[code].band}_{Level.MAIN}", day)


def usable(policy: Policy, day: int) -> list[Behaviour]:
    """Give the behaviours that the region uses, in order of code."""
    return [behaviours()[code] for code in sorted(listed(policy, day))]


def appeal_deadline(policy: Policy, served_day: int) -> Day:
    """Give the last day to object to points (记分异议), from the day on which the notice came.

    Source: ten working days, from one region's rules (Art. 14).
    """
    days = number(policy, "appeal", served_day)
    return Clock(days, ClockUnit.WORKING_DAYS).deadline(served_day, workdays=policy.workdays)
