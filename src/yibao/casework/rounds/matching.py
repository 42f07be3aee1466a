"""Which answers of a workbook that came back are taken, which are not, and why: by 疑点编号 alone; pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from yibao.casework.findings.model import finding_number
from yibao.casework.rounds.answering import Said, check_said
from yibao.casework.rounds.incoming import RowBack
from yibao.casework.rounds.machine import IN_HOUSE, LineState
from yibao.casework.rounds.model import ANSWER_NAMES, Answer, Line
from yibao.casework.rounds.outgoing import ANSWER_COLUMNS, CODE
from yibao.kernel import Refused, Text, parse_fen

WORDS: Final = {name.zh: answer for answer, name in ANSWER_NAMES.items()}
MOST_ALTERED: Final = 200
"""Changes of our own columns that a report lists; all are counted."""


@dataclass(frozen=True, slots=True)
class Untaken:
    """A row whose answer was not taken, and why."""

    place: str
    code: str
    reason: Text

    def as_json(self) -> dict[str, str]:
        """Give it as plain values."""
        return {"place": self.place, "code": self.code, "zh": self.reason.zh, "en": self.reason.en}


@dataclass(frozen=True, slots=True)
class Altered:
    """A cell of ours that came back different; ours stands."""

    place: str
    code: str
    heading: str
    sent: str
    came: str

    def as_json(self) -> dict[str, str]:
        """Give it as plain values."""
        return {name: getattr(self, name) for name in self.__slots__}


@dataclass(slots=True)
class Matched:
    """What became of the rows of a workbook."""

    said: dict[int, Said] = field(default_factory=dict)
    """By case: the answers that are taken."""
    unknown: list[Untaken] = field(default_factory=list)
    late: list[Untaken] = field(default_factory=list)
    repeated: int = 0
    """Answers that were taken before and came again unchanged."""
    unanswered: int = 0
    """Findings of the file on which nothing was said."""
    added: int = 0
    """Rows of known findings that were not sent; they do no harm."""
    altered: list[Altered] = field(default_factory=list)
    alterations: int = 0

    @property
    def text(self) -> Text:
        """Say it in one line."""
        received, unknown, late = len(self.said), len(self.unknown), len(self.late)
        return Text(
            zh=f"已接收 {received} · 未识别 {unknown} · 已过期 {late}",
            en=f"received {received} · not recognised {unknown} · late {late}",
        )

    def as_json(self) -> dict[str, Any]:
        """Give it as plain values."""
        return {
            "received": len(self.said), "unknown": [u.as_json() for u in self.unknown],
            "late": [u.as_json() for u in self.late], "repeated": self.repeated, "unanswered": self.unanswered,
            "added": self.added, "alterations": self.alterations, "altered": [a.as_json() for a in self.altered],
            "text": self.text.zh,
        }  # fmt: skip


def match(
    rows: Sequence[RowBack], lines: Mapping[int, Line], institution: int, due_day: int, day: int
) -> Matched:
    """Match rows with the lines of a round (by finding) that were sent to an institution, on the day they came.

    Extra rows, missing rows, any order and rows given twice do no harm. What is not taken is told row by row.
    """
    matched = Matched()
    by_code: dict[str, list[RowBack]] = {}
    for row in rows:
        by_code.setdefault(row.code.upper(), []).append(row)
    for code, mine in by_code.items():
        if not code:
            matched.unknown += [
                _untaken(row, "没有疑点编号", "no code of a finding") for row in mine if _speaks(row)
            ]
            continue
        _one(matched, code, mine, lines, institution, late=day > due_day)
    return matched


def _one(
    matched: Matched,
    code: str,
    mine: Sequence[RowBack],
    lines: Mapping[int, Line],
    institution: int,
    *,
    late: bool,
) -> None:
    try:
        line = lines.get(finding_number(code))
    except Refused as refused:
        matched.unknown.append(Untaken(mine[0].place, code, refused.text))
        return
    if line is None:
        matched.unknown.append(_untaken(mine[0], "不在本批次", "not of this round"))
        return
    if line.institution_id != institution:
        matched.unknown.append(_untaken(mine[0], "属于其他机构", "another institution's"))
        return
    opinions = {row.said: row for row in mine if any(row.said)}
    if not opinions:
        matched.unanswered += 1
        return
    if len(opinions) > 1:
        told = "、".join(row.place for row in opinions.values())
        matched.unknown.append(
            _untaken(mine[0], f"同一疑点有不同意见：{told}", f"different answers to one finding: {told}")
        )
        return
    row = next(iter(opinions.values()))
    try:
        said = read_said(row)
        check_said(line, said)
    except Refused as refused:
        matched.unknown.append(Untaken(row.place, code, refused.text))
        return
    if line.state in IN_HOUSE and not late:
        matched.said[line.case_id] = said
    elif line.state not in IN_HOUSE and _same(line, said):
        matched.repeated += 1
    elif line.state in IN_HOUSE or line.state == LineState.LAPSED:
        matched.late.append(_untaken(row, "申诉期限已过", "the time to answer is over"))
    else:
        matched.unknown.append(
            _untaken(
                row,
                f"已不在申诉阶段（{line.state_name.zh}）",
                f"no answer is awaited any more ({line.state_name.en})",
            )
        )


def read_said(row: RowBack) -> Said:
    """Read what a row says; refuses an opinion that is none of the three, and an amount that is no amount."""
    opinion, accepted, statement = row.said
    if opinion not in WORDS:
        raise Refused(
            "casework.opinion",
            zh=f"机构意见须为 {'、'.join(WORDS)}" if opinion else "只写了金额或说明，没有选机构意见",
            en="the opinion is none of the three" if opinion else "an amount or statement without an opinion",
            where=row.place,
            wanted=" | ".join(WORDS),
            came=opinion,
        )
    answer = WORDS[opinion]
    fen = parse_fen(accepted) if accepted and answer is Answer.PART else None
    return Said(answer, statement or None, None if fen is None else int(fen))


def compare(
    matched: Matched, rows: Iterable[RowBack], sent: Iterable[RowBack], known: frozenset[str]
) -> None:
    """Note which of our cells came back different from what was sent, and which rows of ours are new."""
    originals: dict[tuple[str, ...], RowBack] = {row.key: row for row in sent}
    by_code: dict[str, list[RowBack]] = {}
    for original in originals.values():
        by_code.setdefault(original.code, []).append(original)
    for row in rows:
        if row.code.upper() not in known:
            continue
        whole = originals.get(row.key) or _nearest(row, by_code.get(row.code.upper(), ()))
        if whole is None:
            matched.added += 1
            continue
        for heading, value in row.cells.items():
            before = whole.cells.get(heading)
            if heading in ANSWER_COLUMNS or before is None or before == value:
                continue
            matched.alterations += 1
            if len(matched.altered) < MOST_ALTERED:
                matched.altered.append(Altered(row.place, row.code, heading, before, value))


def _nearest(row: RowBack, ours: Sequence[RowBack]) -> RowBack | None:
    """Give the row of the same finding that it most resembles, None where less than half of it is the same."""
    alike = [(sum(row.cells.get(h) == v for h, v in one.cells.items()), one) for one in ours]
    best = max(alike, key=lambda pair: pair[0], default=None)
    return best[1] if best is not None and 2 * best[0] > len(best[1].cells) else None


def _speaks(row: RowBack) -> bool:
    return any(row.said) or sum(bool(v) for v in row.cells.values()) > 1


def _same(line: Line, said: Said) -> bool:
    return (line.answer, line.accepted_fen, line.statement) == (
        said.answer,
        said.accepted_fen,
        said.statement,
    )


def _untaken(row: RowBack, zh: str, en: str) -> Untaken:
    return Untaken(row.place, row.cells.get(CODE, ""), Text(zh=zh, en=en))
