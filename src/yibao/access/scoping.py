"""The one place that writes conditions on region and institution: the rows that somebody may see, as SQL.

The policies are evaluated as far as they can be without knowing the row; what is left of them is translated. The
translation is closed: an operator that it does not know, or an attribute that the list has no column for where that
would widen what is seen, is refused. `tests/access` holds it against `check`, row by row. Nobody else writes such a
condition; ``tools/house.py`` looks for them.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from yibao.access.cedar import MARK, TEXT_KINDS, residuals
from yibao.access.model import Actor
from yibao.access.permissions import Permission
from yibao.kernel import Refused, Region, Text

NO_CASE: Final = "NULL"
"""The ``subject`` of a list whose rows belong to no case."""

_PARAMETER: Final = r":((?:scope|inside)_\w+)"
_TRUE: Final = "TRUE"
_FALSE: Final = "FALSE"
_INTEGER_KINDS: Final = frozenset({"Institution", "Person", "Practitioner"})


@dataclass(frozen=True, slots=True)
class Scope:
    """A condition on rows: SQL with named parameters, all of them ``scope_…`` or ``inside_…``."""

    sql: str
    """As sqlalchemy's ``text`` and our engines read it: ``:scope_0``."""
    parameters: Mapping[str, str | int]

    @property
    def dollar(self) -> str:
        """Give the SQL as DuckDB's own Python interface reads it: ``$scope_0``."""
        return re.sub(_PARAMETER, r"$\1", self.sql)

    @property
    def percent(self) -> str:
        """Give the SQL as psycopg reads it: ``%(scope_0)s``."""
        return re.sub(_PARAMETER, r"%(\1)s", self.sql)


def scope(
    actor: Actor,
    permission: Permission,
    *,
    region: str = "x.region",
    institution: str | None = "x.institution_id",
    person: str | None = None,
    practitioner: str | None = None,
    partner: str | None = None,
    subject: str | None = None,
    done_by: str | None = None,
) -> Scope:
    """Give the condition that holds for exactly those rows for which `check` passes.

    Each argument is the SQL of a column that says of a row what `Target` says of a target, written in the program and
    never by a user; ``done_by`` is a column with one name. A list of cases must give ``subject``, and so must any list that
    a recused person reads (`NO_CASE` where its rows belong to no case).

    Raises `Refused`: ``access.scope_column``, ``access.scope_operator``.
    """
    if permission.of_case and subject is None:
        raise _no_column("subject", permission)
    writer = _Writer(
        {
            "region": region, "institution": institution, "person": person, "practitioner": practitioner,
            "partner": partner, "subject": subject, "done_by": done_by,
        },
        actor, permission,
    )  # fmt: skip
    decided, left = residuals(actor, permission)
    if decided is not None:
        return Scope(_TRUE if decided else _FALSE, {})
    permits = [writer.policy(p) for p in left if p["effect"] == "permit"]
    forbids = [writer.policy(p, negative=True) for p in left if p["effect"] == "forbid"]
    sql = _and(_or(*permits), *(_not(f) for f in forbids))
    used = {name: value for name, value in writer.parameters.items() if re.search(rf":{name}\b", sql)}
    return Scope(sql, used)


def inside(region: Region, column: str) -> Scope:
    """Give the condition that a column names a region or one inside it, for a list that somebody asked for by region.

    A filter, which takes rows away from what `scope` shows; never instead of it.

    >>> inside(Region("330100"), "i.region").sql, dict(inside(Region("330100"), "i.region").parameters)
    ('i.region BETWEEN :inside_low AND :inside_high', {'inside_low': '330100', 'inside_high': '330199'})
    """
    low, high = _range(region)
    return Scope(f"{column} BETWEEN :inside_low AND :inside_high", {"inside_low": low, "inside_high": high})


def _range(region: Region) -> tuple[str, str]:
    """Give the first and the last code of a region; a range of codes can be looked up in an index."""
    return region.stem.ljust(6, "0"), region.stem.ljust(6, "9")


@dataclass(slots=True)
class _Writer:
    """Translates what partial evaluation leaves of the policies, and collects the parameters.

    A NULL counts as false where the condition is used, and `_not` makes it false before it turns it round, so that the two
    values of a policy and the three of SQL agree.
    """

    columns: Mapping[str, str | None]
    actor: Actor
    permission: Permission
    parameters: dict[str, str | int] = field(default_factory=dict)

    def policy(self, residual: Mapping[str, Any], negative: bool = False) -> str:
        """Translate one residual policy; ``negative`` where its condition takes rows away."""
        if any(residual[part] != {"op": "All"} for part in ("principal", "action", "resource")):
            raise _unknown(residual)
        if any(condition["kind"] != "when" for condition in residual["conditions"]):
            raise _unknown(residual)  # an "unless" is left as the negation of its body
        return _and(*(self.expression(c["body"], negative) for c in residual["conditions"]))

    def expression(self, node: Mapping[str, Any], negative: bool) -> str:
        """Translate one expression of the closed list of operators."""
        match node:
            case {"Value": bool(value)}:
                return _TRUE if value else _FALSE
            case {"&&": {"left": left, "right": right}}:
                return _and(self.expression(left, negative), self.expression(right, negative))
            case {"||": {"left": left, "right": right}}:
                return _or(self.expression(left, negative), self.expression(right, negative))
            case {"!": {"arg": inner}}:
                return _not(self.expression(inner, not negative))
            case {"==": {"left": left, "right": right}}:
                return self._equal(left, right, negative)
            case {"in": {"left": left, "right": {"Value": {"__entity": {"type": "Region", "id": code}}}}}:
                return self._inside(_attribute(left), code, negative)
            case {"contains": {"left": {"Set": list(members)}, "right": right}}:
                return self._one_of(_attribute(right), [_entity(m["Value"]) for m in members], negative)
            case {"contains": {"left": {"Value": list(members)}, "right": right}}:
                return self._one_of(_attribute(right), [_entity(m) for m in members], negative)
            case {"contains": {"left": left, "right": {"Value": {"__entity": _} as member}}}:
                if _attribute(left) != "done_by":
                    raise _unknown(node)
                return self._one_of("done_by", [_entity(member)], negative)
            case _:
                raise _unknown(node)

    def _equal(self, left: Mapping[str, Any], right: Mapping[str, Any], negative: bool) -> str:
        if "Value" in left:
            left, right = right, left
        if "Value" not in right:
            raise _unknown({"==": [left, right]})
        return self._one_of(_attribute(left), [_entity(right["Value"])], negative)

    def _inside(self, attribute: str, code: str, negative: bool) -> str:
        column = self._column(attribute, negative)
        if column is None or attribute != "region":
            raise _unknown({"in": attribute})
        low, high = map(self._bind, _range(Region(code)))
        return f"{column} BETWEEN {low} AND {high}"

    def _one_of(self, attribute: str, members: list[tuple[str, str]], negative: bool) -> str:
        values = [_value(kind, name) for kind, name in members]
        known = [value for value in values if value is not None]
        if not known:
            return _FALSE
        column = self._column(attribute, negative)
        if column is None:
            return _FALSE
        if len(known) == 1:
            return f"{column} = {self._bind(known[0])}"
        return f"{column} IN ({', '.join(self._bind(value) for value in known)})"

    def _column(self, attribute: str, negative: bool) -> str | None:
        """Give the column of an attribute; refuse where its absence would let more rows be seen."""
        column = self.columns[attribute]
        if column is None and negative:
            raise _no_column(attribute, self.permission)
        return column

    def _bind(self, value: str | int) -> str:
        for name, known in self.parameters.items():
            if known == value and type(known) is type(value):
                return f":{name}"
        name = f"scope_{len(self.parameters)}"
        self.parameters[name] = value
        return f":{name}"


def _attribute(node: Mapping[str, Any]) -> str:
    match node:
        case {".": {"left": {"unknown": [{"Value": "resource"}]}, "attr": str(name)}}:
            return name
        case _:
            raise _unknown(node)


def _entity(value: Any) -> tuple[str, str]:
    match value:
        case {"__entity": {"type": str(kind), "id": str(name)}}:
            return kind, name
        case _:
            raise _unknown({"Value": value})


def _value(kind: str, name: str) -> str | int | None:
    """Give the value that a column holds for an entity; None for the entities that stand for nothing."""
    if kind in _INTEGER_KINDS:
        return int(name) if re.fullmatch(r"-?\d+", name, re.ASCII) else None
    if kind in TEXT_KINDS:
        return name.removeprefix(MARK) if name.startswith(MARK) else None
    return name


def _and(*parts: str) -> str:
    wanted = [part for part in dict.fromkeys(parts) if part != _TRUE]
    if _FALSE in wanted:
        return _FALSE
    return " AND ".join(_bracketed(part) for part in wanted) if len(wanted) > 1 else (*wanted, _TRUE)[0]


def _or(*parts: str) -> str:
    wanted = [part for part in dict.fromkeys(parts) if part != _FALSE]
    if _TRUE in wanted:
        return _TRUE
    return " OR ".join(_bracketed(part) for part in wanted) if len(wanted) > 1 else (*wanted, _FALSE)[0]


def _not(part: str) -> str:
    if part in (_TRUE, _FALSE):
        return _FALSE if part == _TRUE else _TRUE
    return f"NOT COALESCE({part}, FALSE)"


def _bracketed(part: str) -> str:
    return f"({part})"


def _unknown(node: Mapping[str, Any]) -> Refused:
    return Refused(
        "access.scope_operator",
        zh="策略中有 SQL 条件不认识的写法，不放行任何一行",
        en="a policy uses what the SQL condition does not know; no row is let through",
        wanted="&& || ! == in contains",
        came=str(node)[:120],
        todo=Text(
            zh="改写策略，或在 access/scoping.py 中加上并测试",
            en="rewrite the policy, or add it to access/scoping.py",
        ),
    )


def _no_column(attribute: str, permission: Permission) -> Refused:
    return Refused(
        "access.scope_column",
        zh="列表没有给出策略所需的列，不放行任何一行",
        en="the list has no column for what a policy asks; no row is let through",
        where=str(permission),
        wanted=attribute,
        came="None",
        todo=Text(
            zh=f"调用 scope 时给出 {attribute} 列；行不属于任何案件时给 NO_CASE",
            en=f"give scope the column {attribute}; NO_CASE where the rows belong to no case",
        ),
    )
