from __future__ import annotations

from dataclasses import FrozenInstanceError

import pytest

from yibao.kernel import Event, EventKind, Refused


def test_kinds_are_subject_and_what_happened() -> None:
    assert all(kind.count(".") == 1 and kind.name == kind.upper().replace(".", "_") for kind in EventKind)
    assert list(EventKind) == sorted(EventKind)


def test_a_text_that_names_a_kind_is_taken() -> None:
    event = Event("batch.published", "b-1", {"表": [{"行": 3}], "by": None, "whole": True})  # type: ignore[arg-type]
    assert event.kind is EventKind.BATCH_PUBLISHED
    assert event.body_json() == '{"by":null,"whole":true,"表":[{"行":3}]}'
    assert event.actor is None


def test_other_kinds_are_refused() -> None:
    with pytest.raises(Refused, match=r"kernel\.event_kind"):
        Event("batch.lost", "b-1")  # type: ignore[arg-type]


@pytest.mark.parametrize("body", [{"fen": 0.1}, {"rows": [1, 2.0]}, {"deep": {"x": {1: 2}}}, {"set": {1}}])
def test_floats_do_not_travel(body: dict[str, object]) -> None:
    with pytest.raises(Refused, match=r"kernel\.event_body") as refusal:
        Event(EventKind.AUDIT_FINISHED, "r-1", body)  # type: ignore[arg-type]
    assert refusal.value.where is not None and refusal.value.where.startswith("body.")


def test_events_do_not_change() -> None:
    body = {"rows": 1}
    event = Event(EventKind.AUDIT_FINISHED, "r-1", body)  # type: ignore[arg-type]
    body["rows"] = 2
    assert event.body["rows"] == 1
    with pytest.raises(FrozenInstanceError):
        event.subject = "r-2"  # type: ignore[misc]
    with pytest.raises(TypeError):
        event.body["rows"] = 3  # type: ignore[index]
