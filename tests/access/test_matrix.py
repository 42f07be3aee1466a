"""Every verb, every role, own and other region, own and other institution: as people have read and agreed to it."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.access.matrix_text import matrix_text

from yibao.access import (
    Actor,
    Permission,
    Reach,
    Role,
    Target,
    allows,
    cedar,
    check,
    check_all,
    holders,
    matrix,
)
from yibao.kernel import Refused, Region, read_yaml

REVIEWED = Path(__file__).with_name("matrix.yaml")
CITY, COUNTY, PROVINCE, OTHER = (Region(code) for code in ("990100", "990101", "990000", "990200"))


def reviewed() -> dict[str, dict[str, list[str]]]:
    read = read_yaml(REVIEWED.read_text(encoding="utf-8"), REVIEWED.name)
    assert isinstance(read, dict)
    return read


def test_the_table_is_what_the_policies_come_to() -> None:
    assert REVIEWED.read_text(encoding="utf-8") == matrix_text()


@pytest.mark.parametrize("role", Role)
def test_every_verb_for_own_and_other_region_and_institution(role: Role) -> None:
    """Walk all cells of a role against the reviewed table, without the words that made it."""
    agreed = {Permission(p): reach for reach, given in reviewed()[role].items() for p in given}
    actor = Actor(
        1, "x", frozenset({role}), CITY, institution_id=1, person_id=1, practitioner_id=1, partner="p"
    )
    cells = [
        (permission, region, institution)
        for permission in Permission
        if permission is not Permission.FILE_UNMASK  # needs a purpose: test_masks
        for region in (CITY, COUNTY, PROVINCE, OTHER)
        for institution in (1, 2)
    ]
    decisions = cedar.decide(actor, [(p, Target(region=r, institution_id=i)) for p, r, i in cells])
    for (permission, region, institution), decision in zip(cells, decisions, strict=True):
        wanted = {
            "anything": True,
            "own_region": region in (CITY, COUNTY),
            "own_institution": institution == 1,
        }.get(agreed.get(permission, ""), False)
        assert decision.allowed == wanted, f"{role} {permission} {region} {institution}"


def test_every_permission_is_somebodys() -> None:
    for permission in Permission:
        assert any(permission in given for given in matrix().values()), permission
    for permission in (Permission.FILE_UNMASK, Permission.ROUND_ANSWER):
        assert holders(permission) == tuple(role for role, given in matrix().items() if permission in given)


def test_permissions_are_alphabetised_and_named_by_what_they_are() -> None:
    assert list(Permission) == sorted(Permission)
    for permission in Permission:
        resource, action = permission.value.split(":")
        assert permission.name == f"{resource}_{action}".upper()
        assert permission.label.zh and permission.label.en
    assert len({p.label.zh for p in Permission}) == len({p.label.en for p in Permission}) == len(Permission)


def test_the_policies_fit_the_schema_and_each_says_what_it_is() -> None:
    assert cedar.policies() is cedar.policies()  # parsed once
    assert len(cedar.notes()) == cedar.policy_text().count("@id(")


@pytest.mark.parametrize(
    "change",
    [
        ('Action::"finding:read"', 'Action::"finding:raed"'),  # an action that is no permission
        ("resource.region in", "resource.reigon in"),  # an attribute that things do not have
        ('Role::"agency_clerk",', '"agency_clerk",'),
    ],
)
def test_a_slip_in_the_policies_is_refused(change: tuple[str, str], monkeypatch: pytest.MonkeyPatch) -> None:
    wrong = cedar.policy_text().replace(*change)
    assert wrong != cedar.policy_text()
    monkeypatch.setattr(cedar, "policy_text", lambda: wrong)
    with pytest.raises(Refused) as refused:
        cedar.policies.__wrapped__()
    assert refused.value.code == "access.policy"


def test_only_the_bureau_punishes() -> None:
    """行政处罚法 Art. 17: the agency's roles have no part in a penalty case."""
    agency = (Role.AGENCY_CLERK, Role.AGENCY_HEAD, Role.REVIEWER, Role.EXPERT)
    for role in agency:
        assert [p for p in matrix()[role] if p.resource == "penalty"] == []
    assert holders(Permission.PENALTY_DECIDE) == (Role.DECIDING_HEAD,)


def test_administrators_see_no_case() -> None:
    business = {
        "agreement", "audit", "data", "designation", "document", "export", "file", "finding", "knowledge", "penalty",
        "quarantine", "round", "rule",
    }  # fmt: skip
    for role in Role:
        if role.is_duty:
            assert [p for p in matrix()[role] if p.resource in business] == []


def test_who_watches_changes_nothing() -> None:
    looking = {"export", "read", "read_accounts", "read_log", "take", "verify"}
    assert {p.value.split(":")[1] for p in matrix()[Role.AUDITOR]} == looking
    assert Permission.FILE_UNMASK not in matrix()[Role.AUDITOR]
    assert set(matrix()[Role.PUBLIC]) == {Permission.LEDGER_VERIFY, Permission.POLICY_READ}
    assert all(reach == {Reach.ANYTHING} for reach in matrix()[Role.PUBLIC].values())


def test_the_second_pair_of_eyes_is_somebody_elses() -> None:
    head = Actor(1, "zhao", frozenset({Role.DECIDING_HEAD, Role.CASE_HANDLER}), CITY)
    mine, others = (Target(region=CITY, done_by=frozenset({name})) for name in ("zhao", "li"))
    check(head, Permission.PENALTY_DECIDE, others)
    check(head, Permission.PENALTY_DELIVER, mine)
    with pytest.raises(Refused) as refused:
        check(head, Permission.PENALTY_DECIDE, mine)
    assert refused.value.code == "access.four_eyes"
    with pytest.raises(Refused) as refused:
        check_all(head, Permission.PENALTY_DECIDE, [others, others, mine])
    assert refused.value.code == "access.four_eyes"
    check_all(head, Permission.PENALTY_DECIDE, [others] * 3)
    check_all(head, Permission.PENALTY_DECIDE, [])


def test_a_decision_gives_its_reasons() -> None:
    clerk = Actor(1, "li", frozenset({Role.AGENCY_CLERK}), CITY, recused=frozenset({"agreement:3"}))
    decision = allows(clerk, Permission.AGREEMENT_READ, Target(region=COUNTY, subject="agreement:3"))
    assert not decision.allowed
    assert [(r.policy, r.basis) for r in decision.reasons] == [("recused-case", "行政处罚法第四十三条")]
    assert [r.policy for r in allows(clerk, Permission.ROUND_SEND, Target(region=CITY)).reasons] == [
        "agency-clerk"
    ]
    assert allows(clerk, Permission.PENALTY_READ, Target(region=CITY)).reasons == ()


def test_a_policy_that_fails_is_no_permission(monkeypatch: pytest.MonkeyPatch) -> None:
    """Cedar skips a forbid whose evaluation fails; here that is raised, never taken for a yes."""
    import cedarpy

    broken = cedarpy.PolicySet.from_str(
        '@id("everybody") permit (principal, action, resource);'
        '@id("broken") forbid (principal, action, resource) when { resource.nothing == 1 };'
    )
    monkeypatch.setattr(cedar, "policies", lambda: broken)
    with pytest.raises(Refused) as refused:
        allows(Actor(1, "li", frozenset(Role), CITY), Permission.PENALTY_DECIDE, Target(region=CITY))
    assert refused.value.code == "access.policy_failed"
