"""``yibao round``, as a shell sees it: from a finding to the refund, by the accounts of an office."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from tests.casework.rounds.conftest import Bureau

from yibao.access import Role, actor_of, found, give_role, open_account
from yibao.cli import console, main
from yibao.kernel import Region

pytestmark = pytest.mark.xdist_group("commands")

Said = tuple[int, str, str]
Run = Callable[..., dict[str, Any]]

PEOPLE = {
    "clerk": Role.AGENCY_CLERK, "sender": Role.AGENCY_CLERK, "second": Role.REVIEWER, "head": Role.AGENCY_HEAD,
    "third": Role.REVIEWER,
}  # fmt: skip
NO_WAIT = """
casework.round.recall_minutes:
  values:
    - {value: 0, from: 2026-01-01, instrument: 示例市内部规定, status: assumed, known_since: 2026-01-01}
"""


@pytest.fixture
def yibao(bureau: Bureau, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Run:
    region = str(bureau.bench.house.policy().region)
    pack = bureau.home.path / "policy" / region / "rounds.yaml"
    pack.parent.mkdir(parents=True)
    pack.write_text(NO_WAIT, encoding="utf-8")
    with bureau.register.unit_of_work("local") as unit:
        found(unit, Region(region), system="sys", security="sec", audit="aud")
        for name, role in PEOPLE.items():
            open_account(unit, actor_of(unit, "sys"), name, holder=name, region=Region(region))
            give_role(unit, actor_of(unit, "sec"), name, role)
    monkeypatch.setenv("YIBAO_HOME", str(bureau.home.path))
    monkeypatch.setenv("YIBAO_REGISTER_URL", bureau.register.url.render_as_string(hide_password=False))
    monkeypatch.setattr(console.out, "_width", 200)

    def run(*words: str | Path, who: str, code: int = 0) -> dict[str, Any]:
        with pytest.raises(SystemExit) as end:
            main(["round", *(str(word) for word in words), "--as", who, "--json"])
        told = capsys.readouterr()
        assert int(end.value.code or 0) == code, told.out + told.err
        said: dict[str, Any] = json.loads(told.out) if told.out else {}
        return said

    return run


def test_a_round_from_finding_to_refund(yibao: Run, tmp_path: Path) -> None:
    made = yibao("new", "--limit", "12", "--seed", "3", "--day", "2026-03-02", who="clerk")
    code = made["round"]
    assert (made["lines"], made["state"]) == (12, "composing")
    refusal = yibao("review", "pass", "--round", code, "--day", "2026-03-02", who="clerk", code=1)["refused"]
    assert refusal["code"] == "casework.sample_not_opened"
    for group in yibao("groups", code, who="clerk")["groups"]:
        for finding in group["sample"]:
            assert yibao("show", finding, who="clerk")["finding"] == finding
    yibao("review", "pass", "--round", code, "--day", "2026-03-02", who="clerk")
    assert (
        yibao("send", code, "--day", "2026-03-02", who="clerk", code=1)["refused"]["code"]
        == "access.four_eyes"
    )
    sent = yibao("send", code, "--day", "2026-03-02", "--to", tmp_path / "mail", who="sender")
    assert sum(d["lines"] for d in sent["dispatches"]) == 12
    path = Path(sent["files"][0])
    finding, institution = _answer(path)
    receipt = yibao("import", code, path, "--institution", institution, "--day", "2026-03-05", who="sender")
    assert receipt["text"] == "已接收 1 · 未识别 0 · 已过期 0"
    at = ("--day", "2026-03-06", "--reason", "理由")
    yibao("second", finding, *at, who="second")
    yibao("decide", "--round", code, *at, who="head")
    plan = yibao(
        "plan", "--month", "2026-04", "--export", tmp_path / "plan.xlsx", "--day", "2026-03-06", who="clerk"
    )
    assert [item["finding"] for item in plan["items"]] == [finding] and (tmp_path / "plan.xlsx").is_file()
    yibao("deduct", "1", "--voucher", "V1", "--day", "2026-03-10", who="sender")
    yibao("reconsider", finding, "--ask", "--day", "2026-03-12", "--reason", "新证据", who="sender")
    yibao("reconsider", finding, "--grant", "--day", "2026-03-13", "--reason", "成立", who="third")
    back = yibao("plan", "--month", "2026-05", "--day", "2026-04-02", who="clerk")
    assert back["fund_fen"] == -plan["fund_fen"] and back["patient_fen"] == -plan["patient_fen"]
    yibao("deduct", "2", "--voucher", "V2", "--day", "2026-04-10", who="sender")
    yibao("close-lines", finding, "--day", "2026-04-10", who="clerk")
    laid = yibao("show", finding, who="clerk")
    assert laid["state"] == "closed" and laid["laid"]["amounts"]["recovered"]["fund_fen"] == 0
    yibao("cut-off", code, "--day", "2026-04-10", who="second")
    shown = yibao("show", code, who="clerk")
    assert {s["state"]: s["lines"] for s in shown["states"]} == {"lapsed": 11, "closed": 1}
    assert (
        yibao("close", code, "--day", "2026-04-10", who="head", code=1)["refused"]["code"]
        == "casework.lines_open"
    )


def test_what_is_refused_says_what_to_do(yibao: Run) -> None:
    unknown = yibao("show", "R000099", who="clerk", code=1)["refused"]
    assert unknown["code"] == "casework.unknown_round" and "yibao round list" in unknown["todo_zh"]
    assert yibao("new", "--limit", "3", who="second", code=1)["refused"]["code"] == "access.denied"
    assert (
        yibao("new", "--month", "2099-01", who="clerk", code=1)["refused"]["code"]
        == "casework.nothing_for_round"
    )
    yibao("new", "--month", "2026-13", who="clerk", code=2)


def test_a_round_leaves_by_itself_when_its_minutes_are_over(yibao: Run, bureau: Bureau) -> None:
    pack = next((bureau.home.path / "policy").rglob("rounds.yaml"))
    pack.write_text(NO_WAIT.replace("value: 0", "value: 5"), encoding="utf-8")
    code = yibao("new", "--limit", "3", "--seed", "3", "--day", "2026-03-02", who="clerk")["round"]
    for group in yibao("groups", code, who="clerk")["groups"]:
        for finding in group["sample"]:
            yibao("show", finding, who="clerk")
    yibao("review", "pass", "--round", code, "--day", "2026-03-02", who="clerk")
    assert yibao("send", code, "--day", "2026-03-02", who="sender")["state"] == "waiting"

    def trouble(at: str, error: Exception) -> None:
        pytest.fail(f"{at}: {error}")

    def work() -> int:
        return bureau.bench.house.work(until=None, trouble=trouble)

    assert work() == 0, "it is not due yet"
    with bureau.register.unit_of_work(actor="test") as unit:
        unit.connection.exec_driver_sql("UPDATE audit_round SET leaves_at = now() - interval '1 minute'")
        unit.connection.exec_driver_sql(
            "UPDATE job SET run_at = now() - interval '1 minute' WHERE kind = 'round:leave'"
        )
    assert work() == 1
    shown = yibao("show", code, who="clerk")
    assert shown["state"] == "sent" and [a["actor"] for a in shown["acts"]][-1] == "sender"
    assert work() == 0, "and it leaves once"


def _answer(path: Path) -> tuple[str, str]:
    """Dispute the first finding of a workbook; give its code and the institution's."""
    book = openpyxl.load_workbook(path)
    sheet = book["疑点明细"]
    head = [cell.value for cell in sheet[2]]
    row = next(r for r in sheet.iter_rows(min_row=3) if r[head.index("疑点金额(元)")].value)
    row[head.index("机构意见")].value, row[head.index("机构说明")].value = "不认可", "见病历"
    book.save(path)
    return str(row[head.index("疑点编号")].value), str(row[head.index("医药机构编码")].value)
