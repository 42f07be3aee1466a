"""A bureau's people and rounds of a real small city, each test in a register of its own."""

from __future__ import annotations

import shutil
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cached_property
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text
from tests.casework.conftest import Desk as Bench

from yibao.access import Actor, Role
from yibao.casework import rounds
from yibao.casework.cases import Desk
from yibao.casework.rounds import Line, Order, Outcome, Round, View
from yibao.kernel import Refused, day_of_ymd
from yibao.policy import Policy
from yibao.store import Home, Register, open_register

START = day_of_ymd(20260302)
"""A Monday."""
NOON = datetime(2026, 3, 2, 4, tzinfo=UTC)

ROLES = {
    "zhang": Role.AGENCY_CLERK,
    "li": Role.AGENCY_CLERK,
    "wang": Role.REVIEWER,
    "zhao": Role.REVIEWER,
    "qian": Role.AGENCY_HEAD,
    "head2": Role.AGENCY_HEAD,
    "sun": Role.REVIEWER,
    "e1": Role.EXPERT,
    "e2": Role.EXPERT,
    "e3": Role.EXPERT,
}
"""zhang reviews first, li sends and settles, wang reviews again, qian decides, zhao reconsiders, sun looks blind."""


@dataclass
class Bureau:
    """An audited city and the people of its agency, with the steps that tests repeat."""

    bench: Bench
    day: int = START

    def actor(self, name: str) -> Actor:
        region = self.policy.region
        number = sum(map(ord, name))
        if name.startswith("inst:"):
            return Actor(
                number, name, frozenset({Role.INSTITUTION_STAFF}), region, institution_id=int(name[5:])
            )
        return Actor(number, name, frozenset({ROLES[name]}), region)

    @contextmanager
    def at(self, name: str) -> Iterator[Desk]:
        register = self.bench.house.register
        with register.unit_of_work(actor=name) as unit:
            yield Desk(unit, self.actor(name), self.policy)

    @cached_property
    def policy(self) -> Policy:
        return self.bench.house.policy()

    @property
    def home(self) -> Home:
        return self.bench.house.home

    @property
    def register(self) -> Register:
        return self.bench.house.register

    def value(self, sql: str, **values: object) -> object:
        with self.register.engine.connect() as connection:
            return connection.execute(text(sql), values).scalar()

    def new(self, order: Order | None = None, seed: int = 7) -> Round:
        with self.at("zhang") as desk:
            return rounds.new_round(desk, self.home, self.register, order or Order(), day=self.day, seed=seed)

    def lines(self, code: str | None = None, **asked: object) -> list[Line]:
        with self.at("wang") as desk:
            return rounds.list_lines(desk, code, **asked)  # type: ignore[arg-type]

    def pass_all(self, code: str) -> None:
        with self.at("zhang") as desk:
            lines = rounds.list_lines(desk, code, states={"first_review"})
            rounds.open_lines(desk, [line.number for line in lines if line.sampled])
            rounds.first_review(desk, "pass", lines, day=self.day)

    def send(self, code: str) -> list[rounds.Dispatch]:
        with self.at("li") as desk:
            rounds.send(desk, code, day=self.day, now=NOON)
        with self.at("li") as desk:
            later = NOON + timedelta(minutes=11)
            return rounds.dispatch(desk, self.home, self.register, code, day=self.day, now=later)

    def sent(self, order: Order | None = None) -> Round:
        """A round that left, all its lines waiting for an answer."""
        one = self.new(order)
        self.pass_all(one.code)
        self.send(one.code)
        return one

    def appealed(self, line: Line, statement: str = "确有必要") -> None:
        with self.at(f"inst:{line.institution_id}") as desk:
            rounds.answer(desk, {line.case_id: rounds.Said(rounds.Answer.DISPUTE, statement)}, day=self.day)

    def decided(self, line: Line, view: View | None = None) -> None:
        """From an appeal to the final decision."""
        view = view or View(Outcome.FULL)
        self.appealed(line)
        with self.at("wang") as desk:
            rounds.review(
                desk, rounds.find_lines(desk, [line.number]), view, day=self.day, reason="理由不成立"
            )
        with self.at("qian") as desk:
            rounds.decide(desk, rounds.find_lines(desk, [line.number]), day=self.day, reason="同意复审意见")

    def deducted(self, line: Line, view: View | None = None) -> rounds.Plan:
        self.decided(line, view)
        with self.at("li") as desk:
            made = rounds.plan(desk, 202604, day=self.day)
        with self.at("li") as desk:
            return rounds.execute(desk, made.number, day=self.day, voucher="V1")


def refused(bureau: Bureau, name: str, deed: Any) -> str:
    with pytest.raises(Refused) as told, bureau.at(name) as desk:
        deed(desk)
    assert told.value.text.zh and told.value.text.en
    return told.value.code


def fresh(bureau: Bureau, line: Line) -> Line:
    with bureau.at("wang") as desk:
        return rounds.find_lines(desk, [line.finding])[0]


@pytest.fixture(scope="session")
def audited_city(
    register: Register, _migrated_database: str, small_city: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[str, Path]]:
    """The small city, collected and audited once: a database to copy from, and its home."""
    name = "template_of_rounds"
    home = tmp_path_factory.mktemp("rounds") / "home"
    _outside(register, f"CREATE DATABASE {name} TEMPLATE {_migrated_database}")
    with open_register(Home(home), _url(register, name)) as opened:
        bench = Bench(opened)
        bench.collect(small_city)
        bench.audit()
    yield name, home
    _outside(register, f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture(scope="session")
def sent_city(
    register: Register, audited_city: tuple[str, Path], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[str, Path, str]]:
    """The same, with a round of sixty lines that was sent with its workbooks; gives the round's code too."""
    folder = tmp_path_factory.mktemp("sent")
    with _copy(register, audited_city, folder, "template_of_sent") as bureau:
        one = bureau.sent(Order(limit=60))
        with bureau.at("li") as desk:
            rounds.workbooks(desk, bureau.home, bureau.register, one.code)
        bureau.register.engine.dispose()
        yield "template_of_sent", folder / "home", one.code


@pytest.fixture
def bureau(register: Register, audited_city: tuple[str, Path], tmp_path: Path) -> Iterator[Bureau]:
    with _copy(register, audited_city, tmp_path, f"rounds_{uuid.uuid4().hex}") as made:
        yield made


@pytest.fixture
def sent_bureau(
    register: Register, sent_city: tuple[str, Path, str], tmp_path: Path
) -> Iterator[tuple[Bureau, str]]:
    """A bureau whose round left this morning, with the round's code."""
    with _copy(register, sent_city[:2], tmp_path, f"rounds_{uuid.uuid4().hex}") as made:
        yield made, sent_city[2]


@contextmanager
def _copy(register: Register, template: tuple[str, Path], folder: Path, name: str) -> Iterator[Bureau]:
    shutil.copytree(template[1], folder / "home")
    _outside(register, f"CREATE DATABASE {name} TEMPLATE {template[0]} STRATEGY FILE_COPY")
    with open_register(Home(folder / "home"), _url(register, name)) as opened:
        yield Bureau(Bench(opened))
    _outside(register, f"DROP DATABASE {name} WITH (FORCE)")


def _url(register: Register, database: str) -> str:
    return register.url.set(database=database).render_as_string(hide_password=False)


def _outside(register: Register, statement: str) -> None:
    with register.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text(statement))
