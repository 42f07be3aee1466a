"""Who differs from their peers: the share of bills with findings, against institutions of the same level and kind.

A share of few bills says little, so each stands in its Wilson interval, and among many institutions some lie apart by
chance alone: one is said to differ only where its interval, widened for the number of institutions compared (Bonferroni),
lies wholly beyond the interval of all its peers together. Who lies high is left out when the others are measured, so that
one of them does not make everybody else look good. Bills are counted, not lines: the lines of one bill are hit
together and would pretend to be many observations.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import sqrt
from statistics import NormalDist
from typing import Any, Final, Literal

from yibao.casework.findings.outputs.institutions import Institution
from yibao.casework.findings.outputs.looking import Look
from yibao.kernel import Text

LEAST_PEERS: Final = 3
"""With fewer institutions of its level and kind an institution is compared with nobody."""

_GRADES: Final = {
    "三级": Text(zh="三级医院", en="level-3 hospitals"),
    "二级": Text(zh="二级医院", en="level-2 hospitals"),
    "一级": Text(zh="一级医疗机构", en="level-1 institutions"),
}
_KINDS: Final = {
    "医疗机构": Text(zh="未定级医疗机构", en="ungraded institutions"),
    "零售药店": Text(zh="零售药店", en="pharmacies"),
}
_OTHERS: Final = Text(zh="其他机构", en="other institutions")

Differs = Literal["above", "below"]


@dataclass(frozen=True, slots=True)
class Share:
    """A share with its interval: ``part`` of ``base``; low and high as fractions of one."""

    part: int
    base: int
    low: float
    high: float

    @property
    def value(self) -> float:
        """Give the share itself."""
        return self.part / self.base if self.base else 0.0


@dataclass(frozen=True, slots=True)
class Peer:
    """One institution beside all the others of its level and kind together."""

    institution_id: int
    code: str
    name: str
    region: str
    group: Text
    own: Share
    others: Share
    peers: int
    """How many others there are."""
    differs: Differs | None
    """Whether it lies apart by more than chance among so many; None where that cannot be said."""


@dataclass(frozen=True, slots=True)
class Peers:
    """The institutions compared, those above their peers first; and how many could be compared with nobody."""

    compared: Sequence[Peer]
    alone: int

    @property
    def above(self) -> list[Peer]:
        """Give those that have more bills with findings than their peers."""
        return [one for one in self.compared if one.differs == "above"]

    @property
    def below(self) -> list[Peer]:
        """Give those that have fewer."""
        return [one for one in self.compared if one.differs == "below"]

    def shown(self, most: int) -> list[Peer]:
        """Give those that a page has room for: first who differs upwards, then those with the most bills."""
        rest = sorted(
            (one for one in self.compared if one.differs != "above"), key=lambda o: (-o.own.base, o.code)
        )
        return [*self.above, *rest][:most]

    def as_json(self) -> dict[str, Any]:
        """Give it as plain values; shares in ten-thousandths."""
        return {
            "alone": self.alone,
            "compared": [
                {
                    "institution": one.code, "name": one.name, "region": one.region, "group": one.group.both(),
                    "bills": one.own.base, "bills_with_findings": one.own.part, "low": _parts(one.own.low),
                    "high": _parts(one.own.high), "peers": one.peers, "peer_bills": one.others.base,
                    "peer_bills_with_findings": one.others.part, "differs": one.differs,
                }
                for one in self.compared
            ],
        }  # fmt: skip


def wilson(part: int, base: int, error: float = 0.05) -> Share:
    """Give a share with its Wilson score interval; ``error`` is how often such intervals may miss (both sides).

    >>> one = wilson(8, 10)
    >>> round(one.low, 4), round(one.high, 4), wilson(0, 0).high
    (0.4902, 0.9433, 1.0)
    """
    if base <= 0:
        return Share(0, 0, 0.0, 1.0)
    z = NormalDist().inv_cdf(1 - error / 2)
    share, spread = part / base, z * z / base
    middle = (share + spread / 2) / (1 + spread)
    half = z * sqrt(share * (1 - share) / base + spread / (4 * base)) / (1 + spread)
    low = 0.0 if part == 0 else max(middle - half, 0.0)
    high = 1.0 if part == base else min(middle + half, 1.0)
    return Share(part, base, low, high)


def peers_of(look: Look, known: Mapping[int, Institution]) -> Peers:
    """Compare the institutions that have bills. Needs `Look.show_findings` and ``raw_line``, ``raw_settlement``."""
    rows = look.rows(
        """
        WITH blamed AS (
            SELECT DISTINCT e.row_id, f.institution_id FROM evidence e
            JOIN finding f ON f.finding_id = e.finding_id AND f.evidence_batch = e.evidence_batch
            WHERE e.evidence = 'line' AND e.role = 1
        ),
        hit AS (
            SELECT l.institution_id, count(DISTINCT l.settlement_id) AS bills
            FROM raw_line l JOIN blamed b ON b.row_id = l.line_id AND b.institution_id = l.institution_id
            GROUP BY 1
        )
        SELECT s.institution_id, count(*) AS bills, least(coalesce(any_value(h.bills), 0), count(*)) AS hit
        FROM raw_settlement s LEFT JOIN hit h USING (institution_id)
        WHERE coalesce(s.refund, 0) = 0 GROUP BY 1
        """
    )
    counts = {r["institution_id"]: (r["hit"], r["bills"]) for r in rows if r["institution_id"] in known}
    return compare(counts, known)


def compare(counts: Mapping[int, tuple[int, int]], known: Mapping[int, Institution]) -> Peers:
    """Compare institutions by their bills with findings and all their bills."""
    groups: defaultdict[Text, list[int]] = defaultdict(list)
    for key in counts:
        groups[group_of(known[key])].append(key)
    fit = {group: keys for group, keys in groups.items() if len(keys) > LEAST_PEERS}
    many = sum(map(len, fit.values()))
    compared = []
    for group, keys in fit.items():
        high = {key for key in keys if _differs(counts, key, keys, many) == "above"}
        usual = [key for key in keys if key not in high]
        if len(usual) <= LEAST_PEERS:
            usual = keys
        for key in keys:
            one, others = known[key], [other for other in usual if other != key]
            compared.append(
                Peer(
                    institution_id=key, code=one.code, name=one.name, region=one.region, group=group,
                    own=wilson(*counts[key]), others=wilson(*_together(counts, others)), peers=len(others),
                    differs=_differs(counts, key, others, many),
                )
            )  # fmt: skip
    compared.sort(key=lambda o: (o.differs != "above", o.others.value - o.own.low, o.code))
    return Peers(compared, alone=len(counts) - many)


def group_of(one: Institution) -> Text:
    """Give the level and kind by which an institution is compared."""
    return _GRADES.get(one.level[:2]) or _KINDS.get(one.kind) or _OTHERS


def _together(counts: Mapping[int, tuple[int, int]], keys: Sequence[int]) -> tuple[int, int]:
    return sum(counts[key][0] for key in keys), sum(counts[key][1] for key in keys)


def _differs(
    counts: Mapping[int, tuple[int, int]], key: int, peers: Sequence[int], many: int
) -> Differs | None:
    """Hold one against its peers, itself left out, in intervals widened for the number of institutions compared."""
    own = wilson(*counts[key], 0.05 / many)
    others = wilson(*_together(counts, [peer for peer in peers if peer != key]), 0.05 / many)
    if own.low > others.high:
        return "above"
    return "below" if own.high < others.low else None


def _parts(share: float) -> int:
    return round(share * 10_000)
