"""A region's scale (等级标准): base, what may be earned, full marks and the bounds of the grades, out of its policy.

Bounds are written as instruments write them: ``A>=90; 80<=B<90; 65<=C<80; D<65``. Bounds that overlap, or leave a score
without a grade, are refused.
"""

from __future__ import annotations

import itertools
import re
from dataclasses import dataclass

from yibao.archive.credit.model import SET_TITLES
from yibao.kernel import Refused, Text
from yibao.policy import Policy, Value

_TERM = re.compile(r"(?:(\d+(?:\.\d)?)(<=))?([A-E])(?:(<|>=)(\d+(?:\.\d)?))?")


@dataclass(frozen=True, slots=True)
class Scale:
    """How a region grades one set on a day."""

    base: int
    """What a subject has that lost nothing and earned nothing."""
    earned: int
    """The most that may be earned."""
    full: int
    grades: tuple[tuple[str, int], ...]
    """(grade, least score in tenths), best first; the last has none, which is 0."""
    values: tuple[Value, ...]
    """The values of the policy that say so."""

    def grade(self, shown_tenths: int) -> str:
        """Give the grade of a shown score."""
        return next(name for name, least in self.grades if shown_tenths >= least)

    def worse(self, one: str, other: str) -> str:
        """Give the worse of two grades; a grade that this scale does not have is its last."""
        return max(one, other, key=self.rank) if self.rank(one) != self.rank(other) else self.name(one)

    def rank(self, grade: str) -> int:
        """Give how far down a grade is, 0 the best."""
        names = [name for name, _ in self.grades]
        return names.index(grade) if grade in names else len(names) - 1

    def name(self, grade: str) -> str:
        """Give a grade as this scale has it."""
        return self.grades[self.rank(grade)][0]


def scale_of(policy: Policy, set_name: str, day: int, known_on: int | None = None) -> Scale:
    """Give the scale of a set in force on a day, as known on a day. Raises `Refused` (``credit.bounds``)."""
    values = tuple(
        in_force(policy, f"archive.credit.{set_name}.{key}", day, known_on)
        for key in ("base", "earned", "full", "bounds")
    )
    base, earned, full, bounds = values
    return Scale(
        base.number, earned.number, full.number, read_bounds(str(bounds.value), bounds.where), values
    )


def in_force(policy: Policy, key: str, day: int, known_on: int | None) -> Value:
    """Give a value in force on a day as known on a day; where none was known then, as known now.

    A bureau that starts with this house looks back to days on which it had loaded no policy as yet.
    """
    try:
        return policy.at(key, day, known_on)
    except Refused as refused:
        if known_on is None or refused.code != "policy.no_value":
            raise
        return policy.at(key, day)


def check_scales(policy: Policy) -> None:
    """Refuse a policy in which any set's bounds, on any day, overlap or leave a score out (``credit.bounds``)."""
    for name in SET_TITLES:
        for value in policy.parameter(f"archive.credit.{name}.bounds").values:
            read_bounds(str(value.value), value.where)


def read_bounds(text: str, where: str = "") -> tuple[tuple[str, int], ...]:
    """Read bounds as (grade, least score in tenths), best first.

    >>> read_bounds("A>=90; 80<=B<90; C<80")
    (('A', 900), ('B', 800), ('C', 0))
    """
    found = [_term(part.strip(), where, text) for part in text.replace("；", ";").split(";")]
    found.sort(key=lambda term: term[0])
    for (_, least, _), (name, _, below) in itertools.pairwise(found):
        if below is None or below > least:
            raise _wrong(where, text, f"{name} 与上一等级重叠 / {name} overlaps the grade above")
        if below < least:
            raise _wrong(where, text, f"{name} 以上有分数没有等级 / scores above {name} have no grade")
    names = "".join(name for name, _, _ in found)
    if found[0][2] is not None or found[-1][1] != 0 or len(found) < 2 or not "ABCDE".startswith(names):
        raise _wrong(where, text, "A … E，首尾不设限 / A … E, open above and below")
    return tuple((name, least) for name, least, _ in found)


def _term(part: str, where: str, text: str) -> tuple[str, int, int | None]:
    match = _TERM.fullmatch(part.replace(" ", ""))
    if not match or (match[1] and match[4] == ">=") or not (match[1] or match[4]):
        raise _wrong(where, text, part)
    low, _, name, sign, bound = match.groups()
    least = _tenths(low) if low else _tenths(bound) if sign == ">=" else 0
    return name, least, _tenths(bound) if sign == "<" else None


def _tenths(text: str) -> int:
    whole, _, tenth = text.partition(".")
    return int(whole) * 10 + int(tenth or 0)


def _wrong(where: str, text: str, came: str) -> Refused:
    return Refused(
        "credit.bounds",
        zh="等级分数界限重叠、有缺口或写法不对",
        en="the bounds of the grades overlap, leave a gap or cannot be read",
        where=where,
        wanted="A>=90; 80<=B<90; 65<=C<80; D<65",
        came=f"{text}（{came}）",
        todo=Text(zh="按文件原文改正政策包", en="correct the pack as the instrument has it"),
    )
