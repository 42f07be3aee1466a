"""A list shows exactly the rows for which the single question says yes: on PostgreSQL, on DuckDB and on our engine."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from typing import Any

import cedarpy
import duckdb
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import text

from yibao.access import CASE_ROLES, NO_CASE, Actor, Permission, Role, Scope, Target, allows, cedar, scope
from yibao.engine import open_engine
from yibao.kernel import Refused, Region
from yibao.store import Register

REGIONS = [Region(code) for code in ("000000", "990000", "990100", "990101", "990200", "330100")]
KEYS = st.sampled_from([None, 1, 2])
NAMES = st.sampled_from(["li", "wang", "o.brien"])
SUBJECTS = st.sampled_from(["penalty:1", "penalty:2", "agreement:1", "none"])

ACTORS = st.builds(
    Actor,
    id=st.just(1),
    name=NAMES,
    roles=st.frozensets(st.sampled_from(Role), min_size=1, max_size=3),
    region=st.sampled_from(REGIONS),
    institution_id=KEYS,
    person_id=KEYS,
    practitioner_id=KEYS,
    partner=st.sampled_from([None, "police", "none", "nobody"]),
    recused=st.frozensets(SUBJECTS, max_size=2),
    recused_institutions=st.frozensets(st.sampled_from([1, 2]), max_size=1),
)
TARGETS = st.builds(
    Target,
    region=st.sampled_from([None, *REGIONS]),
    institution_id=KEYS,
    person_id=KEYS,
    practitioner_id=KEYS,
    partner=st.sampled_from([None, "police", "none", "nobody"]),
    subject=st.one_of(st.none(), SUBJECTS),
    done_by=st.frozensets(NAMES, max_size=1),
)
COLUMNS = {
    "region": "x.region", "institution": "x.institution_id", "person": "x.person_id",
    "practitioner": "x.practitioner_id", "partner": "x.partner", "subject": "x.subject", "done_by": "x.done_by",
}  # fmt: skip
PERMISSIONS = st.sampled_from([p for p in Permission if p is not Permission.FILE_UNMASK])

ROW = (
    "(n int, region text, institution_id bigint, person_id bigint, practitioner_id bigint, partner text, "
    "subject text, done_by text)"
)


def rows(targets: Sequence[Target]) -> list[tuple[Any, ...]]:
    return [
        (
            n, str(t.region) if t.region else None, t.institution_id, t.person_id, t.practitioner_id, t.partner,
            t.subject, next(iter(t.done_by), None),
        )
        for n, t in enumerate(targets)
    ]  # fmt: skip


def expected(actor: Actor, permission: Permission, targets: Sequence[Target]) -> set[int]:
    return {n for n, target in enumerate(targets) if allows(actor, permission, target)}


def in_duckdb(found: Scope, targets: Sequence[Target]) -> set[int]:
    with duckdb.connect() as connection:
        connection.execute(f"CREATE TABLE x {ROW}")
        connection.executemany(f"INSERT INTO x VALUES ({', '.join('?' * 8)})", rows(targets))
        return {
            n
            for (n,) in connection.execute(
                f"SELECT n FROM x WHERE {found.dollar}", found.parameters
            ).fetchall()
        }


@settings(max_examples=100, deadline=None)
@given(actor=ACTORS, permission=PERMISSIONS, targets=st.lists(TARGETS, min_size=1, max_size=8))
def test_a_list_shows_what_the_question_allows(
    actor: Actor, permission: Permission, targets: list[Target]
) -> None:
    assert in_duckdb(scope(actor, permission, **COLUMNS), targets) == expected(actor, permission, targets)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(actor=ACTORS, permission=PERMISSIONS, targets=st.lists(TARGETS, min_size=1, max_size=8))
def test_the_register_agrees(
    register: Register, actor: Actor, permission: Permission, targets: list[Target]
) -> None:
    found = scope(actor, permission, **COLUMNS)
    with register.engine.connect() as connection:
        connection.execute(text(f"CREATE TEMP TABLE x {ROW}"))
        raw: Any = connection.connection.driver_connection
        with raw.cursor() as cursor:
            cursor.executemany(f"INSERT INTO x VALUES ({', '.join(['%s'] * 8)})", rows(targets))
            cursor.execute(f"SELECT n FROM x WHERE {found.percent}", found.parameters)
            by_driver = {n for (n,) in cursor.fetchall()}
        by_text = set(connection.scalars(text(f"SELECT n FROM x WHERE {found.sql}"), dict(found.parameters)))
        connection.rollback()
    assert by_driver == by_text == expected(actor, permission, targets)


CLERK = Actor(1, "li", frozenset({Role.AGENCY_CLERK}), Region("990100"), recused=frozenset({"agreement:1"}))


def test_our_engine_reads_it() -> None:
    found = scope(CLERK, Permission.FINDING_READ, subject="x.subject")
    with open_engine("duckdb", memory_mib=256) as engine:
        engine.view(
            "x",
            "SELECT '990101' AS region, 1 AS institution_id, 'agreement:1' AS subject UNION ALL "
            "SELECT '990101', 1, 'agreement:2' UNION ALL SELECT '990200', 1, 'agreement:2'",
        )
        shown = engine.run(f"SELECT x.subject FROM x WHERE {found.sql}", dict(found.parameters))
    assert shown.column("subject").to_pylist() == ["agreement:2"]


def test_a_condition_is_short_and_says_each_value_once() -> None:
    clerk = dataclasses.replace(CLERK, recused=frozenset())
    both = dataclasses.replace(clerk, roles=CASE_ROLES)
    assert scope(both, Permission.FINDING_READ).sql == "x.region BETWEEN :scope_0 AND :scope_1"
    assert scope(both, Permission.FINDING_READ).parameters == {"scope_0": "990100", "scope_1": "990199"}
    assert scope(clerk, Permission.PENALTY_READ, subject="x.subject") == Scope("FALSE", {})


def test_a_list_that_says_too_little_is_refused() -> None:
    for permission, columns in (
        (Permission.AGREEMENT_READ, {}),  # a list of cases must name the case
        (Permission.FINDING_READ, {}),  # who is recused from a case reads no list that hides it
        (
            Permission.AGREEMENT_REVIEW,
            {"subject": "x.subject"},
        ),  # what is reviewed must say by whom it was done
    ):
        reviewer = dataclasses.replace(CLERK, roles=frozenset({Role.REVIEWER}))
        with pytest.raises(Refused) as refused:
            scope(reviewer, permission, **columns)
        assert refused.value.code == "access.scope_column"
    assert "COALESCE(NULL = " in scope(CLERK, Permission.FINDING_READ, subject=NO_CASE).sql


@pytest.mark.parametrize(
    "body",
    [
        {
            "like": {
                "left": {".": {"left": {"unknown": [{"Value": "resource"}]}, "attr": "region"}},
                "pattern": [],
            }
        },
        {
            "in": {
                "left": {"Value": True},
                "right": {"Value": {"__entity": {"type": "Region", "id": "990100"}}},
            }
        },
        {"==": {"left": {"Value": True}, "right": {"Value": True}}},
        {"Value": 1},
        {"unknown": [{"Value": "principal"}]},
        {"contains": {"left": {"Value": 3}, "right": {"Value": 4}}},
    ],
)
def test_an_unknown_operator_lets_no_row_through(
    body: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    residual = {
        "effect": "permit", "principal": {"op": "All"}, "action": {"op": "All"}, "resource": {"op": "All"},
        "conditions": [{"kind": "when", "body": body}],
    }  # fmt: skip
    from yibao.access import scoping as module

    monkeypatch.setattr(module, "residuals", lambda *_: (None, [residual]))
    with pytest.raises(Refused) as refused:
        module.scope(CLERK, Permission.FINDING_READ, subject="x.subject")
    assert refused.value.code == "access.scope_operator"


EVERY_OPERATOR = """
permit (principal, action, resource)
when { resource.region in principal.region || resource.institution == principal.institution }
unless { resource.person == principal.person };
forbid (principal, action, resource)
unless { !(resource.partner == principal.partner) || principal.recused.contains(resource.subject) };
"""
"""Policies of no sense that use what the translation knows and the house's own policies do not, negations above all."""


@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture],
)  # fmt: skip
@given(actor=ACTORS, targets=st.lists(TARGETS, min_size=1, max_size=8))
def test_every_operator_means_in_sql_what_it_means_in_a_policy(
    monkeypatch: pytest.MonkeyPatch, actor: Actor, targets: list[Target]
) -> None:
    parsed = cedarpy.PolicySet.from_str(EVERY_OPERATOR)
    monkeypatch.setattr(cedar, "policies", lambda: parsed)
    found = scope(actor, Permission.FINDING_READ, **COLUMNS)
    assert in_duckdb(found, targets) == expected(actor, Permission.FINDING_READ, targets)
