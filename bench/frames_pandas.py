"""The ten rules in pandas, vectorised: only the columns that a rule needs, and filtered before anything is merged."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

import numpy as np
import pandas as pd
import pyarrow as pa

from bench.ten import FOUND, TEN, Case, Way

INPATIENT: Final = ["21", "22", "23", "52"]
EMERGENCY: Final = ["13", "120", "210104", "9902", "9914"]
MIDNIGHT: Final = 1440
STANDING: Final = [
    "line_id",
    "line_no",
    "reverses",
    "settlement_id",
    "encounter_id",
    "quantity",
    "amount_fen",
]
"""The columns by which a line stands or falls."""
Numbers = dict[str, int]
Frame = pd.DataFrame


class Lake:
    """The stored tables by column, and the few rows that took something back."""

    def __init__(self, case: Case) -> None:
        self._files = case.files
        names = ["encounter_id", "reverses", "quantity", "amount_fen", "over_limit_fen"]
        back = self.read("line", *names).dropna(subset="reverses")
        self.returned = (
            back.groupby(["encounter_id", "reverses"], as_index=False)[names[2:]].sum()
            .rename(columns={"reverses": "line_no", "quantity": "back_quantity", "amount_fen": "back_fen",
                             "over_limit_fen": "back_over_limit_fen"})
        )  # fmt: skip
        bills = pd.concat(  # keys with gaps do not fit into floats
            pd.read_parquet(
                file, columns=["settlement_id", "reverses_id", "refund"], dtype_backend="numpy_nullable"
            )
            for file in case.files["settlement"]
        )
        refunds = bills[bills.refund == 1].astype({"settlement_id": "int64"})
        reversed_ = refunds.reverses_id.dropna().astype("int64")
        self.fallen = pd.concat([refunds.settlement_id, reversed_]).unique()

    def read(self, table: str, *columns: str) -> Frame:
        """Read some columns of a table."""
        return pd.concat([pd.read_parquet(file, columns=list(columns)) for file in self._files[table]])

    def lines(self, *columns: str) -> Frame:
        """Read lines: what decides whether they stand, and some columns more."""
        return self.read("line", *dict.fromkeys([*STANDING, *columns]))

    def charged(self, n: Numbers, *columns: str) -> Frame:
        """Read the lines that are judged and in which the fund has a part."""
        rows = self.lines("fee_day", "self_paid_fen", "item_id", "person_id", *columns)
        return rows[(rows.fee_day >= n["from_day"]) & ~(rows.self_paid_fen >= rows.amount_fen)]

    def points(self, table: str, *contents: str) -> Frame:
        """Give knowledge points; of two on one item the one that came into force later speaks."""
        rows = self.read(table, "item_id", "knowledge_id", "from_day", "until_day", *contents)
        rows = rows.sort_values(["item_id", "from_day", "knowledge_id"])
        later = rows.groupby("item_id").from_day.shift(-1, fill_value=99999)
        rows["until_day"] = np.minimum(rows.until_day, later)
        return rows.drop(columns="knowledge_id")

    def standing(self, rows: Frame) -> Frame:
        """Keep the lines that stand, net of what was returned."""
        rows = rows[rows.reverses.isna() & ~rows.settlement_id.isin(self.fallen)]
        rows = rows.merge(self.returned, on=["encounter_id", "line_no"], how="left")
        rows["fen"] = rows.amount_fen + rows.back_fen.fillna(0).astype("int64")
        rows["net_quantity"] = rows.quantity + rows.back_quantity.fillna(0).astype("int64")
        return rows[(rows.fen > 0) & (rows.net_quantity > 0)]

    def lines_of(self, key: str, keys: pd.Series, *columns: str) -> Frame:
        """Give the standing lines of some bills or encounters."""
        rows = self.lines(*columns)
        return self.standing(rows[rows[key].isin(keys)])

    def standing_bills(self, *columns: str) -> Frame:
        """Give the bills that stand."""
        rows = self.read("settlement", "settlement_id", *columns)
        return rows[~rows.settlement_id.isin(self.fallen)]


def in_force(rows: Frame) -> pd.Series:
    """Say whether a charge falls into the period of a point."""
    return (rows.fee_day >= rows.from_day) & (rows.fee_day < rows.until_day)


def limited(lines: Frame, points: Frame) -> Frame:
    """Put the points in force beside the lines of their items."""
    rows = lines[lines.item_id.isin(points.item_id)].merge(points, on="item_id")
    return rows[in_force(rows)]


def sex_limit(lake: Lake, n: Numbers) -> Frame:
    """Items for the other sex."""
    points = lake.points("knowledge_sex_limit", "sex").rename(columns={"sex": "wanted"})
    person = lake.read("person", "person_id", "sex")
    rows = limited(lake.charged(n), points[points.wanted.isin(["1", "2"])])
    rows = rows.merge(person[person.sex.isin(["1", "2"])], on="person_id")
    return lake.standing(rows[rows.sex != rows.wanted])


def child_limit(lake: Lake, n: Numbers) -> Frame:
    """Items for children, on older persons."""
    person = lake.read("person", "person_id", "sex", "birth_day", "birth_ymd")
    rows = limited(lake.charged(n, "fee_ymd"), lake.points("knowledge_age_limit", "audience"))
    rows = rows.merge(person, on="person_id")
    age, newborn = rows.fee_ymd - rows.birth_ymd, rows.audience == "新生儿"
    rows = rows[
        (age >= 0)
        & (
            ((rows.audience == "儿童") & (age >= n["child_age_below"] * 10000))
            | ((rows.audience == "婴幼儿") & (age >= n["infant_age_below"] * 10000))
            | (newborn & (rows.fee_day - rows.birth_day >= n["newborn_days_below"]))
        )
    ]
    stays = lake.read("encounter", "encounter_id", "kind", "end_day", "main_diagnosis_category")
    births = stays[
        stays.main_diagnosis_category.str.startswith("O", na=False)
        & stays.kind.str[:2].isin(INPATIENT) & stays.end_day.notna()
    ]  # fmt: skip
    on_mother = (rows.audience == "新生儿") & (rows.sex == "2") & rows.encounter_id.isin(births.encounter_id)
    return lake.standing(rows[~on_mother])


def duplicate_charge_pair(lake: Lake, n: Numbers) -> Frame:
    """Charges that another charge contains."""
    pairs = lake.read("knowledge_duplicate_pair", "main_id", "sub_id", "span", "from_day", "until_day")
    rows = lake.lines("person_id", "institution_id", "item_id", "fee_day", "fee_minute", "self_paid_fen")
    rows = lake.standing(rows[rows.item_id.isin(pairs.main_id) | rows.item_id.isin(pairs.sub_id)])
    who = ["person_id", "institution_id"]
    main = rows[[*who, "item_id", "fee_day", "fee_minute", "encounter_id"]].rename(
        columns={"item_id": "main_id", "fee_day": "main_day", "fee_minute": "main_minute", "encounter_id": "main_encounter"}
    )  # fmt: skip
    subs = rows[(rows.fee_day >= n["from_day"]) & ~(rows.self_paid_fen >= rows.amount_fen)]
    both = subs.merge(pairs, left_on="item_id", right_on="sub_id")
    both = both[in_force(both)].merge(main, on=[*who, "main_id"])
    apart = (both.main_minute - both.fee_minute).abs()
    timed = (both.main_minute % MIDNIGHT != 0) & (both.fee_minute % MIDNIGHT != 0)
    hit = both[
        ((both.span == "单日") & (both.main_day == both.fee_day))
        | ((both.span == "单次就诊") & (both.main_encounter == both.encounter_id))
        | ((both.span == "6小时") & timed & (apart <= 360))
        | ((both.span == "同一小时") & timed & (apart < 60))
    ]
    return hit.drop_duplicates("line_id")


def frequency_per_day(lake: Lake, n: Numbers) -> Frame:
    """More of an item in a day than its limit."""
    rows = lake.charged(n, "institution_id", "fee_minute")
    rows = limited(rows[rows.reverses.isna()], lake.points("knowledge_frequency_limit", "highest"))
    day = ["person_id", "institution_id", "item_id", "fee_day"]
    sums = rows.groupby([*day, "highest"], as_index=False, sort=False).quantity.sum()
    over = sums.loc[sums.quantity > sums.highest, day]
    rows = lake.standing(rows.merge(over, on=day)).sort_values(["fee_minute", "line_id"])
    so_far = rows.groupby(day, sort=False).net_quantity.cumsum()
    rows["excess"] = np.minimum(rows.net_quantity, so_far - rows.highest)
    rows["fen"] = (2 * rows.fen * rows.excess + rows.net_quantity) // (2 * rows.net_quantity)
    return rows[rows.excess > 0]


def price_over_limit(lake: Lake, n: Numbers) -> Frame:
    """Prices above the limit for the level and the day."""
    groups = {
        "3": ["01", "02", "03", "04", "12"],
        "2": ["05", "06", "07", "13"],
        "1": ["08", "09", "10", "14"],
    }
    group_of = {level: group for group, levels in groups.items() for level in levels}
    order = ["level_group", "from_day", "highest", "price_limit_id"]
    limits = lake.read("price_limit", "item_id", *order, "until_day").dropna(subset="highest")
    institution = lake.read("institution", "institution_id", "level")
    group = institution.set_index("institution_id").level.map(group_of)
    rows = lake.charged(n, "institution_id", "unit_price", "over_limit_fen")
    rows = rows[rows.unit_price > rows.item_id.map(limits.groupby("item_id").highest.min())]
    rows = limited(lake.standing(rows), limits)
    rows = rows[(rows.level_group == "0") | (rows.level_group == rows.institution_id.map(group))]
    rows = rows.sort_values(order, ascending=[False, False, False, True]).drop_duplicates("line_id")
    rows = rows[rows.unit_price > rows.highest]
    over = (rows.over_limit_fen.fillna(0) + rows.back_over_limit_fen.fillna(0)).astype("int64")

    def worth(price: pd.Series) -> pd.Series:
        return (price * rows.net_quantity + 50_000_000) // 100_000_000

    rows["fen"] = np.minimum(worth(rows.unit_price - rows.highest), rows.fen - over - worth(rows.highest))
    return rows[rows.fen > 0]


def split_stay(lake: Lake, n: Numbers) -> Frame:
    """Stays soon after a stay for the same disease."""
    rows = lake.read("encounter", "encounter_id", "person_id", "institution_id", "kind", "start_day", "start_ymd", "end_day",
                     "main_diagnosis_category")  # fmt: skip
    rows = rows[rows.kind.str[:2].isin(INPATIENT) & rows.end_day.notna()]
    rows = rows[rows.encounter_id.isin(lake.standing_bills("encounter_id").encounter_id)]
    rows = rows.sort_values(["start_day", "encounter_id"])
    before = rows.groupby(["person_id", "institution_id"], sort=False)
    gap = rows.start_day - before.end_day.shift()
    category = rows.main_diagnosis_category
    splits = rows[
        (rows.start_day >= n["from_day"]) & gap.between(0, n["gap_days"])
        & (category == before.main_diagnosis_category.shift()) & (category != "Z51")
        & ~((rows.start_ymd % 10000 == 101) & (gap <= 1))
    ]  # fmt: skip
    return lake.lines_of("encounter_id", splits.encounter_id)


def two_places(lake: Lake, n: Numbers) -> Frame:
    """One credential in two counties within minutes."""
    region = lake.read("institution", "institution_id", "region").set_index("institution_id").region
    rows = lake.standing_bills("person_id", "institution_id", "kind", "settled_minute", "settled_day")
    rows = rows[~rows.kind.str[:2].isin(INPATIENT) & (rows.settled_minute % MIDNIGHT != 0)]
    rows["region"] = rows.institution_id.map(region[~region.str[4:6].isin(["00", "99"])])
    rows = rows.dropna(subset="region").sort_values(["settled_minute", "settlement_id"])
    before = rows.groupby("person_id", sort=False)
    clashes = rows[
        (rows.settled_day >= n["from_day"]) & (rows.settled_minute - before.settled_minute.shift() <= n["within_minutes"])
        & (rows.institution_id != before.institution_id.shift(fill_value=0)) & (rows.region != before.region.shift())
    ]  # fmt: skip
    return lake.lines_of("settlement_id", clashes.settlement_id)


def visit_during_stay(lake: Lake, n: Numbers) -> Frame:
    """Visits elsewhere during a stay."""
    paid = lake.standing_bills("encounter_id", "fund_fen").groupby("encounter_id").fund_fen.sum()
    rows = lake.read("encounter", "encounter_id", "person_id", "institution_id", "kind", "start_day", "start_minute",
                     "end_day", "end_minute", "referred_from", "main_diagnosis_category")  # fmt: skip
    rows["fund_fen"] = rows.encounter_id.map(paid)
    rows = rows.dropna(subset="fund_fen")
    inpatient, category = rows.kind.str[:2].isin(INPATIENT), rows.main_diagnosis_category.fillna("")
    visits = rows[
        ~inpatient & ~rows.kind.isin(EMERGENCY) & (rows.fund_fen > 0) & (rows.start_day >= n["from_day"])
        & rows.referred_from.isna() & ~category.isin(["N18", "Z38", "Z49"]) & ~category.str.startswith("P")
    ]  # fmt: skip
    inside = visits.merge(rows[inpatient], on="person_id", suffixes=("", "_stay"))
    inside = inside[
        (inside.institution_id != inside.institution_id_stay)
        & (inside.start_minute > inside.start_minute_stay) & (inside.start_minute < inside.end_minute_stay)
        & ((inside.start_minute_stay % MIDNIGHT != 0) | (inside.start_day > inside.start_day_stay))
        & ((inside.start_minute % MIDNIGHT != 0) | (inside.start_day < inside.end_day_stay))
    ]  # fmt: skip
    absence = lake.read("absence", "encounter_id", "left_day", "back_day")
    away = inside.reset_index().merge(
        absence, left_on="encounter_id_stay", right_on="encounter_id", suffixes=("", "_away")
    )
    away = away[(away.left_day <= away.start_day) & (away.back_day >= away.start_day)]
    pair = ["encounter_id", "encounter_id_stay"]
    left = inside.merge(away[pair].drop_duplicates(), on=pair, how="left", indicator=True)
    return lake.lines_of("encounter_id", left.loc[left["_merge"] == "left_only", "encounter_id"])


def settled_twice(lake: Lake, n: Numbers) -> Frame:
    """Bills that hold what an earlier bill settled."""
    who = ["person_id", "institution_id"]
    bills = lake.standing_bills("encounter_id", *who, "settled_minute", "settled_day", "total_fen")
    bills = bills[(bills.total_fen > 0) & bills.duplicated([*who, "total_fen"], keep=False)]
    charged = lake.lines_of("settlement_id", bills.settlement_id, "item_id", "fee_minute")
    charged = charged[["settlement_id", "line_id", "item_id", "fee_minute", "net_quantity", "fen"]]
    contents = charged.groupby("settlement_id", as_index=False).agg(
        first=("fee_minute", "min"), last=("fee_minute", "max"), lines=("line_id", "size"), sum=("fen", "sum")
    )
    contents = contents[contents["first"] % MIDNIGHT != 0]
    rows = bills.merge(contents, on="settlement_id").sort_values(["settled_minute", "settlement_id"])
    before = rows.groupby([*who, "first", "last", "lines", "sum"], sort=False)
    rows = rows.assign(  # a filled shift stays an integer; keys do not fit into a float
        earlier_id=before.settlement_id.shift(fill_value=0),
        before=before.settled_minute.shift(fill_value=1 << 60),
    )
    rows = rows[(rows.settled_minute > rows.before) & (rows.settled_day >= n["from_day"])]
    encounter = lake.read("encounter", "encounter_id", "main_diagnosis_category")
    rows = rows.merge(encounter[encounter.encounter_id.isin(rows.encounter_id)], on="encounter_id")
    category = rows.main_diagnosis_category.fillna("")
    suspects = rows.loc[
        (category != "Z38") & ~category.str.startswith("P"), ["settlement_id", "earlier_id", "lines"]
    ]
    content = ["item_id", "fee_minute", "net_quantity", "fen"]
    earlier = charged.rename(columns={"settlement_id": "earlier_id"})[
        ["earlier_id", *content]
    ].drop_duplicates()
    matched = charged.merge(suspects, on="settlement_id").merge(earlier, on=["earlier_id", *content])
    counted = matched.groupby(["settlement_id", "lines"], as_index=False).size()
    twice = counted.loc[counted["size"] == counted.lines, "settlement_id"]
    bill = lake.read("line", "line_no", "institution_id", "settlement_id")
    bill = bill[
        bill.settlement_id.isin(suspects.settlement_id) | bill.settlement_id.isin(suspects.earlier_id)
    ]
    uses = lake.read("trace_code_use", "line", "institution_id", "trace_code")
    packs = uses.merge(bill, left_on=["line", "institution_id"], right_on=["line_no", "institution_id"])
    packs = packs[["settlement_id", "trace_code"]].drop_duplicates()
    other = packs.merge(suspects, on="settlement_id").merge(
        packs.rename(columns={"settlement_id": "earlier_id"}),
        on=["earlier_id", "trace_code"],
        how="left",
        indicator=True,
    )
    other_packs = other.loc[other["_merge"] == "left_only", "settlement_id"]
    return charged[charged.settlement_id.isin(twice) & ~charged.settlement_id.isin(other_packs)]


def institution_suspended(lake: Lake, n: Numbers) -> Frame:
    """Charges of suspended institutions."""
    periods = lake.read(
        "status_period", "status_period_id", "subject_kind", "subject", "status", "from_day", "until_day"
    )
    periods = periods[periods.subject_kind == "institution"].sort_values(["from_day", "status_period_id"])
    later = periods.groupby("subject").from_day.shift(-1, fill_value=99999)
    periods["until_day"] = np.minimum(periods.until_day, later)
    periods = periods[periods.status.isin(["SUSPENDED", "TERMINATED"])]
    institution = lake.read("institution", "institution_id", "institution_no")
    periods = periods.merge(institution, left_on="subject", right_on="institution_no")
    periods = periods[["institution_id", "from_day", "until_day"]]
    rows = lake.charged(n, "institution_id")
    rows = rows[rows.institution_id.isin(periods.institution_id)].merge(periods, on="institution_id")
    encounter = lake.read("encounter", "encounter_id", "kind")
    emergencies = encounter.loc[encounter.kind.isin(EMERGENCY), "encounter_id"]
    rows = rows[in_force(rows)]
    return lake.standing(rows[~rows.encounter_id.isin(emergencies)])


RULES: Final[dict[str, Callable[[Lake, Numbers], Frame]]] = {
    rule.__name__: rule
    for rule in (
        sex_limit, child_limit, duplicate_charge_pair, frequency_per_day, price_over_limit, split_stay, two_places,
        visit_during_stay, settled_twice, institution_suspended,
    )
}  # fmt: skip


def pandas(case: Case) -> Way:
    """Run the ten rules."""
    way, numbers = Way(), case.numbers()
    with way.timed("prepare"):
        lake = Lake(case)
    for rule in TEN:
        with way.timed(rule):
            found = RULES[rule](lake, numbers[rule])[FOUND.names]
            way.found[rule] = pa.Table.from_pandas(found, preserve_index=False).cast(FOUND)
    return way
