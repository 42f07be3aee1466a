"""What a rule says, in words: of itself, and of one finding."""

from __future__ import annotations

from functools import cache, lru_cache

from yibao.audit import RESULT_NAMES, Rule, rules
from yibao.casework.findings.outputs.words import STATUS_NAMES, measure
from yibao.kernel import Language, Text


def rule_of(rule_id: str, version: int | None = None) -> Rule | None:
    """Give a rule of the catalogue, in the asked version if it is there; None for one that is gone, its findings remain."""
    rule = rules().get(rule_id)
    known = rule.versions if rule is not None else ()
    return next((one for one in known if one.version == version), rule)


@cache
def rule_name(rule_id: str) -> Text:
    """Give a rule's name, its id where the catalogue no longer has it."""
    rule = rule_of(rule_id)
    return rule.label if rule is not None else Text(zh=rule_id, en=rule_id)


def result_name(result: str) -> Text:
    """Give the word for how surely a finding speaks."""
    return RESULT_NAMES["clear" if result == "clear" else "suspicious"]


@lru_cache(maxsize=65_536)
def compared(rule_id: str, measured: int, threshold: int, language: Language = "zh") -> str:
    """Say what was measured against what: 「参保人性别：男；限定性别：女」."""
    rule = rule_of(rule_id)
    if rule is None:
        return f"{measured} / {threshold}"
    sides = ((rule.measured, measured), (rule.threshold, threshold))
    colon, stop = (": ", "; ") if language == "en" else ("：", "；")
    return stop.join(f"{s.text.in_(language)}{colon}{measure(s.form, v, language)}" for s, v in sides)


@cache
def basis(rule_id: str, language: Language = "zh") -> str:
    """Give the instruments a rule rests on, each with how sure we are of it."""
    rule = rule_of(rule_id)
    if rule is None:
        return ""
    return "；".join(f"{b}（{STATUS_NAMES[b.status].in_(language)}）" for b in rule.basis)


@lru_cache(maxsize=65_536)
def content(rule_id: str, measured: int, threshold: int) -> str:
    """Say in Chinese what a finding is about (违规内容 of the national columns)."""
    rule = rule_of(rule_id)
    said = f"{rule.says.zh}。" if rule is not None else ""
    return f"{said}{compared(rule_id, measured, threshold)}"
