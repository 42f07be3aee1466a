"""The nouns of the files: a subject, a fact of its file, and every kind of fact there is; pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Final

from yibao.kernel import Json, Refused, Text, date_of


class SubjectKind(StrEnum):
    """Whose file it is."""

    INSTITUTION = "institution"
    PRACTITIONER = "practitioner"
    INSURED = "insured"
    SUPPLIER = "supplier"


KIND_NAMES: Final = {
    SubjectKind.INSTITUTION: Text(zh="定点医药机构", en="institution"),
    SubjectKind.PRACTITIONER: Text(zh="相关人员", en="practitioner"),
    SubjectKind.INSURED: Text(zh="参保人员", en="insured person"),
    SubjectKind.SUPPLIER: Text(zh="医药企业", en="supplier"),
}

PREFIX: Final = {
    SubjectKind.INSTITUTION: "J", SubjectKind.PRACTITIONER: "P", SubjectKind.INSURED: "B", SubjectKind.SUPPLIER: "Q",
}  # fmt: skip
"""The letter before a file's number: 机构 J, 人员 P, 参保人 B, 企业 Q."""


def subject_number(kind: SubjectKind, subject_id: int) -> str:
    """Give the number of a file: the letter of its kind and at least seven digits.

    >>> subject_number(SubjectKind.PRACTITIONER, 42)
    'P0000042'
    """
    return f"{PREFIX[kind]}{subject_id:07d}"


def subject_id(number: str) -> int | None:
    """Give the id behind a file's number, or None for what is no such number.

    >>> subject_id("p0000042")
    42
    """
    said = number.strip().upper()
    if len(said) < 8 or said[0] not in PREFIX.values() or not said[1:].isascii() or not said[1:].isdigit():
        return None
    return int(said[1:])


@dataclass(frozen=True, slots=True)
class Subject:
    """Whose file it is: its kind, region, code, and the keys by which lake and cases know it."""

    id: int
    kind: SubjectKind
    region: str
    code: str | None
    """The code by which the nation or the city knows it; None once erased."""
    name: str | None
    """Personal, except of institutions and suppliers; None once erased, or not known."""
    lake_key: int | None
    """The key of the institution, practitioner or person in the lake; None where the lake does not know it."""
    category: str
    """Of an institution ``hospital`` or ``pharmacy``; of a practitioner its class, as registered; else empty."""
    erased_day: int | None = None

    @property
    def number(self) -> str:
        """Give the number of the file as people write it."""
        return subject_number(self.kind, self.id)


class FactKind(StrEnum):
    """Every kind of fact there is. What a kind means never changes, since facts are kept for good."""

    JOINED = "joined"
    """Two files are one subject's (body: ``other``, the subject id). Annulled: they are parted again."""
    ANNULLED = "annulled"
    """The fact that this one rests on, and what rests on it, counts no more."""

    REGISTERED = "registered"
    COMMITTED = "committed"
    MOVED = "moved"
    LEFT = "left"

    PENALIZED = "penalized"
    DISPOSED = "disposed"
    NOTICED = "noticed"
    INDUSTRY = "industry"
    JUDGED = "judged"
    LISTED = "listed"
    PERFORMED = "performed"

    RESPONSIBLE = "responsible"
    POINTS = "points"
    TRAINED = "trained"
    REPAIRED = "repaired"

    OBSERVED = "observed"
    """An indicator's fact that needs no judgement, or that a person confirmed (body: ``indicator``, ``class``, …)."""
    RATED = "rated"
    RATING_NOTICED = "rating_noticed"
    RATING_CONFIRMED = "rating_confirmed"


FACT_NAMES: Final = {
    FactKind.JOINED: Text(zh="并档", en="files joined"),
    FactKind.ANNULLED: Text(zh="撤销", en="annulled"),
    FactKind.REGISTERED: Text(zh="登记备案", en="registered"),
    FactKind.COMMITTED: Text(zh="服务承诺", en="service commitment"),
    FactKind.MOVED: Text(zh="备案变更", en="registration changed"),
    FactKind.LEFT: Text(zh="备案注销", en="registration ended"),
    FactKind.PENALIZED: Text(zh="行政处罚", en="administrative penalty"),
    FactKind.DISPOSED: Text(zh="协议处理", en="agreement disposal"),
    FactKind.NOTICED: Text(zh="通报", en="public notice"),
    FactKind.INDUSTRY: Text(zh="行业主管部门处理", en="action of an industry department"),
    FactKind.JUDGED: Text(zh="生效裁判", en="effective judgment"),
    FactKind.LISTED: Text(zh="列入名单", en="listed"),
    FactKind.PERFORMED: Text(zh="履行完毕", en="performed"),
    FactKind.RESPONSIBLE: Text(zh="责任认定", en="responsibility determined"),
    FactKind.POINTS: Text(zh="记分", en="points recorded"),
    FactKind.TRAINED: Text(zh="参加培训等活动", en="training attended"),
    FactKind.REPAIRED: Text(zh="修复", en="repaired"),
    FactKind.OBSERVED: Text(zh="指标事实", en="fact of an indicator"),
    FactKind.RATED: Text(zh="预评定", en="provisional grade"),
    FactKind.RATING_NOTICED: Text(zh="预评定告知", en="provisional grade told"),
    FactKind.RATING_CONFIRMED: Text(zh="等级确认", en="grade confirmed"),
}


@dataclass(frozen=True, slots=True)
class NewFact:
    """A fact about to be written into a file.

    ``body`` holds plain values without personal data; ``reason`` may name people, and is kept behind a salted commitment
    of the ledger only. ``source`` is what the fact was made of (``case:42:act:17``): a source gives a fact once, so that
    what is heard twice is written once.
    """

    subject: int
    kind: FactKind
    day: int
    body: Mapping[str, Json] = field(default_factory=dict)
    rests_on: int | None = None
    source: str | None = None
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class Fact:
    """A fact as it stands in a file."""

    id: int
    subject: int
    kind: FactKind
    day: int
    """The day on which it takes effect."""
    known_day: int
    """The day on which it was written."""
    body: Mapping[str, Any]
    rests_on: int | None
    source: str | None
    actor: str
    entry: int
    """The ledger entry that swears to it."""

    def as_json(self) -> dict[str, Any]:
        """Give it as plain values."""
        return {
            "fact": self.id, "kind": str(self.kind), "day": date_of(self.day).isoformat(),
            "known": date_of(self.known_day).isoformat(), "body": dict(self.body), "rests_on": self.rests_on,
            "source": self.source, "actor": self.actor, "ledger_entry": self.entry,
        }  # fmt: skip


def no_subject(came: str) -> Refused:
    """Say that there is no such file."""
    return Refused(
        "archive.no_subject",
        zh="没有这份档案",
        en="there is no such file",
        wanted="J0000001 | P0000001 | B0000001 | Q0000001 | 编码 code",
        came=came,
        todo=Text(zh="用 yibao archive list 查看档案", en="see the files with yibao archive list"),
    )
