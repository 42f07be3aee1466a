"""The contract: every table of it hangs together, and its arithmetic cannot overflow."""

from __future__ import annotations

import pytest

from yibao.claims import PRODUCT_BOUND, Table, code_set, knowledge_tables, table, tables
from yibao.collect.layers import MAX_JUDGEMENTS, judgements
from yibao.kernel import Refused

EVERY = pytest.mark.parametrize("target", tables().values(), ids=lambda t: t.table)
LARGEST = 2**63 - 1


@EVERY
def test_names_and_headers_are_unique(target: Table) -> None:
    names = [c.name for c in target.columns]
    assert len(set(names)) == len(names)
    owners: dict[str, set[str]] = {}
    for column in target.columns:
        for header in column.headers:
            owners.setdefault(header.casefold(), set()).add(column.name)
    shared = {header: names for header, names in owners.items() if len(names) > 1}
    for (
        header,
        names,
    ) in shared.items():  # a code may be kept as text beside its reference, under the same header
        kinds = {target.column(n).type for n in names}
        assert "ref" in kinds, f"{target.table}: {header} is claimed by {sorted(names)}"


@EVERY
def test_references_lead_to_tables_with_keys(target: Table) -> None:
    order = list(tables())
    for column in target.columns:
        assert (column.of is not None) == (column.type == "ref"), column.name
        if column.of is not None:
            assert table(column.of).identity == "hash"
            assert len(table(column.of).key) == 1 or column.open_reference
            assert order.index(column.of) <= order.index(target.table)


@EVERY
def test_code_sets_exist_and_spell_each_code_once(target: Table) -> None:
    for column in target.columns:
        assert (column.set is not None) == (column.type == "code"), column.name
        if column.set is not None:
            codes = code_set(column.set)
            assert codes.names
            assert all(codes.spellings[code] == code for code in codes.names)
            assert set(codes.spellings.values()) <= set(codes.names)


@EVERY
def test_keys_checks_and_sums_speak_of_columns(target: Table) -> None:
    stored = set(target.stored().names)
    assert target.key
    assert all(target.column(name).required or target.column(name).default is not None for name in target.key)
    for identity in target.identities:
        assert {*identity.parts, identity.total} <= stored
        assert set(identity.optional) <= set(identity.parts)
        assert identity.source
    for check in target.checks:
        conditions = [check.order, check.same_sign, check.not_negative, check.reversal, check.product]
        assert sum(c is not None for c in conditions) == 1, check.code
        pairs = {*(check.order or ()), *(check.same_sign or ()), *(check.product or ())}
        spoken = pairs | {*(check.not_negative or ()), *check.of}
        assert spoken <= stored
    codes = [c.code for c in (*target.identities, *target.checks)]
    assert len(set(codes)) == len(codes)
    for column in target.columns:
        assert set(column.when) <= {c.name for c in target.columns}


@EVERY
def test_both_languages_and_the_source_are_told(target: Table) -> None:
    assert all(target.name[lang] and target.grain[lang] for lang in ("zh", "en"))
    assert all(c.zh and c.en and c.field for c in target.columns)
    assert target.extract or target.kind


@EVERY
def test_a_row_has_no_more_judgements_than_bits(target: Table) -> None:
    assert len(judgements(target)) <= MAX_JUDGEMENTS


def test_knowledge_tables_say_when_they_hold_and_where_they_are_from() -> None:
    for kind, target in knowledge_tables().items():
        names = {c.name for c in target.columns}
        assert {"from", "until", "source", "status", "release"} <= names, kind


def test_the_products_that_rules_form_fit_an_integer() -> None:
    """Quantity (10⁻⁴) × price (10⁻⁶ yuan), and amounts (fen) brought to the same unit of 10⁻¹⁰ yuan."""
    amount = table("line").column("amount").bound
    assert amount is not None
    assert amount * 10**8 <= LARGEST
    assert LARGEST < 10**9 * 4 * 10**12, (
        "quantity and price at their bounds do not: their product is bound, too"
    )
    assert PRODUCT_BOUND <= LARGEST


@EVERY
def test_every_product_of_a_quantity_and_a_price_is_bound(target: Table) -> None:
    kinds = {kind: [c.name for c in target.columns if c.type == kind] for kind in ("quantity", "price")}
    wanted = {(one, two) for one in kinds["quantity"] for two in kinds["price"]}
    assert {c.product for c in target.checks if c.product is not None} == wanted


@EVERY
def test_the_time_of_change_is_no_content(target: Table) -> None:
    assert target.version == "updated_micros"
    assert set(target.stored().names[1:-3]) - set(target.contents) == {"updated_micros"}


def test_an_unknown_table_names_the_known_ones() -> None:
    with pytest.raises(Refused) as refused:
        table("nobody")
    assert refused.value.code == "claims.unknown_table"
    assert "settlement" in (refused.value.wanted or "")
