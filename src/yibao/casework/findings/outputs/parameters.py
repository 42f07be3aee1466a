"""The parameters that were in force in a run, with what the region's policy says of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from yibao.casework.findings.outputs.ruletext import rule_of
from yibao.casework.findings.outputs.words import STATUS_NAMES, UNIT_NAMES, trimmed
from yibao.kernel import Language, Refused, Text, date_of
from yibao.policy import Policy, load


@dataclass(frozen=True, slots=True)
class InForce:
    """One value of a parameter as a run used it; ``instrument`` and ``note`` are what the policy says today.

    They are empty where the policy that is at hand does not hold this value any more.
    """

    rule: str
    key: str
    name: str
    """What the rule's SELECT calls it."""
    meaning: Text
    value: int
    unit: str
    status: str
    period: str
    instrument: str
    note: Text | None

    def shown(self, language: Language = "zh") -> str:
        """Write the value with its unit, basis points as percent: «15 日», «100%»."""
        if self.unit == "basis_points":
            return f"{trimmed(self.value, 100)}%"
        unit = UNIT_NAMES.get(self.unit, Text(zh=self.unit, en=self.unit)).in_(language)
        return f"{self.value:,} {unit}".strip()

    def shown_period(self, language: Language = "zh") -> str:
        """Write the period in words: «2021-05-01 起»."""
        first, _, until = self.period.strip("[)").partition(", ")
        if until == "…":
            return f"{first} 起" if language == "zh" else f"from {first}"
        return f"{first} 至 {until}（不含）" if language == "zh" else f"{first} until {until}"

    def as_json(self) -> dict[str, Any]:
        """Give it as plain values."""
        return {
            "rule": self.rule, "key": self.key, "meaning": self.meaning.both(), "value": self.value, "unit": self.unit,
            "status": self.status, "status_name": STATUS_NAMES[self.status].both(), "period": self.period,
            "instrument": self.instrument, "note": self.note.both() if self.note else None,
        }  # fmt: skip


def in_force(as_run: Mapping[str, Mapping[str, Any]], region: str, day: int | None = None) -> list[InForce]:
    """Give the parameters that these rules used, by what their runs recorded; only those of a day, if one is given."""
    policy = _policy(region)
    found = []
    for rule, said in as_run.items():
        for used in said.get("parameters", ()):
            if day is None or covers(used["period"], day):
                found.append(_told(policy, rule, used))
    return found


def _policy(region: str) -> Policy | None:
    try:
        return load(region)
    except Refused:  # a pack that is broken today does not change what the run used
        return None


def covers(period: str, day: int) -> bool:
    """Say whether a period as it is recorded, «[2021-05-01, …)», holds a day."""
    first, _, until = period.strip("[)").partition(", ")
    on = date_of(day).isoformat()
    return first <= on and (until == "…" or on < until)


def _told(policy: Policy | None, rule: str, used: Mapping[str, Any]) -> InForce:
    key = used["key"]
    meaning, instrument, note = Text(zh=key, en=key), "", None
    if policy is not None:
        try:
            parameter = policy.parameter(key)
        except Refused:
            parameter = None
        if parameter is not None:
            meaning = parameter.meaning
            for value in parameter.values:
                if value.value == used["value"] and str(value.period) == used["period"]:
                    instrument = f"{value.instrument} {value.article or ''}".strip()
                    note = value.note
                    break
    one = rule_of(rule)
    names = [name for name, of in one.parameters.items() if of == key] if one is not None else []
    return InForce(
        rule=rule, key=key, name=names[0] if names else key, meaning=meaning, value=used["value"], unit=used["unit"],
        status=used["status"], period=used["period"], instrument=instrument, note=note,
    )  # fmt: skip
