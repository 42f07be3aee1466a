"""The nouns of this room: a run and a finding, and the code by which people speak of a finding."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Literal

from yibao.kernel import Refused, Text

State = Literal["open", "withdrawn", "self_corrected"]

STATE_NAMES = {
    "open": Text(zh="待处理", en="open"),
    "withdrawn": Text(zh="已撤销", en="withdrawn"),
    "self_corrected": Text(zh="自行纠正", en="self-corrected"),
}
"""open: to be worked on; withdrawn: no longer found; self-corrected: its institution took it back before any notice."""

CHANGE_NAMES = {
    "withdrawn": Text(zh="撤销：不再成立", en="withdrawn: no longer found"),
    "reopened": Text(zh="重新成立", en="found again"),
    "self_corrected": Text(
        zh="自行纠正：通知前机构已冲销", en="self-corrected: taken back before any notice"
    ),
    "reduced": Text(
        zh="部分退回：通知前机构退回一部分", en="reduced: a part was taken back before any notice"
    ),
    "noticed": Text(zh="已通知机构", en="notice given to the institution"),
    "returned": Text(zh="已退回：通知后机构冲销", en="returned: taken back after the notice"),
}
"""What may become of a finding, each a row of the register."""

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
    self_corrected: int = 0
    """Findings that their institution took back before any notice."""
    returned: int = 0
    """Findings of which notice was given and whose money came back, more than the run before knew."""
    skipped: dict[str, Text] = field(default_factory=dict)
    widened: dict[str, Text] = field(default_factory=dict)
    """The rules that an incremental run judged over everything after all, each with the reason."""
    grey: dict[str, dict[str, Any]] = field(default_factory=dict)
    """What the grey rules that ran along would have found, in counts."""
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
            "self_corrected": self.self_corrected,
            "returned": self.returned,
            "skipped": {rule: text.both() for rule, text in self.skipped.items()},
            "widened": {rule: text.both() for rule, text in self.widened.items()},
            "grey": self.grey,
            "assumed": self.assumed,
            "seconds": round(self.seconds, 3),
            "rule_seconds": {rule: round(s, 3) for rule, s in self.rule_seconds.items()},
        }
