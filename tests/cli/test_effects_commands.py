"""``yibao effects``: from what is due to what is undone, with letters and answers as files."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from tests.cli.shell import Shell
from tests.consequence.world import PARTNER, World

from yibao.archive.files import FactKind
from yibao.kernel import date_of, today
from yibao.ledger import log_keys
from yibao.store import Register

pytestmark = pytest.mark.xdist_group("effects_cli")
NOW = today()


@pytest.fixture
def shell(
    fresh_register: Register, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> Shell:
    return Shell(fresh_register, capsys, monkeypatch)


def say(shell: Shell, *words: object, code: int = 0) -> dict[str, Any]:
    came, told, complaints = shell(*words, "--json")
    assert came == code, (told, complaints)
    found: dict[str, Any] = json.loads(told)
    return found


@pytest.mark.slow
def test_from_due_to_undone(shell: Shell, fresh_register: Register, tmp_path: Path) -> None:
    world = World(fresh_register)
    subject = world.subject()
    body = {"article": "art_38", "case": "C1", "refund_fen": 100, "suspension_months": 6}
    cause = world.fact(subject, FactKind.PENALIZED, body, day=NOW)  # type: ignore[arg-type]
    number = f"J{subject:07d}"
    due = {one["effect"]: one for one in say(shell, "effects", "due", number)["due"]}
    assert due["publication"]["wanted"] == ["level"] and due["recovery"]["mode"] == "law"
    assert len(say(shell, "effects", "follow", number)["ordered"]) == 2
    say(shell, "effects", "partner", "credit_platform", "--name", "信用平台", "--key", PARTNER.key)
    say(shell, "effects", "partner", "bureau_site", "--name", "本局网站", "--key", PARTNER.key)
    order = ("effects", "order", "publication", cause, "--level", "general")
    assert say(shell, *order, code=1)["refused"]["code"] == "consequence.no_reason"
    made = say(shell, *order, "--reason", "情节一般")
    assert made["state"] == "ordered" and made["partners"].keys() == {"credit_platform", "bureau_site"}
    assert say(shell, *order, "--reason", "again", code=1)["refused"]["code"] == "consequence.once"
    declined = say(shell, "effects", "decline", "bar_management", cause, "--reason", "未造成重大损失")
    assert declined["state"] == "declined"
    assert say(shell, "effects", "terms", number)["departments_stopped"] is True
    sent = [Path(one) for one in say(shell, "effects", "send")["sent"]]
    assert len(sent) == 2 and say(shell, "effects", "send")["sent"] == []
    for n, file in enumerate(sent):
        answer = tmp_path / f"{n}.letter"
        answer.write_text(world.answer(file, NOW), encoding="utf-8")
        state = say(shell, "effects", "acknowledge", answer)["state"]
    assert state == "in_force"
    assert say(shell, "effects", "remind")["unanswered"] == []
    recovery = next(o for o in say(shell, "effects", "list")["effects"] if o["effect"] == "recovery")
    paid = say(shell, "effects", "execute", recovery["number"], "--voucher", "收 1")
    assert paid["state"] == "in_force"
    world.annul(cause, NOW)
    assert len(say(shell, "effects", "undo", "--fallen")["undone"]) == 3
    assert say(shell, "effects", "undo", "--fallen")["undone"] == []
    withdrawn = [Path(one) for one in say(shell, "effects", "send")["sent"]]
    assert [one.name.endswith("withdrawal.letter") for one in withdrawn] == [True, True]
    done = say(shell, "effects", "execute", recovery["number"], "--undoing", "--voucher", "退 1")
    assert done["state"] == "undone"
    states = {o["effect"]: o["state"] for o in say(shell, "effects", "list", "--subject", number)["effects"]}
    assert states["publication"] == "undoing" and states["stop_department"] == "undone"
    by_hand = ("effects", "acknowledge", "--by-hand", made["number"], "--partner", "bureau_site")
    assert say(shell, *by_hand, "--reason", "纸面", code=1)["refused"]["code"] == "access.four_eyes"


def test_a_certificate_is_given_and_checked_offline(
    shell: Shell, fresh_register: Register, tmp_path: Path
) -> None:
    world = World(fresh_register)
    subject = world.subject()
    world.graded(subject, "A", day=NOW, until=NOW + 300)
    file = tmp_path / "证明.letter"
    ask = (
        "effects",
        "certificate",
        f"J{subject:07d}",
        "--to",
        file,
        "--purpose",
        "贷款",
        "--recipient",
        "某银行",
    )
    assert say(shell, *ask, code=1)["refused"]["code"] == "consequence.no_reason"
    made = say(shell, *ask, "--application", "申请 1 号")
    assert made["certificate"]["grade"] == "A"
    assert shell(*ask, "--application", "申请 1 号")[0] == 2, "what is there is not written over"
    with fresh_register.unit_of_work("x") as unit:
        keys = [word for key in log_keys(unit) for word in ("--key", key)]
    nowhere = tmp_path / "nowhere"
    assert say(shell, "effects", "verify", file, *keys, "--home", nowhere)["holds"] is True
    assert not nowhere.exists(), "offline: no home is opened"
    late = date_of(NOW + 100).isoformat()
    assert say(shell, "effects", "verify", file, *keys, "--day", late, code=1)["holds"] is False
    world.graded(subject, "D", day=NOW)
    assert say(shell, "effects", "verify", file, code=1)["holds"] is False, "the house knows"
    say(shell, "effects", "send")
    void = world.outbox / "void-certificates.letter"
    assert say(shell, "effects", "verify", file, *keys, "--void", void, code=1)["holds"] is False
    file.write_bytes(b"\xff")
    assert say(shell, "effects", "verify", file, *keys, code=1)["refused"]["code"] == "ledger.letter_form"


def test_words_for_eyes(shell: Shell, fresh_register: Register) -> None:
    world = World(fresh_register)
    subject, cause = world.penalized("art_40")
    number = f"J{subject:07d}"
    code, told, _ = shell("effects", "list", "--registry")
    assert code == 0 and "五年禁止从业" in told
    registry = say(shell, "effects", "list", "--registry")["registry"]
    assert {one["id"] for one in registry} >= {"recovery", "credit_certificate"}
    assert "必须落实" in shell("effects", "due", number)[1]
    assert "追回" in shell("effects", "follow", "--all")[1]
    assert (
        "解除服务协议" in shell("effects", "order", "terminate_agreement", cause, "--reason", "骗保查实")[1]
    )
    assert "refused: True" in shell("effects", "terms", number)[1]
    assert shell("effects", "list")[1].count("L0000") == 3


@pytest.mark.parametrize(
    "words",
    [
        ("undo",), ("follow",), ("undo", "L0000001", "--fallen"), ("acknowledge",), ("acknowledge", "--by-hand", "L0000001"),
        ("order", "no_such_effect", "1"), ("order", "publication", "x"),
        ("order", "publication", "1", "--level", "grave"), ("due",),
    ],
)  # fmt: skip
def test_what_is_written_wrongly_is_misuse(shell: Shell, words: tuple[str, ...]) -> None:
    assert shell("effects", *words)[0] == 2


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (("due", "J0000099"), "archive.no_subject"), (("order", "publication", "99"), "archive.no_fact"),
        (("undo", "L0000099", "--reason", "x"), "consequence.no_order"),
        (("verify", "/nonexistent"), "cli.file"),
    ],
)  # fmt: skip
def test_what_is_not_there_is_refused(shell: Shell, words: tuple[str, ...], code: str) -> None:
    assert say(shell, "effects", *words, code=1)["refused"]["code"] == code
