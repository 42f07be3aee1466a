"""The reference page of the registry of effects: what each does, on which basis, when, and how it is undone."""

from __future__ import annotations

from tools.pieces import cell, code, grid, page
from yibao.archive.files import FACT_NAMES, KIND_NAMES
from yibao.consequence import EFFECTS, MODE_NAMES, Effect
from yibao.consequence.model import Lasts, Trigger

STATUS_NAMES = {"confirmed": "已核实 confirmed", "secondary": "转引 secondary", "assumed": "**假定 assumed**"}
SIDES = {"bureau": "医疗保障行政部门 bureau", "agency": "经办机构 agency"}
CARRIED = {
    "itself": "决定即生效 in force when ordered",
    "person": "由人落实并登记凭证 carried out by somebody, with a voucher",
    "partner": "由协作部门落实并回执 carried out and acknowledged by partners",
}


def effects_page() -> str:
    """Write every effect of the registry."""
    rows = [
        (f"[{one.id}](#{one.id.replace('_', '-')})", cell(one.zh), cell(one.en), MODE_NAMES[one.mode].zh, SIDES[one.by])
        for one in EFFECTS.values()
    ]  # fmt: skip
    head = ("后果 effect", "名称", "name", "怎样发生 how", "谁 whose")
    intro = (
        "后果目录是封闭的：目录里没有的，不得实施。取值、期限、清单条目见[政策参数](policy.md)；办理见[后果](../../how-to/effects.md)。"
        "The registry is closed: what is not in it must not be done."
    )
    return page("# 后果目录 Effects", intro, grid(head, rows), *(section(one) for one in EFFECTS.values()))


def section(one: Effect) -> str:
    """Write one effect."""
    facts = grid(
        ("", ""),
        [
            ("对谁 on whom", "、".join(KIND_NAMES[kind].both() for kind in one.subjects) + _onto(one)),
            ("做什么 does", cell(one.does.text.both())),
            ("怎样撤回 undone", cell(one.undo.text.both())),
            ("期限 lasts", _lasts(one.lasts)),
            ("落实 carried out", CARRIED[one.carried_out]),
            ("协作部门 partners", " ".join(code(partner) for partner in one.partners)),
            ("清单条目 listed", code(one.listed or "")),
            ("因何而止 also ends on", "、".join(one.ends_on)),
            ("结算 settlement", code(one.settlement or "")),
        ],
    )
    basis = grid(
        ("文件 instrument", "条款 article", "状态 status"),
        [(cell(b.instrument), cell(b.article or ""), STATUS_NAMES[b.status]) for b in one.basis],
    )
    triggers = "\n".join(f"- {_trigger(one, trigger)}" for trigger in one.triggers)
    return page(f"## {one.id}", f"{cell(one.zh)} / {cell(one.en)}", facts, triggers, basis).strip()


def _onto(one: Effect) -> str:
    return "" if one.onto is None else f"；落在 falls on {KIND_NAMES[one.onto].both()}"


def _trigger(one: Effect, trigger: Trigger) -> str:
    mode = MODE_NAMES[trigger.mode or one.mode].both() + ("，必须 must be ordered" if trigger.must else "")
    if trigger.fact is not None:
        said = [
            *trigger.articles,
            *trigger.measures,
            *trigger.lists,
            *(f"{name} > 0" for name in trigger.positive),
        ]
        about = f"：{'、'.join(code(word) for word in said)}" if said else ""
        return f"{FACT_NAMES[trigger.fact].both()}{about}（{mode}）"
    if trigger.points:
        return f"支付资格状态 status of points：{'、'.join(code(word) for word in trigger.points)}（{mode}）"
    if trigger.asked:
        return f"确认的信用等级，本人申请 a confirmed grade, asked for（{mode}）"
    key = trigger.grades or f"{trigger.by_grade}.grade_…"
    return f"确认的信用等级 a confirmed grade：{code(key)}（{mode}）"


def _lasts(lasts: Lasts) -> str:
    said = {
        "months_in": "文书所定月数 the months in the instrument", "years": code(lasts.years or ""),
        "levels": f"{code(f'{lasts.levels}.<类别>.least_months / most_months')}", "days": code(lasts.days or ""),
        "grade": "等级有效期 while the grade holds", "status": "状态存续 while the status lasts",
        "listing": "列入名单期间 while listed",
    }  # fmt: skip
    found = [words for name, words in said.items() if getattr(lasts, name)]
    return "；".join(found) or "依据存续期间 as long as its cause stands"
