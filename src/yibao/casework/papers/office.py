"""The offices' own particulars (机关设置): names, addresses, phones, accounts, courts; one file that the office keeps.

``documents/office.yaml`` of the home holds them. The bureau and the agency each say their own: a decision under the
other's name is void (行政处罚法 Art. 17, 38). What is missing there is missing on paper, and the document says so;
nothing is made up.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any, Final

from yibao.casework.cases import Track
from yibao.casework.documents import DocumentKind
from yibao.kernel import Located, Refused, Text, read_yaml
from yibao.store import Home, write_durably

FILE: Final = "office.yaml"

OFFICES: Final = {"bureau": "医疗保障行政部门", "agency": "医疗保障经办机构"}
"""Whose particulars a document bears: of who issues it."""

_OWN: Final = {
    "full_name": "机关全称，与印章一致",
    "address": "地址",
    "phone": "联系电话",
    "supervise_phone": "监督电话",
    "channels": "陈述申辩、反馈的方式（列表）",
}
"""What each of the two says for itself."""

_SHARED: Final = {
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

KEYS: Final = {
    **{f"{office}.{key}": what for office in OFFICES for key, what in _OWN.items()}, **_SHARED
}  # fmt: skip
"""What the file says, each with what it is."""


def office(home: Home, issuer: str) -> dict[str, Any]:
    """Give the particulars that a document of an issuer bears, by key; none where the file is not there yet.

    ``issuer`` is ``bureau`` or ``agency``; of the other only its name is given (``bureau.full_name``). Raises `Refused`
    (``casework.office``) for a key that there is not, and what `read_yaml` refuses.
    """
    said = _read(home)
    shared = {key: value for key, value in said.items() if key in _SHARED}
    own = {key: said[f"{issuer}.{key}"] for key in _OWN if f"{issuer}.{key}" in said}
    names = {f"{one}.full_name": said.get(f"{one}.full_name") for one in OFFICES}
    return {**shared, **own, **{key: name for key, name in names.items() if name is not None}}


def issuer_on(of: DocumentKind, track: str) -> str:
    """Give which of the two issues a document on a track: its only issuer, or of both the one whose track it is.

    >>> from yibao.casework.documents import kind
    >>> [issuer_on(kind("service_receipt"), track) for track in ("agreement", "penalty")]
    ['agency', 'bureau']
    """
    may = [one for one in of.issuers if one in OFFICES]
    return may[0] if len(may) == 1 else "bureau" if track == Track.PENALTY else "agency"


def _read(home: Home) -> dict[str, Any]:
    file = home.documents / FILE
    if not file.is_file():
        return {}
    root = read_yaml(file.read_bytes(), str(file))
    if root is None:
        return {}
    if not isinstance(root, Located):
        raise _bad(str(file), type(root).__name__)
    found = dict(_flat(root, ""))
    groups = {key.partition(".")[0] for key in KEYS if "." in key}
    strange = sorted(key for key in found if key not in KEYS and not (key in groups and found[key] is None))
    if strange:
        raise _bad(root.where(strange[0].partition(".")[0]), ", ".join(strange))
    return {key: value for key, value in found.items() if key in KEYS and value not in (None, "", [])}


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
            lines.append(f"{outer}:" + (f"  # {OFFICES[outer]}" if outer in OFFICES else ""))
        group = outer
        value = " []" if key.endswith("channels") else ""
        lines.append(f"{'  ' if outer else ''}{inner or key}:{value}  # {what}")
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
