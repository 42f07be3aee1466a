"""The catalogue of rules: every folder under ``rules/``, read strictly and held against the conventions."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import cache
from importlib import resources
from importlib.resources.abc import Traversable
from itertools import pairwise

from pydantic import ValidationError

from yibao.audit.model import Rule, as_key
from yibao.claims import relation_schemas, relations
from yibao.engine import Complaint, lint
from yibao.kernel import Refused, Region, Text, read_yaml, today
from yibao.policy import Policy

RULE_FILE = "rule.yaml"
_VERSION = re.compile(r"v[1-9][0-9]*")
_NO_CODE = re.compile(r"--[^\n]*|'[^']*'")
_ALIASED = re.compile(r"\b(?:FROM|JOIN)\s+([a-z_]+)\s+(?:AS\s+)?([a-z_]\w*)")
_QUALIFIED = re.compile(r"\b([a-z_]\w*)\.([a-z_]\w*)")
_BARE = re.compile(r"(?<![.\w])[a-z_]\w*(?![.\w])")

BY_SUBJECT = (
    "line", "settlement", "stay", "visit", "diagnosis", "procedure", "trace", "stock", "execution",
    "absence", "purchased_code", "settlement_list", "settlement_list_charge", "intensive_care",
)  # fmt: skip
"""Relations that rules read as ``subject_<name>`` (what is judged) and ``history_<name>`` (what came before)."""


@cache
def rules() -> dict[str, Rule]:
    """Give all rules by id, in the order in which lines are credited to them; each is its newest version."""
    folder = resources.files("yibao.audit") / "rules"
    found = [read_rule(entry) for entry in folder.iterdir() if (entry / RULE_FILE).is_file()]
    return {rule.id: rule for rule in sorted(found, key=lambda r: (r.result != "clear", r.order, r.id))}


def choose(ids: Iterable[str] | None, on: int | None = None) -> list[Rule]:
    """Give the rules of these ids; where none are named those that make findings on the day ``on`` (today).

    Raises `Refused` (``audit.unknown_rule``).
    """
    known = rules()
    if ids is None:
        day = today() if on is None else on
        return [rule for rule in known.values() if rule.makes_findings(day)]
    wanted = list(ids)
    unknown = [i for i in wanted if i not in known]
    if unknown:
        raise _no_such_rule(unknown)
    return [rule for rule in known.values() if rule.id in wanted]


def running(
    ids: Iterable[str] | None, region: Region, on: int | None = None
) -> tuple[list[Rule], list[Rule]]:
    """Give the rules that make findings in a run of this region on a day (today), and the grey ones that run along.

    Raises `Refused`: ``audit.unknown_rule``, ``audit.not_published`` for a named rule that does neither.
    """
    day = today() if on is None else on
    named = choose(ids) if ids is not None else list(rules().values())
    finding = [rule for rule in named if rule.makes_findings(day)]
    grey = [rule for rule in named if rule.greys_in(region, day)]
    idle = [rule for rule in named if rule not in finding and rule not in grey]
    if ids is not None and idle:
        raise Refused(
            "audit.not_published",
            zh="规则未发布，不能形成疑点",
            en="the rule is not published and makes no findings",
            wanted="published",
            came=", ".join(f"{rule.id}: {rule.step_on(day).status}" for rule in idle),
            todo=Text(
                zh="用 yibao rules trial 在历史数据上试算", en="run it over history with yibao rules trial"
            ),
        )
    return finding, grey


def check_adoptions(policy: Policy) -> None:
    """Refuse a region's adoption of a rule that the catalogue does not have: it would silently have no effect."""
    unknown = [one for one in policy.adoptions() if one.rule not in rules()]
    if unknown:
        raise _no_such_rule([one.rule for one in unknown], unknown[0].where)


def _no_such_rule(ids: Iterable[str], where: str | None = None) -> Refused:
    return Refused(
        "audit.unknown_rule",
        zh="没有这条规则",
        en="there is no such rule",
        where=where,
        wanted=", ".join(rules()),
        came=", ".join(ids),
        todo=Text(zh="用 yibao rules list 查看", en="see yibao rules list"),
    )


def rule_file(rule: Rule, name: str) -> str:
    """Give the text of one file of the folder of a rule, or of one of its versions."""
    folder: Traversable = rule.folder
    return (folder / name).read_text(encoding="utf-8")


def reads(rule: Rule) -> list[str]:
    """Name the relations a rule's SELECT reads, as they stand in its text."""
    names = re.findall(r"\b(?:FROM|JOIN)\s+([a-z_]+)", rule.select)
    offered = {*offered_relations()}
    return sorted({n for n in names if n in offered})


def read_columns(rules: Iterable[Rule]) -> dict[str, set[str]]:
    """Name the columns of each large relation that these rules may read, so that no others need be kept at hand.

    A word counts for the relations whose alias stands before it, and for every relation where none does: too many
    rather than one too few.
    """
    schemas = relation_schemas()
    found: dict[str, set[str]] = {}
    for rule in (version for one in rules for version in one.versions):
        text = _NO_CODE.sub(" ", rule.select)
        aliases: dict[str, set[str]] = {}
        for name, alias in _ALIASED.findall(text):
            aliases.setdefault(name.removeprefix("subject_").removeprefix("history_"), set()).add(alias)
        named = _QUALIFIED.findall(text)
        bare = set(_BARE.findall(text))
        for name in {*base_relations(rule)} & {*BY_SUBJECT}:
            mine = {column for alias, column in named if alias in aliases.get(name, ())}
            words = bare | mine | _keys(rule, name)
            if name == rule.subject:
                words.add(rule.day_column)
            found.setdefault(name, set()).update(words & schemas[name].keys())
    return found


def _keys(rule: Rule, name: str) -> set[str]:
    """Name the columns of a relation by which the touched ones of its rows are told."""
    mine = {*as_key(rule.partition.get(name, ()))}
    return mine | ({rule.linked_by} if rule.linked_by and name == rule.subject else set())


def base_relations(rule: Rule) -> list[str]:
    """Name the contract's relations behind those that a rule reads."""
    return sorted({name.removeprefix("subject_").removeprefix("history_") for name in reads(rule)})


@cache
def offered_relations() -> dict[str, dict[str, str]]:
    """Give the relations a rule may read, with their columns, for the lint."""
    schemas = relation_schemas()
    offered = {name: schemas[name] for name in relations() if name not in BY_SUBJECT}
    for name in BY_SUBJECT:
        offered[f"subject_{name}"] = schemas[name]
        offered[f"history_{name}"] = schemas[name]
    return offered


def complaints(rule: Rule) -> list[Complaint]:
    """Hold a rule's SELECT against the conventions that keep its meaning the same on every engine."""
    return lint(rule.select, relations=offered_relations(), parameters=set(rule.parameters))


def read_rule(folder: Traversable) -> Rule:
    """Read a rule's folder: its newest version, and the earlier ones that lie beside it as ``v1``, ``v2`` and so on.

    A version judges the bills of the days on which it is in force. Raises `Refused`: ``audit.bad_rule``,
    ``audit.rule_id``, ``audit.rule_versions``.
    """
    rule = _read(folder, folder.name)
    numbers = sorted(int(f.name[1:]) for f in folder.iterdir() if _VERSION.fullmatch(f.name) and f.is_dir())
    if not numbers:
        return rule
    earlier = tuple(_read(folder / f"v{number}", folder.name) for number in numbers)
    for number, one in zip(numbers, earlier, strict=True):
        if one.version != number:
            raise _versions(rule, f"v{number}", f"version: {one.version}")
    for one, then in pairwise((*earlier, rule)):
        if not one.version < then.version:
            raise _versions(rule, f"version > {one.version}", f"version: {then.version}")
        if one.period.until_day > then.period.from_day:
            raise _versions(
                rule, f"v{then.version} from {one.in_force.until or '…'}", f"{then.in_force.from_}"
            )
        if (one.subject, one.unit, one.key) != (rule.subject, rule.unit, rule.key):
            raise _versions(rule, f"subject, unit, partition = v{rule.version}", f"v{one.version}")
    return rule.model_copy(update={"earlier": earlier})


def _versions(rule: Rule, wanted: str, came: str) -> Refused:
    return Refused(
        "audit.rule_versions",
        zh="规则的各版本不成一条线：编号与施行期间须依次相接而不重叠，审核对象须相同",
        en="the versions of the rule do not make one line: numbers and periods follow one another, and judge the same",
        where=f"rules/{rule.id}",
        wanted=wanted,
        came=came,
    )


def _read(folder: Traversable, rule_id: str) -> Rule:
    where = (
        f"rules/{rule_id}/{RULE_FILE}"
        if folder.name == rule_id
        else f"rules/{rule_id}/{folder.name}/{RULE_FILE}"
    )
    raw = read_yaml((folder / RULE_FILE).read_bytes(), where)
    assert isinstance(raw, dict)
    text = (folder / "rule.sql").read_text(encoding="utf-8")
    try:
        rule = Rule.model_validate({**raw, "select": text, "folder": folder})
    except ValidationError as error:
        raise Refused(
            "audit.bad_rule",
            zh="规则文件不合规",
            en="the rule file is not well formed",
            where=where,
            came="; ".join(f"{'.'.join(map(str, e['loc']))}: {e['msg']}" for e in error.errors()[:5]),
        ) from error
    if rule.id != rule_id:
        raise Refused(
            "audit.rule_id",
            zh="规则编号应与目录名相同",
            en="a rule's id must be its folder's name",
            where=where,
            wanted=rule_id,
            came=rule.id,
        )
    return rule
