"""The nouns of this room: a run and a finding, and the code by which people speak of a finding."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Literal

from yibao.kernel import Refused, Text

State = Literal["open", "withdrawn"]

STATE_NAMES = {
    "open": Text(zh="待处理", en="open"),
    "withdrawn": Text(zh="已撤销", en="withdrawn"),
}

_DIGITS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"  # Crockford: no I, L, O, U, which people mistake
_LENGTH = 13


def finding_code(finding_id: int) -> str:
    """Give the code of a finding, as people write it: F and thirteen letters or digits.

    >>> finding_code(0), finding_code(2**63 - 1)
    ('F0000000000000', 'F7ZZZZZZZZZZZZ')
    """
    digits = ""
    for _ in range(_LENGTH):
        finding_id, rest = divmod(finding_id, 32)
        digits = _DIGITS[rest] + digits
    return f"F{digits}"


def finding_number(code: str) -> int:
    """Give the number behind a finding's code; refuses what is no code.

    >>> finding_number("f7zzzzzzzzzzzz") == 2**63 - 1
    True
    """
    text = code.strip().upper()
    digits = text[1:].replace("O", "0").replace("I", "1").replace("L", "1")
    if len(text) != _LENGTH + 1 or text[0] != "F" or any(d not in _DIGITS for d in digits):
        raise Refused(
            "casework.finding_code",
            zh="这不是疑点编号",
            en="this is not the code of a finding",
            wanted="F + 13",
            came=code,
            todo=Text(zh="用 yibao findings 查看编号", en="see the codes with yibao findings"),
        )
    number = 0
    for digit in digits:
        number = number * 32 + _DIGITS.index(digit)
    return number


@dataclass(slots=True)
class RunOutcome:
    """What one audit run did."""

    run: int
    engine: str
    region: str
    lines: int
    findings: int
    by_rule: dict[str, int]
    amount_by_rule: dict[str, int]
    amount_fen: int
    seconds: float
    rule_seconds: dict[str, float]
    withdrawn: int = 0
    skipped: dict[str, Text] = field(default_factory=dict)
    widened: dict[str, Text] = field(default_factory=dict)
    """The rules that an incremental run judged over everything after all, each with the reason."""
    assumed: list[str] = field(default_factory=list)
    """The parameters in force that rest on our assumption, each said in one line."""

    def as_json(self) -> dict[str, Any]:
        """Give what ``yibao audit --json`` prints."""
        return {
            "run": self.run,
            "engine": self.engine,
            "region": self.region,
            "lines": self.lines,
            "findings": self.findings,
            "by_rule": self.by_rule,
            "amount_fen": self.amount_fen,
            "amount_by_rule": self.amount_by_rule,
            "withdrawn": self.withdrawn,
            "skipped": {rule: text.both() for rule, text in self.skipped.items()},
            "widened": {rule: text.both() for rule, text in self.widened.items()},
            "assumed": self.assumed,
            "seconds": round(self.seconds, 3),
            "rule_seconds": {rule: round(s, 3) for rule, s in self.rule_seconds.items()},
        }
