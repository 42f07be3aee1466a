"""Every document of the set can be written: from its model text or from its fields, and says what it must."""

from __future__ import annotations

import pytest
from tests.casework.documents.samples import anything

from yibao.casework.documents import Way, fields, kind, kinds, problems, template
from yibao.casework.documents.filling import missing, snapshot
from yibao.casework.documents.grammar import placeholders
from yibao.casework.documents.model import OFFICES
from yibao.casework.documents.rendering import compose
from yibao.kernel import Refused

MODEL_TEXTS = {
    "audit_doubt_notice", "audit_review_result", "audit_deduction_notice", "audit_recon_result", "audit_refund_notice",
    "agr_prior_notice", "agr_defence_reply", "agr_recovery_decision", "agr_suspend", "agr_terminate", "agr_urge",
    "penalty_prior_notice", "hearing_right_notice", "hearing_notice", "penalty_decision", "no_penalty_decision",
    "summary_penalty_decision", "urge_letter", "crime_transfer", "supervision_transfer", "dept_transfer",
}  # fmt: skip
FORMS = {
    "clue_register", "filing_approval", "onsite_record", "inquiry_record", "edata_record", "evidence_copy_slip",
    "investigation_report", "legal_review_opinion", "defence_review", "hearing_record", "group_discussion_record",
    "service_receipt", "service_address_confirmation", "close_approval", "audit_transfer_slip",
}  # fmt: skip


def test_the_set_is_whole() -> None:
    assert len(kinds()) == 143
    assert set(kinds()) >= MODEL_TEXTS | FORMS
    assert {k.layout for k in kinds().values()} == {"plain", "form", "letter"}


@pytest.mark.parametrize("slug", kinds())
def test_every_document_can_be_written(slug: str) -> None:
    of = kind(slug)
    values = snapshot(of, anything(of), slug)
    used = template(of)
    made = compose(used.kind(of), used, values)
    text = made.text()
    assert of.text.zh in text
    assert not problems(of, text, values)
    assert "{" not in text
    if of.office:
        for name, field in of.fields.items():
            printed = field.kind in ("text", "longtext") and field.required == "yes" and slug in FORMS
            if printed and name not in ("org_name", "doc_title", "party_you", "doc_number"):
                assert values[name].split("\n")[0] in text, name


@pytest.mark.parametrize("slug", sorted(MODEL_TEXTS))
def test_a_model_text_prints_what_the_document_must_say(slug: str) -> None:
    of, used = kind(slug), template(kind(slug))
    assert used.text.startswith("---"), "a text, not the form of its fields"
    said = placeholders([*used.sections, *(s for part in used.parts.values() for s in part)])
    kept_on_file = {
        "doc_title",
        "party_kind",
        "party_you",
        "case_name",
        "round_sent_on",
        "agreement_from",
        "agreement_to",
    }
    told_elsewhere = {"party_address", "party_id_type", "party_id_no", "contact_address"}
    silent = {
        name for name, field in of.fields.items()
        if field.required == "yes" and field.kind not in ("sign", "seal") and name not in said
    }  # fmt: skip
    assert silent <= kept_on_file | told_elsewhere


def test_numbers_and_tokens_are_of_one_document() -> None:
    tokens = [(k.issuers, k.number_token) for k in kinds().values() if k.number_token]
    assert len(tokens) == len(set(tokens)) == 91


def test_three_tracks_never_share_an_issuer_of_decisions() -> None:
    """The bureau fines; the agency refuses, recovers and ends agreements."""
    decides = {
        track: {i for k in kinds().values() if k.track == track and k.kind == "external_decision" for i in k.issuers}
        for track in ("penalty", "agreement", "audit")
    }  # fmt: skip
    assert decides == {"penalty": {"bureau"}, "agreement": {"agency"}, "audit": {"agency"}}


def test_what_never_leaves_is_served_in_no_way() -> None:
    for of in kinds().values():
        assert (Way.INTERNAL not in of.ways) or of.ways == (Way.INTERNAL,)
        if of.visibility in ("V_REPORTER", "V_DISC", "V_INST_PERSON", "V_PERSON"):
            assert Way.PUBLIC_NOTICE not in of.ways


def test_groups_and_columns_are_written_out() -> None:
    names = [field.name for field in fields("penalty_decision")]
    assert names[:2] == ["org_name", "doc_title"] and "review_body" in names and "@party" not in names
    assert list(kind("penalty_decision").fields["defence_points"].columns) == ["claim", "result"]
    assert all(
        field.kind != "table" or field.columns for of in kinds().values() for field in of.fields.values()
    )


def test_conditions_are_judged() -> None:
    wanted = kind("penalty_decision").fields
    assert wanted["party_insurer_code"].needed({"party_kind": "PROVIDER"})
    assert not wanted["party_insurer_code"].needed({"party_kind": "INDIVIDUAL"})
    assert not wanted["party_rep_name"].needed({"party_kind": "INDIVIDUAL"})
    assert wanted["fine_bank"].needed({"fine": 1}) and not wanted["fine_bank"].needed({"fine": 0})
    assert wanted["defence_points"].needed({"defence_made": True})
    assert not wanted["discretion_step"].needed({}), "what no program can judge is not demanded"
    assert kind("instalment_decision").fields["refuse_reason"].needed({"approved": False})


def test_what_is_missing_is_told_at_once() -> None:
    found = dict(missing(kind("service_receipt"), {"org_name": "局", "service_docs": [{"name": "决定书"}]}))
    assert found["service_docs[1].number"] == "文号" and "receiver_name" in found and "org_name" not in found


def test_an_unknown_document_is_refused() -> None:
    with pytest.raises(Refused) as refused:
        kind("penalty")
    assert refused.value.code == "casework.document_unknown"


def test_who_may_number() -> None:
    for of in kinds().values():
        if of.number_token:
            assert any(one in OFFICES for one in of.issuers), of.slug
