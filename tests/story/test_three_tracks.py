"""A finding of a city walks each of the three tracks to its end by the command line; every paper is opened and read."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import openpyxl
import pytest
import yaml
from tests.story.walking import AGENCY, BUREAU, NO_WAIT, OFFICE, PEOPLE, answer, in_yuan, read, typed

from yibao.casework.documents import fields, in_capitals
from yibao.cli import console, main
from yibao.store import Home, stop_register

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("three_tracks")]

Run = Callable[..., dict[str, Any]]


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    path = tmp_path_factory.mktemp("three") / "data"
    yield path
    stop_register(Home(path))


@pytest.fixture
def by(home: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Run:
    """Run a command in somebody's name and give what it says; ``code`` is what a refusal is called."""
    monkeypatch.setenv("YIBAO_HOME", str(home))
    for printed in (console.out, console.err):
        monkeypatch.setattr(printed, "_width", 200)

    def run(who: str | None, *words: str | Path, **options: str | Path) -> dict[str, Any]:
        more = [
            part for name, value in options.items() for part in (f"--{name.replace('_', '-')}", str(value))
        ]
        with monkeypatch.context() as patch:
            if who is not None:
                patch.setenv("YIBAO_ACTOR", who)
            with pytest.raises(SystemExit):
                main([*map(str, words), *more, "--json"])
        said: dict[str, Any] = json.loads(capsys.readouterr().out)
        return {"code": said["refused"]["code"]} if "refused" in said else said

    return run


@pytest.fixture
def found(by: Run, home: Path) -> list[dict[str, Any]]:
    """The findings of a small city, audited once, in a home with people and offices."""
    if not home.exists():
        by(None, "city", people="2000", seed="1", out=home.parent / "city")
        by(None, "collect", home.parent / "city")
        by(None, "audit")
        by(None, "access", "found", region="990100", system="xi", security="an", audit="shen")
        for name, role in PEOPLE.items():
            by("xi", "access", "open", name, holder=name, region="990100")
            by("an", "access", "role", name, role)
        pack = home / "policy" / "990100" / "rounds.yaml"
        pack.parent.mkdir(parents=True, exist_ok=True)
        pack.write_text(NO_WAIT, encoding="utf-8")
        Path(by("chief", "case", "office")["file"]).write_text(
            yaml.safe_dump(OFFICE, allow_unicode=True), "utf-8"
        )
    rows: list[dict[str, Any]] = by("zhao", "findings", limit="5000")["findings"]
    return rows


@pytest.fixture
def paper(by: Run, tmp_path: Path) -> Callable[..., str]:
    """Write a paper of a case as people do: take the blank, type what is not known, issue it; give its words."""

    def write(who: str, case: str, slug: str, day: str) -> str:
        blank = tmp_path / f"{slug}.yaml"
        by(who, "case", "paper", case, slug, blank=blank, day=day)
        values = yaml.safe_load(blank.read_text(encoding="utf-8"))
        for field in fields(slug):
            rows = values.get(field.name)
            if field.columns and rows:
                for row in rows:
                    row |= {
                        c.name: typed(c)
                        for c in field.columns.values()
                        if row.get(c.name) is None and c.required == "yes"
                    }
            elif field.name in values and rows in (None, [], "") and field.needed(values):
                values[field.name] = typed(field)
        blank.write_text(yaml.safe_dump(values, allow_unicode=True), encoding="utf-8")
        made = by(who, "case", "paper", case, slug, values=blank, day=day)
        assert "pdf" in made, (slug, made)
        return read(made)

    return write


def test_payment_audit_from_round_to_refund(
    by: Run, found: list[dict[str, Any]], home: Path, tmp_path: Path
) -> None:
    names = sorted(
        {f["institution"] for f in found}, key=lambda n: -sum(f["institution"] == n for f in found)
    )[:2]
    codes = {f["institution"]: f["institution_code"] for f in found}
    on: dict[str, Any] = {"day": "2026-07-06"}
    asked = [word for name in names for word in ("--institution", codes[name])]
    code = by("clerk", "round", "new", *asked, limit="16", seed="3", **on)["round"]
    for group in by("clerk", "round", "groups", code)["groups"]:
        for one in group["sample"]:
            by("clerk", "round", "show", one)
    lines = by("clerk", "round", "lines", code)["lines"]
    by("clerk", "round", "review", "dismiss", lines[-1]["finding"], reason="急诊", **on)
    by("clerk", "round", "hand-over", lines[-2]["finding"], reason="涉嫌欺诈", **on)
    by("clerk", "round", "review", "pass", "--round", code, **on)
    sent = by("sender", "round", "send", code, to=tmp_path / "mail", **on)
    unseen = {lines[-1]["finding"], lines[-2]["finding"]}
    agreement = tmp_path / "agreement.yaml"
    agreement.write_text(
        "{agreement_name: 服务协议, agreement_no: '17', agreement_from: 2026-01-01, agreement_to: 2026-12-31}",
        "utf-8",
    )

    def told(slug: str, institution: str, day: str) -> str:
        made = by(
            "clerk", "round", "paper", code, slug, institution=codes[institution], values=agreement, day=day
        )
        assert "pdf" in made, (slug, made)
        said = read(made)
        assert AGENCY in said and BUREAU not in said
        others = {line["finding"] for line in lines if line["institution_id"] != of[institution]} | unseen
        assert slug == "audit_transfer_slip" or not [one for one in others if one in said], "own lines only"
        assert all(codes[name] not in said for name in names if name != institution)
        return said

    of: dict[str, int] = {}
    for file in map(Path, sent["files"]):
        sheet = openpyxl.load_workbook(file)["疑点明细"]
        heads = [cell.value for cell in sheet[2]]
        rows = list(sheet.iter_rows(min_row=3, values_only=True))
        mine = {row[heads.index("疑点编号")] for row in rows}
        assert not mine & unseen, "what was never sent is not in the workbook"
        whose = next(name for name in names if codes[name] in file.name)
        of[whose] = next(line["institution_id"] for line in lines if line["finding"] in mine)
        answer(file, heads)
        receipt = by("sender", "round", "import", code, file, institution=codes[whose], day="2026-07-16")
        assert receipt["unknown"] and receipt["received"] == 1, receipt
    for name in names:
        notice = told("audit_doubt_notice", name, "2026-07-06")
        number = next(d["lines"] for d in sent["dispatches"] if d["institution_id"] == of[name])
        assert f"疑点{number}条" in notice and "不是违规认定" in notice
        assert "已接收条数1" in told("audit_appeal_receipt", name, "2026-07-16")
    handed = next(name for name in names if of[name] == lines[-2]["institution_id"])
    assert lines[-2]["finding"] in told("audit_transfer_slip", handed, "2026-07-16")
    silent = by("clerk", "round", "lines", code, state="to_assign")["lines"]
    waits = {name: [one for one in silent if one["institution_id"] == of[name]] for name in names}
    first, other = sorted(names, key=lambda name: -len(waits[name]))
    waiting = waits[first]
    by("clerk", "round", "withdraw", waiting[0]["finding"], reason="规则参数有误", day="2026-07-20")
    (tmp_path / "病历.txt").write_text("病程记录", encoding="utf-8")
    late = waiting[1]["finding"]
    by("rev", "round", "cut-off", code, day="2026-07-22")
    assert waiting[0]["finding"] in told("audit_recall_notice", first, "2026-07-22")
    assert f"尚有{len(waiting) - 1}条没有反馈" in told("audit_lapse_notice", first, "2026-07-22")
    by(
        "rev",
        "round",
        "answer",
        late,
        "--late",
        say="dispute",
        reason="系统故障",
        because="有证明",
        day="2026-07-23",
    )
    by("clerk", "case", "attach", waiting[1]["case"], tmp_path / "病历.txt", day="2026-07-23")
    shown = by("clerk", "case", "show", waiting[1]["case"])
    assert shown["attachments"][0]["name"] == "病历.txt" and shown["acts"][-1]["verb"] == "attach"
    [copy] = by("rev", "case", "attachments", waiting[1]["case"], to=tmp_path / "out")["files"]
    assert Path(copy).read_text(encoding="utf-8") == "病程记录"
    by("rev", "round", "confirm", "--round", code, day="2026-07-23")
    second = [
        x
        for x in by("clerk", "round", "lines", code, state="second_review")["lines"]
        if x["institution_id"] == of[first]
    ]
    more = next(x["finding"] for x in second if x["finding"] != late)
    by("rev", "round", "second", more, "--ask-more", reason="请补病程记录", day="2026-07-23")
    assert "请补病程记录" in told("audit_supplement_notice", first, "2026-07-23")
    by("sender", "round", "answer", more, "--supplement", reason="已补", day="2026-07-24")
    members = [word for one in ("e1", "e2", "e3") for word in ("--member", one)]
    by("rev", "round", "panel", late, *members, reason="是否符合指征", day="2026-07-24")
    for expert, outcome in (("e1", "none"), ("e2", "full"), ("e3", "full")):
        by(
            expert,
            "round",
            "panel",
            late,
            "--vote",
            outcome=outcome,
            reason=f"理由{expert}",
            day="2026-07-24",
        )
    by("rev", "round", "panel", late, "--conclude", day="2026-07-24")
    opinion = told("audit_panel_opinion", first, "2026-07-24")
    assert "全额扣2票，不扣1票" in opinion and "不同意见" in opinion and first not in opinion, (
        "unnamed, with dissent"
    )
    by("rev", "round", "second", "--round", code, reason="理由不成立", day="2026-07-24")
    review = told("audit_review_result", first, "2026-07-24")
    assert "理由不成立" in review and "经合议" in review and "逾期未反馈" in review
    by("chief", "round", "decide", "--round", code, reason="同意", day="2026-07-27")
    by("chief", "round", "sum-up", code, day="2026-07-27")
    plan = by("clerk", "round", "plan", month="2026-08", day="2026-07-28")
    funds = sum(i["fund_fen"] for i in plan["items"] if i["institution_code"] == codes[first])
    deduction = told("audit_deduction_notice", first, "2026-07-28")
    assert in_capitals(funds) in deduction and "自扣款之日起" in deduction and more in deduction
    by("sender", "round", "deduct", str(plan["plan"]), voucher="V1", day="2026-08-20")
    by("sender", "round", "reconsider", more, "--ask", reason="新证据", day="2026-08-24")
    by("third", "round", "reconsider", more, "--grant", reason="证据成立", day="2026-08-26")
    assert "全额退" in told("audit_recon_result", first, "2026-08-26")
    back = by("clerk", "round", "plan", month="2026-09", day="2026-09-01")
    assert in_capitals(-back["fund_fen"]) in told("audit_refund_notice", first, "2026-09-01")
    by("sender", "round", "deduct", str(back["plan"]), voucher="V2", day="2026-09-18")
    restored = by("clerk", "case", "restored", next(x["case"] for x in second if x["finding"] == more))[
        "restorations"
    ]
    assert sum(row["patient_fen"] for row in restored) == 0 == sum(row["allowance_fen"] for row in restored)
    assert by("clerk", "round", "close", code, day="2026-09-21")["state"] == "closed"
    assert by("clerk", "round", "paper", code, "audit_panel_opinion", institution=codes[other]) == {
        "code": "casework.nothing_to_tell"
    }
    # what was handed over goes on with its money on another track
    [case] = by("clerk", "case", "open", lines[-2]["finding"], track="agreement", day="2026-09-21")["opened"]
    by("clerk", "round", "hand-over", lines[-2]["finding"], "--received", day="2026-09-22")
    stake = by("clerk", "case", "show", case)["amounts"]["at_stake"]
    assert (stake["fund_fen"], stake["patient_fen"]) == tuple(
        lines[-2]["at_stake"][p] for p in ("fund_fen", "patient_fen")
    )
    listed = by("clerk", "case", "list", day="2026-09-22")["cases"]
    assert {"audit", "agreement"} <= {one["track"] for one in listed}


def _free(by: Run, found: list[dict[str, Any]], who: str, track: str, day: str) -> tuple[str, int, int]:
    """Open a case about a finding that nobody holds and that has money in both purses."""
    for one in found:
        opened = by(who, "case", "open", one["code"], track=track, day=day).get("opened")
        if opened:
            stake = by(who, "case", "show", opened[0])["amounts"]["at_stake"]
            if stake["fund_fen"] > 10_000 and stake["patient_fen"] > 0:
                return opened[0], stake["fund_fen"], stake["patient_fen"]
    raise AssertionError("the city has no such finding")


def test_agreement_disposal_to_recovery(
    by: Run, found: list[dict[str, Any]], paper: Callable[..., str]
) -> None:
    case, fund, patient = _free(by, found[60:], "clerk", "agreement", "2026-09-01")
    assert by("clerk", "case", "paper", case, "agr_recovery_decision", day="2026-09-01") == {
        "code": "casework.document_too_early"
    }
    by("clerk", "case", "do", case, "verify", reason="成立", day="2026-09-01")
    measures = [
        word
        for one in (f"recover={fund / 100:.2f}+{patient / 100:.2f}", "damages=30.00", "suspend=3m")
        for word in ("--measure", one)
    ]
    by("clerk", "case", "ask", case, *measures, clause="第四十五条", day="2026-09-02")
    notice = paper("clerk", case, "agr_prior_notice", "2026-09-02")
    assert AGENCY in notice and in_yuan(fund) in notice and in_yuan(patient) in notice and "3个月" in notice
    assert in_yuan(fund + patient) not in notice.partition("四、拟作出的处理")[2], "purses are never added"
    assert "逐条明细（annex-" in notice
    by("clerk", "case", "deliver", case, day="2026-09-02")
    by("clerk", "case", "answer", case, "defend", reason="有医嘱", day="2026-09-04")
    by("rev", "case", "propose", case, reason="不成立", day="2026-09-10")
    paper("rev", case, "agr_defence_reply", "2026-09-10")
    by("chief", "case", "decide", case, *measures, clause="第四十五条", reason="追回", day="2026-09-11")
    decision = paper("clerk", case, "agr_recovery_decision", "2026-09-11")
    assert (
        in_capitals(fund) in decision and in_capitals(patient) in decision and "基本医疗保险基金" in decision
    )
    assert in_capitals(3_000) in paper("clerk", case, "agr_penalty_payment", "2026-09-11")
    paper("clerk", case, "agr_suspend", "2026-09-11")
    by("clerk", "case", "deliver", case, day="2026-09-14")
    by("clerk", "case", "recover", case, fund=f"{fund / 100:.2f}", fine="30.00", day="2026-09-16")
    by("clerk", "case", "do", case, "urge", reason="逾期", day="2026-10-20")
    assert in_capitals(patient) in paper("clerk", case, "agr_urge", "2026-10-20")
    by("clerk", "case", "recover", case, patient=f"{patient / 100:.2f}", day="2026-10-21")
    assert by("clerk", "case", "close", case, reason="已履行", day="2026-10-22")["verb"] == "close"


def test_penalty_to_revocation(
    by: Run, found: list[dict[str, Any]], paper: Callable[..., str], tmp_path: Path
) -> None:
    case, fund, patient = _free(by, found[30:], "zhao", "penalty", "2026-07-06")
    paper("zhao", case, "clue_register", "2026-07-06")
    by("zhao", "case", "do", case, "propose_filing", reason="属实", day="2026-07-08")
    by("head", "case", "do", case, "file", day="2026-07-09")
    by("zhao", "case", "assign", case, "--officer", "li=浙A001", "--officer", "wang=浙A002", day="2026-07-09")
    (tmp_path / "账页.txt").write_text("账页", encoding="utf-8")
    by(
        "li",
        "case",
        "evidence",
        case,
        tmp_path / "账页.txt",
        kind="documentary",
        proves="次数",
        day="2026-07-10",
    )
    by("li", "case", "do", case, "report", reason="清楚", day="2026-07-13")
    paper("li", case, "investigation_report", "2026-07-13")
    by("lawyer", "case", "do", case, "pass_review", reason="合法", day="2026-07-14")
    paper("lawyer", case, "legal_review_opinion", "2026-07-14")
    measures = [
        "--article", "art_40", "--act-day", "2026-03-31", "--loss", f"{(fund + patient) / 100:.2f}", "--patient",
        f"{patient / 100:.2f}", "--fine", f"{fund * 4 / 100:.2f}", "--suspend", "6",
    ]  # fmt: skip
    by("li", "case", "ask", case, *measures, day="2026-07-15")
    notice = paper("li", case, "penalty_prior_notice", "2026-07-15")
    assert BUREAU in notice and AGENCY not in notice and in_capitals(fund * 4) in notice and "4倍" in notice
    by("li", "case", "deliver", case, day="2026-07-15")
    by("li", "case", "answer", case, "ask_hearing", day="2026-07-16")
    by("li", "case", "do", case, "told_hearing", reason="八月三日九时", day="2026-07-20")
    paper("li", case, "hearing_notice", "2026-07-20")
    by("lawyer", "case", "answer", case, "hear", reason="双方到场", day="2026-08-03")
    by(
        "li",
        "case",
        "answer",
        case,
        "defend",
        reason="有医嘱",
        attach=tmp_path / "账页.txt",
        day="2026-08-03",
    )
    assert by("li", "case", "show", case)["attachments"][0]["name"] == "账页.txt"
    by("li", "case", "propose", case, reason="不成立", day="2026-08-05")
    by("li", "case", "do", case, "discuss", day="2026-08-06")
    by("head", "case", "do", case, "conclude", reason="一致", day="2026-08-07")
    assert by("li", "case", "paper", case, "penalty_decision") == {"code": "casework.document_too_early"}
    by("head", "case", "decide", case, *measures, step="ordinary", reason="一般", day="2026-08-10")
    decision = paper("li", case, "penalty_decision", "2026-08-10")
    assert in_capitals(fund) in decision and in_capitals(fund + patient) not in decision, (
        "the fund's own loss only"
    )
    assert "第四十条" in decision and "暂停" in decision and "li（浙A001）" in decision
    by("li", "case", "deliver", case, day="2026-08-11")
    by("li", "case", "contest", case, "review", reason="不服", day="2026-08-20")
    by("li", "case", "contest", case, "upheld", reason="维持", day="2026-09-20")
    by("li", "case", "do", case, "urge", day="2026-10-12")
    urge = paper("li", case, "urge_letter", "2026-10-12")
    assert in_capitals(fund * 4) in urge and in_capitals(fund) in urge and "2026年8月11日送达" in urge
    by("head", "case", "do", case, "go_to_court", reason="逾期", day="2026-11-02")
    assert "示例市人民法院：" in paper("li", case, "court_application", "2026-11-02")
    by("li", "case", "do", case, "publish", day="2026-11-03")
    paper("li", case, "penalty_publicity_record", "2026-11-03")
    by("head", "case", "decide", case, "--revoke", reason="依据有误", day="2026-11-04")
    assert "示医保罚〔2026〕" in paper("li", case, "decision_revocation", "2026-11-04")
    by("li", "case", "do", case, "withdraw_publication", reason="决定已撤销", day="2026-11-05")
    paper("li", case, "publicity_withdrawal", "2026-11-05")
    missing = {one["document"] for one in by("li", "case", "show", case)["missing_documents"]}
    assert not missing & {"penalty_decision", "penalty_prior_notice", "urge_letter"}, "revoked is not missing"
    assert by("shen", "case", "verify")["sound"] is True and by("shen", "ledger", "verify")["sound"] is True
