"""The table of behaviours (记分情形): which instrument may give which points, read from ``behaviours.yaml``; pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any

from yibao.archive.files import Fact, FactKind
from yibao.archive.points.model import points_refusal
from yibao.kernel import Text, read_yaml
from yibao.policy import Policy
from yibao.policy import Status as Certainty


@dataclass(frozen=True, slots=True)
class Behaviour:
    """One behaviour: its band of points, what triggers it, and where it is written."""

    code: str
    low: int
    high: int
    text: Text
    instruments: tuple[FactKind, ...]
    articles: tuple[str, ...]
    """Of a penalty: the articles of the Regulation; empty: any."""
    measures: tuple[str, ...]
    """Of a disposal: one of these is among its measures; empty: any."""
    topic: str | None
    """Of a notice or an industry department's action: what it must be about; None: anything."""
    counted: bool
    """Whether only the third (or so) such disposal of a year triggers it."""
    repeats: bool
    """Whether it is the same violation again within the year."""
    source: str
    certainty: Certainty
    note: Text | None

    @property
    def band(self) -> str:
        """Give the letter of the band, from a (1–3) to d (10–12)."""
        return self.code[0].lower()

    def triggered_by(self, instrument: Fact) -> bool:
        """Tell whether an instrument by its kind and content gives this behaviour; counting and repetition apart."""
        if instrument.kind not in self.instruments:
            return False
        body = instrument.body
        if instrument.kind is FactKind.PENALIZED and self.articles:
            return str(body.get("article")) in self.articles
        if instrument.kind is FactKind.DISPOSED and self.measures:
            return bool(measures_of(body) & set(self.measures))
        return self.topic is None or body.get("topic") == self.topic

    def as_json(self) -> dict[str, Any]:
        """Give it as plain values."""
        return {
            "code": self.code, "band": [self.low, self.high], "text": self.text.both(),
            "instruments": [str(one) for one in self.instruments], "source": self.source, "certainty": str(self.certainty),
        }  # fmt: skip


def measures_of(body: Mapping[str, Any]) -> set[str]:
    """Give the measures that a disposal names."""
    return {str(one["measure"]) for one in body.get("measures", ())}


@cache
def behaviours() -> dict[str, Behaviour]:
    """Give every behaviour of the house's table by code."""
    name = "behaviours.yaml"
    read = read_yaml((resources.files("yibao.archive.points") / name).read_bytes(), name)
    assert isinstance(read, list)
    return {one.code: one for one in map(_behaviour, read)}


def _behaviour(row: Mapping[str, Any]) -> Behaviour:
    low, high = row["band"]
    note = row.get("note")
    return Behaviour(
        code=row["code"], low=low, high=high, text=Text(zh=row["zh"], en=row["en"]),
        instruments=tuple(FactKind(one) for one in row["instruments"]), articles=tuple(row.get("articles", ())),
        measures=tuple(row.get("measures", ())), topic=row.get("topic"), counted=bool(row.get("counted")),
        repeats=bool(row.get("repeats")), source=row["source"], certainty=Certainty(row["status"]),
        note=None if note is None else Text(zh=note["zh"], en=note["en"]),
    )  # fmt: skip


def listed(policy: Policy, day: int) -> list[str]:
    """Give the codes of the behaviours that a region uses on a day.

    Raises `Refused` (``points.behaviour``) where its pack lists one that the table does not have.
    """
    value = policy.at("archive.points.behaviours", day)
    codes = [one.strip() for one in str(value.value).split(",") if one.strip()]
    unknown = [one for one in codes if one not in behaviours()]
    if unknown:
        raise points_refusal(
            "behaviour", "政策包列出了记分情形表里没有的代号", "the pack lists a behaviour that the table does not have",
            where=value.where, wanted=", ".join(behaviours()), came=", ".join(unknown),
            todo=Text(zh="核对代号", en="check the codes"),
        )  # fmt: skip
    return codes


def listed_behaviour(policy: Policy, code: str, day: int) -> Behaviour:
    """Give a behaviour that the region uses on a day.

    Raises `Refused` (``points.behaviour``) for a code that there is not, or that the region's pack does not list.
    """
    codes = listed(policy, day)
    if code not in codes:
        known = code in behaviours()
        raise points_refusal(
            "behaviour",
            "本地没有采用这一记分情形" if known else "没有这一记分情形",
            "this region does not use that behaviour" if known else "there is no such behaviour",
            where=str(policy.region), wanted=", ".join(codes), came=code,
            todo=Text(
                zh="由本地政策包列明采用的情形（archive.points.behaviours）",
                en="the region's pack lists what it uses (archive.points.behaviours)",
            ),
        )  # fmt: skip
    return behaviours()[code]
