"""Small extracts that hang together, and ways to write them as the offices of a bureau would."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Mapping
from pathlib import Path

Row = Mapping[str, str]

PERSON = {"psn_no": "P1", "psn_name": "张三", "gend": "1", "brdy": "1990-03-07"}
INSTITUTION = {
    "fixmedins_code": "H1",
    "fixmedins_name": "示例一院",
    "hosp_lv": "02",
    "fix_blng_admdvs": "990101",
}
ITEM = {"med_list_codg": "X1", "hilist_name": "阿莫西林胶囊", "list_type": "101"}
ENCOUNTER = {
    "mdtrt_id": "M1", "psn_no": "P1", "fixmedins_code": "H1", "med_type": "21", "begntime": "2025-03-01 08:00:00",
    "endtime": "2025-03-05 10:00:00", "dscg_maindiag_code": "J18.900",
}  # fmt: skip
SETTLEMENT = {
    "setl_id": "S1", "init_setl_id": "", "refd_setl_flag": "0", "mdtrt_id": "M1", "psn_no": "P1", "fixmedins_code": "H1",
    "insutype": "310", "med_type": "21", "setl_time": "2025-03-05 10:00:00", "medfee_sumamt": "100.00",
    "fund_pay_sumamt": "70.00", "psn_pay": "30.00",
}  # fmt: skip
LINE = {
    "bkkp_sn": "L1", "setl_id": "S1", "mdtrt_id": "M1", "psn_no": "P1", "fixmedins_code": "H1",
    "fee_ocur_time": "2025-03-02 09:00:00", "med_list_codg": "X1", "list_type": "101", "cnt": "2", "pric": "5.5",
    "det_item_fee_sumamt": "11.00",
}  # fmt: skip

CITY = {
    "psn_info_b": [PERSON],
    "fixmedins_b": [INSTITUTION],
    "hilist_b": [ITEM],
    "mdtrt_d": [ENCOUNTER],
    "setl_d": [SETTLEMENT],
    "fee_list_d": [LINE, {**LINE, "bkkp_sn": "L2"}, {**LINE, "bkkp_sn": "L3"}],
}
"""One of everything, three lines."""


def write(
    path: Path, rows: Iterable[Row], *, delimiter: str = ",", encoding: str = "utf-8", header: Iterable[str] = ()
) -> Path:  # fmt: skip
    """Write rows as delimited text."""
    kept = list(rows)
    names = list(header) or list(dict.fromkeys(name for row in kept for name in row))
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", encoding=encoding, newline="") as sink:
        writer = csv.DictWriter(sink, names, delimiter=delimiter, lineterminator="\n", restval="")
        writer.writeheader()
        writer.writerows(kept)
    return path


def write_city(folder: Path, **changed: Iterable[Row]) -> Path:
    """Write the extracts of `CITY`, with other rows for the files named."""
    for name, rows in {**CITY, **changed}.items():
        write(folder / f"{name}.csv", rows)
    return folder


def lines(numbers: Iterable[int], **changed: str) -> list[dict[str, str]]:
    """Give charge lines L<number>."""
    return [{**LINE, "bkkp_sn": f"L{n}", **changed} for n in numbers]
