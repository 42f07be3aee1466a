"""The office's own particulars (机关设置): name, address, phone, accounts, courts; one file that the office keeps.

``documents/office.yaml`` of the home holds them. What is missing there is missing on paper, and the document says so;
nothing is made up.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any, Final

from yibao.kernel import Located, Refused, Text, read_yaml
from yibao.store import Home, write_durably

FILE: Final = "office.yaml"

KEYS: Final = {
    "full_name": "机关全称，与印章一致",
    "address": "地址",
    "phone": "联系电话",
    "channels": "陈述申辩的方式（列表）",
    "review_body": "行政复议机关（同级人民政府）",
    "review_address": "行政复议机关地址",
    "review_online": "行政复议线上渠道",
    "court": "有管辖权的人民法院",
    "police": "移送的公安机关",
    "supervision": "移送的监察机关",
    "partner.name": "行业主管部门",
    "fund_account.name": "基金财政专户户名",
    "fund_account.bank": "开户银行",
    "fund_account.no": "账号",
    "fine_collection.bank": "罚款代收银行",
    "fine_collection.code": "缴款码",
}
"""What an office says of itself, each with what it is."""


def office(home: Home) -> dict[str, Any]:
    """Give the office's particulars by key; none where the file is not there yet.

    Raises `Refused` (``casework.office``) for a key that there is not, and what `read_yaml` refuses.
    """
    file = home.documents / FILE
    if not file.is_file():
        return {}
    root = read_yaml(file.read_bytes(), str(file))
    if not isinstance(root, Located):
        raise _bad(str(file), type(root).__name__)
    found = dict(_flat(root, ""))
    strange = sorted(set(found) - set(KEYS))
    if strange:
        raise _bad(root.where(strange[0].partition(".")[0]), ", ".join(strange))
    return {key: value for key, value in found.items() if value not in (None, "")}


def write_office(home: Home) -> Path:
    """Write an empty file of particulars to be filled in; refuses to write over one that is there."""
    file = home.documents / FILE
    if file.exists():
        raise Refused(
            "casework.office_there", zh="机关设置已经有了", en="the office's particulars are there already",
            where=str(file), todo=Text(zh="直接编辑这个文件", en="edit that file"),
        )  # fmt: skip
    lines = ["# 机关设置：文书上的机关名称、地址、账户等。空着的，文书会指出缺什么。"]
    group = ""
    for key, what in KEYS.items():
        outer, _, inner = key.rpartition(".")
        if outer != group and outer:
            lines.append(f"{outer}:")
        group = outer
        value = "[]" if key == "channels" else ""
        lines.append(f"{'  ' if outer else ''}{inner or key}: {value}  # {what}")
    write_durably(file, ("\n".join(lines) + "\n").encode())
    return file


def _flat(mapping: Located, before: str) -> list[tuple[str, Any]]:
    found: list[tuple[str, Any]] = []
    for key, value in mapping.items():
        if isinstance(value, Located):
            found += _flat(value, f"{before}{key}.")
        else:
            found.append((f"{before}{key}", value))
    return found


def _bad(where: str, came: str) -> Refused:
    return Refused(
        "casework.office",
        zh="机关设置里有不认识的内容",
        en="the office's particulars say something unknown",
        where=where,
        wanted=", ".join(KEYS),
        came=came,
        todo=Text(
            zh="删去或改正这些内容；空的文件用 yibao case office 写出",
            en="take them out or correct them; yibao case office writes an empty file",
        ),
    )
