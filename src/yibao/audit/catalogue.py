"""The catalogue of rules: every folder under ``rules/``, read strictly and held against the conventions."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import cache
from importlib import resources
from importlib.resources.abc import Traversable

from pydantic import ValidationError

from yibao.audit.model import Rule
from yibao.claims import relation_schemas, relations
from yibao.engine import Complaint, lint
from yibao.kernel import Refused, Text, read_yaml

BY_SUBJECT = (
    "line", "settlement", "stay", "visit", "diagnosis", "procedure", "trace", "stock", "execution",
    "absence",
    "line", "settlement", "stay", "visit", "diagnosis", "procedure", "trace", "stock",
    "purchased_code",
    "settlement_list", "settlement_list_charge", "intensive_care",
)  # fmt: skip
"""Relations that rules read as ``subject_<name>`` (what is judged) and ``history_<name>`` (what came before)."""


@cache
def rules() -> dict[str, Rule]:
    """Give all rules by id, in the order in which lines are credited to them."""
    folder = resources.files("yibao.audit") / "rules"
    found = [_read(entry) for entry in folder.iterdir() if (entry / "rule.yaml").is_file()]
    return {rule.id: rule for rule in sorted(found, key=lambda r: (r.result != "clear", r.order, r.id))}


def choose(ids: Iterable[str] | None) -> list[Rule]:
    """Give the rules of these ids (all published ones where none are named); refuses an unknown id."""
    known = rules()
    if ids is None:
        return [rule for rule in known.values() if rule.status == "published"]
    wanted = list(ids)
    unknown = [i for i in wanted if i not in known]
    if unknown:
        raise Refused(
            "audit.unknown_rule",
            zh="没有这条规则",
            en="there is no such rule",
            wanted=", ".join(known),
            came=", ".join(unknown),
            todo=Text(zh="用 yibao rules list 查看", en="see yibao rules list"),
        )
    return [rule for rule in known.values() if rule.id in wanted]


def rule_file(rule: Rule, name: str) -> str:
    """Give the text of one file of a rule's folder."""
    return (resources.files("yibao.audit") / "rules" / rule.id / name).read_text(encoding="utf-8")


def reads(rule: Rule) -> list[str]:
    """Name the relations a rule's SELECT reads, as they stand in its text."""
    names = re.findall(r"\b(?:FROM|JOIN)\s+([a-z_]+)", rule.select)
    offered = {*offered_relations()}
    return sorted({n for n in names if n in offered})


def read_columns(rules: Iterable[Rule]) -> dict[str, set[str]]:
    """Name the columns of each large relation that these rules may read, so that no others need be kept at hand.

    Every word of a SELECT counts for every relation it reads: too many rather than one too few.
    """
    schemas = relation_schemas()
    found: dict[str, set[str]] = {}
    for rule in rules:
        words = {*re.findall(r"\b[a-z_]+\b", rule.select), rule.day_column, *rule.partition.values(), "batch"}
        for name in {*base_relations(rule)} & {*BY_SUBJECT}:
            found.setdefault(name, set()).update(words & schemas[name].keys())
    return found


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


def _read(folder: Traversable) -> Rule:
    where = f"rules/{folder.name}/rule.yaml"
    raw = read_yaml((folder / "rule.yaml").read_bytes(), where)
    assert isinstance(raw, dict)
    try:
        rule = Rule.model_validate({**raw, "select": (folder / "rule.sql").read_text(encoding="utf-8")})
    except ValidationError as error:
        raise Refused(
            "audit.bad_rule",
            zh="规则文件不合规",
            en="the rule file is not well formed",
            where=where,
            came="; ".join(f"{'.'.join(map(str, e['loc']))}: {e['msg']}" for e in error.errors()[:5]),
        ) from error
    if rule.id != folder.name:
        raise Refused(
            "audit.rule_id",
            zh="规则编号应与目录名相同",
            en="a rule's id must be its folder's name",
            where=where,
            wanted=folder.name,
            came=rule.id,
        )
    return rule
