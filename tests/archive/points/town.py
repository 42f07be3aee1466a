"""A register with two hospitals and a pharmacy, and what people do in it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

import pytest
from tests.casework.cases.people import (
    CITY,
    CLERK,
    HEAD,
)

from yibao.access import Actor
from yibao.archive import files, points
from yibao.archive.files import FactKind, NewFact, Subject, SubjectKind
from yibao.archive.points import (
    Level,
    Person,
    PersonClass,
    Responsible,
)
from yibao.bootstrap import EVENTS
from yibao.casework.cases import Desk
from yibao.kernel import Refused, day_of_ymd
from yibao.policy import Policy, load
from yibao.store import Register

T = TypeVar("T")
POLICY = load(CITY)
DAY = day_of_ymd(20260302)
SPAN = Person("D990100000001", "王医生", PersonClass.DOCTOR, 5)
OTHER = Person("D990100000002", "李医生", PersonClass.DOCTOR, 6)


class Town:
    """A register with two hospitals and a pharmacy, and a day that goes on."""

    def __init__(self, register: Register, policy: Policy = POLICY) -> None:
        self.register, self.policy, self.today = register, policy, DAY
        self.hospital, self.clinic, self.pharmacy = self.by(
            CLERK,
            lambda d: files.open_subjects(
                d.unit,
                [
                    Subject(0, SubjectKind.INSTITUTION, CITY, "H00000000007", "某医院7", 7, "hospital"),
                    Subject(0, SubjectKind.INSTITUTION, "990200", "H00000000008", "邻市医院", 8, "hospital"),
                    Subject(0, SubjectKind.INSTITUTION, CITY, "P00000000009", "某药店", 9, "pharmacy"),
                ],
            ),
        )

    def by(self, actor: Actor, deed: Callable[[Desk], T], policy: Policy | None = None) -> T:
        with self.register.unit_of_work(actor=actor.name) as unit:
            done = deed(Desk(unit, actor, policy or self.policy, today=self.today))
        while self.register.deliver(EVENTS):
            pass
        return done

    def on(self, ymd: int) -> int:
        self.today = day_of_ymd(ymd)
        return self.today

    def doctor(self, who: Person = SPAN, at: int | None = None, ymd: int = 20260105) -> int:
        day = day_of_ymd(ymd)
        one = self.by(CLERK, lambda d: points.register(d, who, at or self.hospital, day))
        self.by(CLERK, lambda d: points.commit_to_service(d, one, day))
        return one

    def fact(self, subject: int, kind: FactKind, body: dict[str, Any], day: int | None = None) -> int:
        new = NewFact(subject, kind, day or self.today, body)
        return self.by(CLERK, lambda d: files.write_facts(d.unit, [new], known_day=self.today))[0]

    def penalty(self, article: str = "art_40", **more: Any) -> int:
        return self.fact(self.hospital, FactKind.PENALIZED, {"article": article, **more})

    def determine(self, what: int, *who: Responsible, by: Actor = HEAD) -> list[int]:
        return self.by(by, lambda d: points.determine(d, what, who, self.today))

    def record(self, responsible: int, by: Actor = CLERK) -> int:
        return self.by(by, lambda d: points.record(d, responsible, self.today))

    def status(self, subject: int, ymd: int | None = None) -> points.Standing:
        day = self.today if ymd is None else day_of_ymd(ymd)
        return self.by(CLERK, lambda d: points.standing_of(d, subject, day))[1]


def held(subject: int, code: str = "D1", level: Level = Level.MAIN, **more: Any) -> Responsible:
    return Responsible(subject, code, level, "处方由其开具，有笔录为证", **more)


def refused(code: str) -> Any:
    return pytest.raises(Refused, match=code.replace(".", r"\."))
