"""The verb of this room so far: run the audit over the lake, and receive what it found."""

from __future__ import annotations

import json
import platform
from collections.abc import Callable, Mapping
from datetime import datetime
from functools import partial
from hashlib import sha256
from pathlib import Path
from time import perf_counter
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

import yibao
from yibao.audit import attribute, label
from yibao.casework.findings import store
from yibao.casework.findings.corrections import corrections, put_on_record, standing, without
from yibao.casework.findings.crediting import credit, ranks, stored_evidence
from yibao.casework.findings.model import RunOutcome
from yibao.casework.findings.order import Order, Progress
from yibao.casework.findings.running import Verdict, judge_all
from yibao.casework.findings.touched import Last, recorded
from yibao.collect import known_files, superseded
from yibao.engine import Engine, open_engine
from yibao.kernel import Event, EventKind, Json, Refused, Text, format_fen
from yibao.ledger import Tag, record
from yibao.store import Home, Lake, Register, UnitOfWork


def audit_lake(
    home: Home,
    register: Register,
    order: Order,
    *,
    actor: str,
    progress: Progress = lambda what, done, of: None,
    on_wait: Callable[[], None] | None = None,
    sql_log: Path | None = None,
) -> RunOutcome:
    """Run rules over the lake and receive their findings; headers and evidence become visible by one commit.

    ``since`` (a batch number) judges again only the persons and institutions of whom something became known after
    it, and leaves the same findings as a full run: a rule whose last run went by something else judges everything
    and is named in the outcome (`touched`). ``as_known`` looks at the lake as it was known then; such a run
    answers a question about the past and changes no finding. ``sql_log`` receives exactly the SQL that ran.
    Raises `Refused` for an empty lake.
    """
    lake = Lake(home, register)
    with register.exclusive("audit", on_wait=on_wait):
        began = perf_counter()
        if sql_log is not None:
            sql_log.write_text("", encoding="utf-8")  # a place that cannot be written is told before the work
        known_no = order.as_known if order.as_known is not None else _latest(lake)
        files = known_files(lake, known_no)
        if not files["line"]:
            raise nothing_to_audit()
        replaced = superseded(lake, known_no)
        with open_engine(order.engine, memory_mib=order.memory_mib, spill=home.work) as engine:
            last = _last(register, actor) if order.since is not None else {}
            verdict = judge_all(engine, lake, files, replaced, order, known_no, last, progress)
            if sql_log is not None:
                _write_log(engine, sql_log)
        progress("归集疑点", len(order.rules), len(order.rules))
        outcome = _receive(home, lake, register, order, verdict, known_no, actor, began)
    return outcome


def nothing_to_audit() -> Refused:
    """Say that there are no bills yet."""
    return Refused(
        "casework.empty_lake",
        zh="数据湖里还没有费用明细，没有可审核的内容",
        en="the lake holds no charge lines yet; there is nothing to audit",
        todo=Text(zh="先运行 yibao collect 收集数据", en="run yibao collect first"),
    )


def _last(register: Register, actor: str) -> dict[str, Last]:
    """Give the newest run that judged each rule."""
    with register.unit_of_work(actor=actor) as unit:
        rows = store.last_judged(unit.connection)
    return {row.said["rule"]: Last(row.number, row.region, row.known_no, row.said) for row in rows}


def _write_log(engine: Engine, path: Path) -> None:
    with path.open("w", encoding="utf-8") as sink:
        for ran in engine.log:
            sink.write(
                f"-- {ran.name or ''} [{ran.dialect}] {ran.seconds:.3f} s, {ran.rows} rows\n{ran.sql};\n\n"
            )


# — receiving —


def _receive(
    home: Home,
    lake: Lake,
    register: Register,
    order: Order,
    verdict: Verdict,
    known_no: int | datetime,
    actor: str,
    began: float,
) -> RunOutcome:
    findings, evidence = label([part for one in verdict.judged for part in one.parts()])
    outcome = _outcome(order, verdict)
    if order.as_known is not None:
        credits = attribute(findings, evidence, ranks())
        _count(outcome, _with_credits(findings, credits))
        outcome.seconds = perf_counter() - began
        return outcome
    with lake.batch(kind="audit", source=order.engine) as batch, register.unit_of_work(actor=actor) as unit:
        store.show_again(unit.connection, verdict.again())
        lessened = store.lessened(unit.connection, findings)
        taken_back = corrections(home, lake, lessened, partial(stored_evidence, lake), known_no)
        stay = standing(taken_back)
        findings, evidence = without(findings, stay), without(evidence, stay)
        store.keep(unit.connection, stay.column("finding_id").to_pylist())
        credits = credit(
            lake, findings, evidence, before=store.again_places(unit.connection),
            kept=partial(store.kept_places, unit.connection) if store.keeps_any(unit.connection) else None,
        )  # fmt: skip
        findings = _with_credits(findings, credits)
        if evidence.num_rows:
            pq.write_table(evidence, batch.stage("evidence"), compression="zstd")
        run = store.begin_run(
            unit.connection, batch=batch.number, engine=order.engine, region=str(order.policy.region),
            since=order.since, known_no=known_no, rules=_said(verdict), versions=_versions(),
            lines=verdict.lines,
            findings=0, amount_fen=0, milliseconds=0, actor=actor,
        )  # fmt: skip
        store.receive(unit.connection, findings, run, batch.number)
        put_on_record(unit, run, taken_back)
        outcome.self_corrected = sum(one.what == "self_corrected" for one in taken_back)
        outcome.returned = sum(one.what == "returned" and not one.known for one in taken_back)
        outcome.withdrawn = store.withdraw(unit.connection, run)
        store.credit(unit.connection, credits)
        outcome.run = run
        for row in store.totals(unit.connection):
            outcome.by_rule[row.rule] = row.findings
            outcome.amount_by_rule[row.rule] = int(row.attributed_fen)
        outcome.findings = sum(outcome.by_rule.values())
        outcome.amount_fen = sum(outcome.amount_by_rule.values())
        outcome.seconds = perf_counter() - began
        store.end_run(
            unit.connection, run, findings=outcome.findings, amount_fen=outcome.amount_fen,
            milliseconds=round(outcome.seconds * 1000),
        )  # fmt: skip
        body: dict[str, Json] = {
            "findings": outcome.findings,
            "amount_fen": outcome.amount_fen,
            "engine": order.engine,
        }
        unit.emit(Event(EventKind.AUDIT_FINISHED, f"run:{run}", body))
        _anchor(unit, f"run:{run}", body, verdict, batch.publish(unit))
    return outcome


def _anchor(
    unit: UnitOfWork, run: str, body: Mapping[str, Json], verdict: Verdict, files: Mapping[str, str]
) -> None:
    """Write to the ledger what a run found, by which rules and versions, and the digests of its evidence."""
    judged_by = json.dumps([_said(verdict), _versions()], ensure_ascii=False, sort_keys=True)
    digest = sha256(judged_by.encode()).hexdigest()
    evidence: dict[str, Json] = {**files}
    record(unit, Tag.AUDIT_RUN_FINISHED, run, {**body, "judged_by": digest, "evidence": evidence})


def _said(verdict: Verdict) -> list[dict[str, Any]]:
    """Give what the run records of each rule; a grey one carries its counts, by which it is known as grey."""
    grey = [{**recorded(one.judged), "grey": one.as_json()} for one in verdict.grey]
    return [*(recorded(one) for one in verdict.judged), *grey]


def _outcome(order: Order, verdict: Verdict) -> RunOutcome:
    judged = verdict.judged
    assumed = {
        value.key: f"{value.key} = {value.value} {value.unit} （假定 assumed）"
        for one in judged
        for value in one.values
        if value.assumed
    }
    return RunOutcome(
        run=0,
        engine=order.engine,
        region=str(order.policy.region),
        lines=verdict.lines,
        findings=0,
        by_rule={one.rule.id: 0 for one in judged if one.skipped is None},
        amount_by_rule={one.rule.id: 0 for one in judged if one.skipped is None},
        amount_fen=0,
        seconds=0.0,
        rule_seconds={one.rule.id: one.seconds for one in judged},
        skipped={one.rule.id: one.skipped for one in judged if one.skipped is not None},
        widened=verdict.widened,
        grey={one.judged.rule.id: one.as_json() for one in verdict.grey},
        assumed=list(assumed.values()),
    )


def _count(outcome: RunOutcome, findings: pa.Table) -> None:
    for rule, fen in zip(
        findings.column("rule").to_pylist(), findings.column("attributed_fen").to_pylist(), strict=True
    ):
        outcome.by_rule[rule] += 1
        outcome.amount_by_rule[rule] += fen
    outcome.findings = findings.num_rows
    outcome.amount_fen = sum(outcome.amount_by_rule.values())


def _with_credits(findings: pa.Table, credits: pa.Table) -> pa.Table:
    credited = dict(zip(credits.column(0).to_pylist(), credits.column(1).to_pylist(), strict=True))
    values = pa.array([credited[i] for i in findings.column("finding_id").to_pylist()], pa.int64())
    return findings.set_column(findings.schema.get_field_index("attributed_fen"), "attributed_fen", values)


def _latest(lake: Lake) -> int:
    return max((b.known_no or 0 for b in lake.batches()), default=0)


def _versions() -> dict[str, str]:
    return {"yibao": yibao.__version__, "python": platform.python_version()}


def money(fen: int) -> str:
    """Write an amount as reports do: 万元 from ten thousand yuan on, else 元."""
    return format_fen(fen, "wan") if abs(fen) >= 1_000_000 else format_fen(fen)
