"""The house: an open home with the verbs of the rooms, and who does which job and hears which event."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TypeVar

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from yibao import consequence
from yibao.access import Actor, Permission, Purpose, Target, acting, check, local_actor, read_of_file
from yibao.archive import files
from yibao.audit import Rule, running
from yibao.bootstrap.knowing import NATIONAL, OFFICIAL, official_files, region_policy
from yibao.casework import rounds
from yibao.casework.cases import Desk, note_institutions
from yibao.casework.findings import (
    Backtest,
    Order,
    RunOutcome,
    Trial,
    audit_lake,
    backtest,
    trial,
)
from yibao.claims import knowledge_tables
from yibao.collect import Outcome, Progress, Source, collect
from yibao.kernel import EventKind, Json, Refused, Region, Text, today
from yibao.ledger import Tag, home_signers, record, record_file, sign_waiting
from yibao.policy import Policy
from yibao.store import (
    Delivered,
    Handler,
    Home,
    Job,
    JobHandler,
    Lake,
    Register,
    Trouble,
    UnitOfWork,
    count_jobs,
    open_register,
    try_again,
    work,
)

T = TypeVar("T")

JOBS: dict[str, JobHandler] = {}
"""Who does which kind of background job; a room's job is a line here."""


def _hear_case(unit: UnitOfWork, heard: Delivered) -> None:
    """Let the file hear of a case first, and then what follows from the file."""
    files.hear_case(unit, heard)
    consequence.hear_case(unit, heard)


EVENTS: dict[str, Handler] = dict.fromkeys(
    (EventKind.CASE_DECIDED, EventKind.CASE_REVOKED, EventKind.CASE_CLOSED), _hear_case
)
"""Who hears which kind of event of the outbox."""


@dataclass(frozen=True, slots=True)
class House:
    """An open home: its register and lake, and the verbs of the rooms with everything they need."""

    home: Home
    register: Register
    actor: str
    on_acting: Callable[[Actor], None] = lambda _: None
    """Told who acts, each time that somebody does."""
    on_unsigned: Callable[[Refused], None] = lambda _: None
    """Told why what was done waits for its signature: it stands, and to refuse it now would have it done twice."""

    @property
    def lake(self) -> Lake:
        """Give the lake of this home."""
        return Lake(self.home, self.register)

    def acting(self, account: str | None) -> Actor:
        """Give who acts in this home: a named account, or its single user where there are none."""
        who = acting(self.register, account)
        self.on_acting(who)
        return who

    def entrusted(self, account: str | None, *permissions: Permission) -> House:
        """Give this house in the name of somebody who may do these things with all that it holds.

        What concerns the whole lake (to collect, to audit, to load knowledge, to back up) is asked for its region: that
        of most institutions, or, while it holds none, the actor's own. The single user of a home without accounts may.
        Raises `Refused`: ``access.who``, ``access.denied``.
        """
        who = acting(self.register, account)
        if who.is_local:
            return self
        self.on_acting(who)
        place = self._city()
        for permission in permissions:
            check(who, permission, Target(who.region if place == NATIONAL else Region(place)))
        return replace(self, actor=who.name)

    def look(self, account: str | None, what: str, subject: str) -> None:
        """Write that somebody looks at rows which name people; a home without accounts has nobody to tell apart."""
        who = acting(self.register, account)
        if who.is_local:
            return
        with self.register.unit_of_work(actor=who.name) as unit:
            look = read_of_file(
                unit,
                who,
                what=what,
                subject=subject,
                target=Target(self.policy().region),
                purpose=Purpose.CASEWORK,
            )
            record(unit, Tag.ACCESS_FILE_READ, subject, {"look": look})

    def on_record(
        self,
        account: str | None,
        tag: Tag,
        subject: str,
        deed: Callable[[UnitOfWork, Actor], T],
        body: Mapping[str, Json],
        *,
        personal: Mapping[str, str] | None = None,
    ) -> T:
        """Change who may do what, in somebody's name: the ledger has it in the same transaction, or it is not done."""
        who = self.acting(account)
        with self.register.unit_of_work(actor=who.name) as unit:
            done = deed(unit, who)
            record(unit, tag, subject, body, personal=personal)
        return done

    def collect(
        self, paths: Iterable[Path], source: Source, progress: Progress, on_wait: Callable[[], None]
    ) -> Outcome:
        """Collect files of one source into the lake; refuses a mapping under the name of the official points."""
        if source.source == OFFICIAL:
            raise Refused(
                "knowledge.official_name",
                zh="这个来源名称只属于随附的国家两库",
                en="this source name belongs to the national points that ship with the house",
                came=OFFICIAL,
                todo=Text(
                    zh="对应关系中的 source 另取名称；加载随附的两库用 yibao knowledge load --official",
                    en="give the mapping another source; yibao knowledge load --official loads what ships",
                ),
            )
        return self._collect(paths, source, progress, on_wait)

    def _collect(
        self, paths: Iterable[Path], source: Source, progress: Progress, on_wait: Callable[[], None]
    ) -> Outcome:
        return collect(
            self.home, self.register, paths, source, actor=self.actor, progress=progress, on_wait=on_wait
        )

    def audit(
        self,
        *,
        engine: str,
        rules: Sequence[str] | None,
        region: str | None,
        since: int | None,
        as_known: int | None,
        memory_mib: int,
        progress: Progress,
        on_wait: Callable[[], None],
        sql_log: Path | None,
    ) -> RunOutcome:
        """Audit the lake under the policy of its region; refuses a named rule that is not published there."""
        policy = self.policy(region)
        finding, grey = running(rules, policy.region)
        order = Order(
            rules=finding,
            grey=grey,
            policy=policy,
            engine=engine,
            since=since,
            as_known=as_known,
            memory_mib=memory_mib,
            official=(OFFICIAL,),
        )
        outcome = audit_lake(
            self.home,
            self.register,
            order,
            actor=self.actor,
            progress=progress,
            on_wait=on_wait,
            sql_log=sql_log,
        )
        note_institutions(self.home, self.register, actor=self.actor)
        return outcome

    def trial(self, rule: Rule, region: str | None, progress: Progress) -> Trial:
        """Run a rule of any status over all history under the policy of the region; nothing is kept."""
        return trial(self.home, self.register, self._alone(rule, region), progress)

    def backtest(
        self, rule: Rule, name: str, values: Sequence[int], region: str | None, progress: Progress
    ) -> Backtest:
        """Sweep one parameter of a rule over all history; nothing is kept."""
        return backtest(self.home, self.register, self._alone(rule, region), name, values, progress)

    def _alone(self, rule: Rule, region: str | None) -> Order:
        return Order(rules=[rule], policy=self.policy(region), official=(OFFICIAL,))

    def at_desk(self, account: str | None, deed: Callable[[Desk], T], *, region: str | None = None) -> T:
        """Do something at somebody's desk: one transaction in his name, and what it wrote to the ledger is signed.

        ``account`` None is the single user of a home that has no accounts. Refuses who is not known, or may not.
        """
        return self.as_somebody(self.acting(account), deed, policy=self.policy(region))

    def as_somebody(
        self, who: Actor, deed: Callable[[Desk], T], *, policy: Policy, on_day: int | None = None
    ) -> T:
        """Do something at the desk of somebody who is known already; what was decided is then heard, and signed.

        ``on_day`` is the day it is at that desk, where it is not today.
        """
        with self.register.unit_of_work(actor=who.name) as unit:
            done = deed(Desk(unit, who, policy, today() if on_day is None else on_day))
        while self.register.deliver(EVENTS):
            pass  # what was decided is in the files before anybody looks there
        self.sign()
        return done

    def sign(self) -> None:
        """Sign what waits in the ledger; where the keys are away it goes on waiting, and that is told."""
        try:
            sign_waiting(self.register)
        except Refused as refused:
            self.on_unsigned(refused)

    def policy(self, region: str | None = None) -> Policy:
        """Load the policy of a region; unless named, of the city that most institutions of the lake belong to."""
        return region_policy(self.home.path, region or self._city())

    def _city(self) -> str:
        regions = [
            pq.read_table(f.path, columns=["region"]).column("region") for f in self.lake.files("institution")
        ]
        codes = [code for column in regions for code in column.to_pylist() if code]
        if not codes:
            return NATIONAL
        cities = pc.value_counts(pa.array([f"{code[:4]}00" for code in codes])).to_pylist()
        return str(Region(max(cities, key=lambda c: (c["counts"], c["values"]))["values"]))

    def work(self, *, until: Callable[[], bool] | None, trouble: Trouble) -> int:
        """Run background jobs and deliver events, until told to stop, or (None) until nothing is due.

        What waits in the ledger is signed on the way: this program may run for months before its home is closed.
        """

        def over() -> bool:
            try:
                sign_waiting(self.register)
            except Exception as error:  # the register is away, or a key: acts stay written, and pending
                trouble("ledger", error)
            return until is None or until()

        over_or_once = None if until is None else over
        jobs = {
            **JOBS,
            rounds.LEAVES: self._round_leaves,
            consequence.FOLLOWS: self._effects_follow,
            consequence.SENDS: self._effect_leaves,
        }
        return work(self.register, jobs, events=EVENTS, until=over_or_once, trouble=trouble)

    def _round_leaves(self, unit: UnitOfWork, job: Job) -> None:
        """Let a round leave whose time to be recalled is over, in the name of who sent it."""
        alone = ExitStack()
        alone.enter_context(self.register.exclusive("audit"))
        unit.at_end(alone.close)  # a run must not change findings before the notice of them is committed
        who = self.acting(None if job.actor == local_actor().name else job.actor)
        number, now = int(str(job.body["round"])), datetime.now(UTC)
        rounds.leave(Desk(unit, who, self.policy()), self.home, self.register, number, day=today(), now=now)

    def _effects_follow(self, unit: UnitOfWork, job: Job) -> None:
        """Draw the consequences for a file, in the name of what was decided there."""
        head = files.subject(unit, int(str(job.body["subject"])))
        consequence.follow_by_law(unit, self.policy(head.region), head, today())

    def _effect_leaves(self, unit: UnitOfWork, job: Job) -> None:
        """Let the letters of an ordered effect to one partner leave; its own transactions make each step stand."""
        self.post(int(str(job.body["order"])), str(job.body["partner"]), actor=unit.actor)

    def post(self, order: int, partner: str, *, actor: str) -> list[Path]:
        """Sign what letters an ordered effect needs to a partner and lay them into the outbox; give the files."""
        return consequence.post(
            self.register,
            self.home.outbox,
            home_signers(self.register),
            order,
            partner,
            actor=actor,
            day=today(),
        )

    def jobs(self) -> Mapping[str, int]:
        """Count the background jobs by state."""
        with self.register.unit_of_work(self.actor) as unit:
            return count_jobs(unit)

    def try_again(self) -> int:
        """Put the failed jobs back among the waiting ones; say how many."""
        with self.register.unit_of_work(self.actor) as unit:
            return try_again(unit)

    def load_official_knowledge(self, progress: Progress, *, only_if_none: bool) -> Outcome | None:
        """Load the points, codes and holidays that ship with the house.

        With ``only_if_none`` not where the lake holds points of any kind that ships: a bureau that keeps its own
        table of such points is not given the nation's beside it unasked.
        """
        with official_files() as (source, files):
            if only_if_none and any(self.lake.files(one.table) for one in source.files):
                return None
            return self._collect(files, source, progress, lambda: None)

    def knowledge(self) -> list[dict[str, object]]:
        """Give what is loaded of each kind of knowledge, by source; ``official`` is what ships with the house."""
        official = {b.number for b in self.lake.batches() if b.source == OFFICIAL}
        found = []
        for kind, table in knowledge_tables().items():
            counts: Counter[tuple[str, bool]] = Counter()
            for file in self.lake.files(table.table):
                sources = pq.read_table(file.path, columns=["source"]).column("source").to_pylist()
                counts.update((source, file.batch in official) for source in sources)
            found += [
                {"kind": kind, "rows": rows, "source": source, "official": ships}
                for (source, ships), rows in counts.items()
            ]
        return found

    def anchor(self, files: Iterable[Path | None]) -> None:
        """Write to the ledger which files were handed out, by digest; what could not be written is left out."""
        with self.register.unit_of_work(self.actor) as unit:
            for file in files:
                if file is not None:
                    record_file(unit, Tag.AUDIT_FILE_EXPORTED, file.name, file)


@contextmanager
def open_house(
    path: Path,
    actor: str = "cli",
    *,
    on_acting: Callable[[Actor], None] = lambda _: None,
    on_unsigned: Callable[[Refused], None] = lambda _: None,
) -> Iterator[House]:
    """Open a home for one program's work; starts the register where none is given by URL.

    ``on_acting`` is told who acts, each time that somebody does. What the work wrote to the ledger is signed before the
    home is closed; ``on_unsigned`` is told why where it cannot be.
    """
    home = Home(path)
    with open_register(home) as register:
        house = House(home, register, actor, on_acting, on_unsigned)
        yield house
        house.sign()
