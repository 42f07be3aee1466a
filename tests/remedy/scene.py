"""A bureau, an agency, a hospital and a doctor: what the tests of remedy walk through, an act a transaction."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import TypeVar

from sqlalchemy import text
from tests.casework.cases import people
from tests.casework.cases.people import CLERK, HEAD, LAWYER, LI, WANG, ZHAO, person
from tests.casework.cases.plant import plant

from yibao import consequence
from yibao.access import Actor, Role
from yibao.archive import files, points
from yibao.archive.files import FactKind, NewFact, Subject, SubjectKind
from yibao.archive.points import Level, Person, PersonClass, Responsible, Standing
from yibao.bootstrap import EVENTS
from yibao.casework import penalty
from yibao.casework.cases import Desk, Doing, Opening
from yibao.casework.penalty import Article, Measures, Officer
from yibao.kernel import day_of_ymd
from yibao.store import Job, Register, UnitOfWork

T = TypeVar("T")
DAY = day_of_ymd(20260302)
POLICY = people.policy()
HEAD_TWO = person("head_two", Role.DECIDING_HEAD)
SECOND_CLERK = people.SECOND_CLERK
DOCTOR = person("doctor", Role.PRACTITIONER, practitioner_id=5)
OTHER_DOCTOR = person("other_doctor", Role.PRACTITIONER, practitioner_id=6)
OTHER_HOSPITAL = person("other_hospital", Role.INSTITUTION_STAFF, institution=8)
FRAUD = Measures(
    article=Article.FRAUD, act_day=day_of_ymd(20251101), loss_fen=1_000_000, refund_fen=1_000_000, patient_fen=0,
    fine_fen=2_000_000,
)  # fmt: skip
LOSS = replace(FRAUD, article=Article.LOSS, fine_fen=1_000_000)


class Scene:
    """A register with a hospital (7), its doctor (5) and a day that goes on."""

    def __init__(self, register: Register) -> None:
        self.register = register
        self.day = DAY
        plant(register, 5)
        place = Subject(0, SubjectKind.INSTITUTION, people.CITY, "H00000000007", "某医院7", 7, "hospital")
        self.hospital = self.by(CLERK, lambda d: files.open_subjects(d.unit, [place]))[0]
        doctor = Person("D990100000001", "王医生", PersonClass.DOCTOR, 5)
        registered = day_of_ymd(20250301)
        self.doctor = self.by(CLERK, lambda d: points.register(d, doctor, self.hospital, registered))
        self.by(CLERK, lambda d: points.commit_to_service(d, self.doctor, registered))

    def by(self, actor: Actor, deed: Callable[[Desk], T], *, days: int = 0) -> T:
        self.day += days
        with self.register.unit_of_work(actor=actor.name) as unit:
            done = deed(self.desk(unit, actor))
        while self.register.deliver(EVENTS):
            pass
        return done

    def desk(self, unit: UnitOfWork, actor: Actor) -> Desk:
        return Desk(unit, actor, POLICY, today=self.day)

    def doing(self, reason: str = "登记") -> Doing:
        return Doing(self.day, reason)

    def told(self, measures: Measures, *, case: int | None = None, reported: bool = False) -> int:
        """Walk a penalty to the served notice, or a case taken up again, perhaps reported already; give the case."""
        if case is None:
            opening = Opening(people.CITY, "虚构医药服务项目", institution_id=7)
            case = self.by(ZHAO, lambda d: penalty.register(d, opening, self.doing())).id
            self._act(case, ZHAO, "propose_filing")
            self._act(case, HEAD, "file")
            officers = (Officer("li", "浙A001"), Officer("wang", "浙A002"))
            self.by(ZHAO, lambda d: penalty.assign(d, case, officers, self.doing()))
        if not reported:
            self._act(case, LI, "report")
            self._act(case, LAWYER, "pass_review")
        self.by(LI, lambda d: penalty.tell(d, case, measures, self.doing()))
        self.by(LI, lambda d: penalty.serve_notice(d, case, self.doing()))
        return case

    def penalize(self, measures: Measures, *, case: int | None = None, reported: bool = False) -> int:
        """Walk a penalty to its service; give the case. The sums are too small for a hearing."""
        case = self.told(measures, case=case, reported=reported)
        self.by(WANG, lambda d: penalty.answer(d, case, "waive", self.doing("书面放弃")))
        self.by(WANG, lambda d: penalty.weigh(d, case, self.doing("无新理由")))
        self.by(HEAD, lambda d: penalty.decide(d, case, measures, self.doing("裁量适当")))
        self.by(LI, lambda d: penalty.serve(d, case, self.doing()))
        return case

    def _act(self, case: int, actor: Actor, verb: str) -> None:
        self.by(actor, lambda d: penalty.act(d, case, verb, self.doing("经查证属实")))

    def instrument(self) -> int:
        """Give the penalty that stands in the hospital's file."""
        known = self.by(CLERK, lambda d: files.standing(files.facts_of(d.unit, self.hospital)))
        return [one.id for one in known if one.kind is FactKind.PENALIZED][-1]

    def determined(self, behaviour: str, level: Level, actor: Actor = HEAD) -> int:
        one = Responsible(self.doctor, behaviour, level, "主管医师，直接责任")
        return self.by(actor, lambda d: points.determine(d, self.instrument(), [one], self.day))[0]

    def recorded(self, responsible: int) -> int:
        return self.by(CLERK, lambda d: points.record(d, responsible, self.day))

    def follow(self, unit: UnitOfWork, job: Job) -> None:
        """Draw the consequences for a file, as the house's own job does."""
        head = files.subject(unit, int(str(job.body["subject"])))
        consequence.follow_by_law(unit, POLICY, head, self.day)

    def status(self, day: int | None = None) -> Standing:
        wanted = self.day if day is None else day
        return self.by(CLERK, lambda d: points.status(d.unit, d.policy, self.doctor, wanted))

    def write(self, *facts: NewFact) -> list[int]:
        return self.by(CLERK, lambda d: files.write_facts(d.unit, facts, known_day=d.today))

    def ledger_tags(self) -> list[str]:
        with self.register.engine.connect() as connection:
            return list(connection.scalars(text("SELECT tag FROM ledger_leaf ORDER BY entry")))
