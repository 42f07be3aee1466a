"""Masked by default: what shows, to whom, for what; and what leaves the house."""

from __future__ import annotations

import pytest

from yibao.access import (
    CASE_ROLES,
    SENSITIVITIES,
    Actor,
    Audience,
    Datum,
    Field,
    Mask,
    Masks,
    Purpose,
    Role,
    Show,
    Target,
    anybody,
    covered,
    field_of,
    mask_row,
    shown_to,
)
from yibao.claims import tables
from yibao.kernel import Refused, Region, day_of_ymd

CITY = Region("990100")
FIELDS = [
    Field("bill", "public"),
    Field("department", "internal"),
    Field("name", "personal", Mask.NAME),
    Field("certificate", "personal", Mask.CITIZEN_ID),
    Field("diagnosis", "sensitive", Mask.DIAGNOSIS),
]
ROW = {
    "bill": "B1",
    "department": "内科",
    "name": "张三丰",
    "certificate": "11010519491231002X",
    "diagnosis": "J18.901",
}
MASKED = {**ROW, "name": "张**", "certificate": "1****************X", "diagnosis": "J18.*"}
OURS = Target(region=CITY, institution_id=7, person_id=3)


def somebody(*roles: Role, region: Region = CITY) -> Actor:
    return Actor(1, "li", frozenset(roles), region, institution_id=7, person_id=3)


def seen(
    actor: Actor, target: Target = OURS, purpose: Purpose = Purpose.CASEWORK, case_open: bool = True
) -> object:
    return mask_row(actor, FIELDS, ROW, target, purpose=purpose, case_open=case_open)


@pytest.mark.parametrize("role", Role)
def test_without_purpose_and_case_everything_is_masked(role: Role) -> None:
    assert mask_row(somebody(role), FIELDS, ROW, OURS) == MASKED
    for purpose in (Purpose.BROWSE, Purpose.STATISTICS, Purpose.OVERSIGHT):
        assert seen(somebody(role), purpose=purpose) == MASKED


@pytest.mark.parametrize("role", sorted(CASE_ROLES - {Role.AUDITOR, Role.EXPERT}))
def test_casework_on_an_open_case_shows(role: Role) -> None:
    assert seen(somebody(role)) == ROW
    assert seen(somebody(role), case_open=False) == MASKED
    assert seen(somebody(role), target=Target(region=Region("990200"))) == MASKED
    assert seen(somebody(role), target=Target()) == MASKED


@pytest.mark.parametrize("role", sorted({*Role} - (CASE_ROLES - {Role.AUDITOR, Role.EXPERT})))
def test_nobody_else_sees_for_casework(role: Role) -> None:
    assert seen(somebody(role)) == MASKED


def test_an_expert_sees_the_illness_and_no_name() -> None:
    unnamed = {**MASKED, "diagnosis": "J18.901"}
    assert seen(somebody(Role.EXPERT), purpose=Purpose.DELIBERATION) == unnamed
    assert seen(somebody(Role.EXPERT), purpose=Purpose.DELIBERATION, case_open=False) == MASKED


def test_ones_own_is_ones_own() -> None:
    other = Target(region=CITY, institution_id=8, person_id=4)
    staff, insured = somebody(Role.INSTITUTION_STAFF), somebody(Role.INSURED_PERSON)
    assert seen(staff, purpose=Purpose.OWN, case_open=False) == {**MASKED, "diagnosis": "J18.901"}
    assert seen(insured, purpose=Purpose.OWN, case_open=False) == ROW
    for actor in (staff, insured):
        assert seen(actor, target=other, purpose=Purpose.OWN) == MASKED


def test_a_field_that_nobody_declared_is_covered_whole() -> None:
    row = {"bill": "B1", "surprise": "secret", "nothing": None, "empty": ""}
    shown = mask_row(somebody(Role.CASE_HANDLER), FIELDS, row, OURS, purpose=Purpose.CASEWORK, case_open=True)
    assert shown == {"bill": "B1", "surprise": "****", "nothing": None, "empty": ""}


def test_a_masked_field_is_neither_filtered_nor_sorted_by() -> None:
    fields = {f.name: f for f in FIELDS}
    browsing = Masks(somebody(Role.SUPERVISOR), fields)
    browsing.refuse_use(["bill", "department"], OURS)
    for name in ("name", "diagnosis", "surprise"):
        with pytest.raises(Refused) as refused:
            browsing.refuse_use(["bill", name], OURS)
        assert (refused.value.code, refused.value.where) == ("access.masked_field", name)
    working = Masks(somebody(Role.SUPERVISOR), fields, Purpose.CASEWORK, case_open=True)
    working.refuse_use(["name", "diagnosis"], OURS)
    with pytest.raises(Refused):
        working.refuse_use(["name"])  # rows that may be anybody's


def test_fields_come_from_the_contract_as_data() -> None:
    """Every sensitivity that the data contract uses is one that masks know."""
    fields = {
        (t.table, c.name): field_of(c.name, c.type, c.sensitivity)
        for t in tables().values()
        for c in t.columns
    }
    assert {f.sensitivity for f in fields.values()} >= set(SENSITIVITIES)
    masked = {where: f.mask for where, f in fields.items() if not f.is_plain}
    assert masked["person", "name"] is Mask.NAME and masked["person", "person"] is Mask.PERSON_NUMBER
    assert masked["person", "certificate_no"] is Mask.CITIZEN_ID and masked["person", "birth"] is Mask.BIRTH
    assert masked["diagnosis", "code"] is Mask.DIAGNOSIS
    # the name of a diagnosis or an operation is no person's: its first character would say what it is
    assert masked["diagnosis", "name"] is masked["procedure", "name"] is Mask.WHOLE
    with pytest.raises(Refused) as refused:
        Field("x", "secret")
    assert refused.value.code == "access.sensitivity"


@pytest.mark.parametrize("mask", Mask)
def test_no_mask_shows_what_it_covers(mask: Mask) -> None:
    for secret in (
        "张三丰",
        "11010519491231002X",
        "13900000001",
        "J18.901",
        "北京市西城区某街1号",
        "6222020000001234",
    ):
        assert covered(mask, secret) != secret
    assert covered(mask, None) is None


def test_masks_of_dates_and_numbers() -> None:
    assert covered(Mask.BIRTH, day_of_ymd(19640211)) == "1960s"
    assert covered(Mask.BIRTH, "19640211") == "1960s"
    assert covered(Mask.BIRTH, "unknown") == "****"
    token = covered(Mask.PERSON_NUMBER, "33010001", b"key")
    assert (
        token is not None and token.startswith("tok_") and covered(Mask.PERSON_NUMBER, "33010001") == "****"
    )


def test_the_public_sees_nothing_of_anybody() -> None:
    assert seen(anybody(CITY)) == MASKED


def test_what_leaves_the_house() -> None:
    """Spot checks of the table against its source, cell by cell where a slip would hurt."""
    for audience in Audience:
        reporter = shown_to(audience, Datum.REPORTER)
        assert not reporter.outright
        if audience in (Audience.PARTY, Audience.PUBLIC, Audience.INTERNAL, Audience.COURT, Audience.PARTNER):
            assert reporter.show is Show.NOTHING
    assert shown_to(Audience.PARTY, Datum.PATIENT_IDENTITY).show is Show.MASKED
    assert shown_to(Audience.PARTY, Datum.DIAGNOSIS).condition == "own"
    assert shown_to(Audience.PARTY, Datum.ROWS_OF_OTHERS).show is Show.NOTHING
    assert shown_to(Audience.PARTY, Datum.INTERNAL_PAPERS).show is Show.NOTHING
    assert shown_to(Audience.EXPERT, Datum.DIAGNOSIS).outright
    assert shown_to(Audience.EXPERT, Datum.PATIENT_IDENTITY).show is Show.NOTHING
    assert {d for d in Datum if shown_to(Audience.PUBLIC, d).show is not Show.NOTHING} == {
        Datum.NAMED_STAFF, Datum.GRADE_AND_POINTS, Datum.OUTCOME,
    }  # fmt: skip
    assert not any(shown_to(Audience.PUBLIC, d).outright for d in Datum)
    assert {a for a in Audience if shown_to(a, Datum.DISCIPLINE_LEAD).show is not Show.NOTHING} == {
        Audience.DISCIPLINE
    }
