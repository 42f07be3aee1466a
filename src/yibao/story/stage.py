"""The stage: who does what on which day, each in a transaction of his own, and the receipt of what the ledger wrote."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, TypeVar

from yibao.access import Actor, has_accounts
from yibao.bootstrap import House
from yibao.casework.cases import Desk, Doing
from yibao.kernel import Refused, Text, date_of, today
from yibao.ledger import newest_entry, receipt
from yibao.policy import Policy
from yibao.store import UnitOfWork
from yibao.story.cast import Cast

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Step:
    """One step of the loop as it was played: what, by whom, on which day, what came of it, and the ledger's receipt."""

    number: int
    title: Text
    day: int
    actor: str
    came: Text
    entry: int | None
    leaf_hash: str | None
    position: int | None

    def as_json(self) -> dict[str, Any]:
        """Give it as plain values."""
        return {
            "step": self.number, "title": _both(self.title), "day": date_of(self.day).isoformat(), "actor": self.actor,
            "came": _both(self.came),
            "receipt": None if self.entry is None else {
                "entry": self.entry, "leaf_hash": self.leaf_hash, "position": self.position,
            },
        }  # fmt: skip


@dataclass
class Stage:
    """An open house on which the loop is played, the day it is there, and the steps so far."""

    house: House
    policy: Policy
    cast: Cast
    day: int
    tell: Callable[[Step], None]
    steps: list[Step] = field(default_factory=list)

    def by(self, actor: Actor, deed: Callable[[Desk], T]) -> T:
        """Let somebody do something, in a transaction in his name; what was decided is heard before it goes on."""
        return self.house.as_somebody(actor, deed, policy=self.policy, on_day=self.day)

    def step(self, title: Text, actor: Actor, deed: Callable[[Desk], T], came: Callable[[T], Text]) -> T:
        """Play one step and tell of it, with the receipt of the newest entry that it wrote."""
        before = self._newest()
        done = self.by(actor, deed)
        entry = self._newest()
        got = None if entry == before or entry is None else self._receipt(entry)
        self.steps.append(
            Step(
                len(self.steps) + 1, title, self.day, actor.name, came(done),
                None if got is None else got[0], None if got is None else got[1], None if got is None else got[2],
            )
        )  # fmt: skip
        self.tell(self.steps[-1])
        return done

    def doing(self, reason: str) -> Doing:
        """Say how something is done on this day."""
        return Doing(self.day, reason)

    def later(self, days: int) -> None:
        """Let days go by, and then to the next working day."""
        self.day += days
        while not self.policy.workdays.is_working_day(self.day):
            self.day += 1
        if self.day > today():
            raise Refused(
                "story.future",
                zh="故事演到了今天以后：这座城市的账单太新",
                en="the story would reach beyond today: the bills of this city are too new",
                wanted=f"≤ {date_of(today())}",
                came=str(date_of(self.day)),
                todo=Text(zh="用 make demo 的合成城市演示", en="play it on the synthetic city of make demo"),
            )

    def _newest(self) -> int | None:
        with self.house.register.unit_of_work("story") as unit:
            return newest_entry(unit)

    def _receipt(self, entry: int) -> tuple[int, str, int | None]:
        with self.house.register.unit_of_work("story") as unit:
            got = receipt(unit, entry)
        return got.entry, got.leaf_hash.hex(), got.position


def refuse_real_people(unit: UnitOfWork) -> None:
    """Refuse to play in a home that people work in: there, nobody may act under a part's name (``story.accounts``)."""
    if has_accounts(unit):
        raise Refused(
            "story.accounts",
            zh="这个数据目录已有账户在用，不能演示：演示的人不是真人",
            en="people work in this home; the story is not played here, for its people are none",
            todo=Text(
                zh="另建一座合成城市：make demo，或 yibao city、collect、audit",
                en="build a synthetic city for it: make demo, or yibao city, collect, audit",
            ),
        )


def _both(text: Text) -> dict[str, str]:
    return {"zh": text.zh, "en": text.en}
