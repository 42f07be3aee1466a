"""The ten rules in Polars, as its users write them: lazy, from the Parquet files, filtered before anything is joined."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

import polars as pl

from bench.ten import FOUND, TEN, Case, Way

INPATIENT: Final = ["21", "22", "23", "52"]
EMERGENCY: Final = ["13", "120", "210104", "9902", "9914"]
MIDNIGHT: Final = 1440
Numbers = dict[str, int]
c = pl.col


class Lake:
    """The stored tables as lazy frames, and the few rows that took something back."""

    def __init__(self, case: Case) -> None:
        self._files = case.files
        line, settlement = self["line"], self["settlement"]
        self.returned = (
            line.filter(c("reverses").is_not_null())
            .group_by("encounter_id", c("reverses").alias("line_no"))
            .agg(
                c("quantity").sum().alias("back_quantity"), c("amount_fen").sum().alias("back_fen"),
                c("over_limit_fen").sum().alias("back_over_limit_fen"),
            )
            .collect().lazy()
        )  # fmt: skip
        refunds = settlement.filter(c("refund") == 1)
        reversed_ = refunds.select(c("reverses_id").alias("settlement_id")).drop_nulls()
        fallen = pl.concat([reversed_, refunds.select("settlement_id")])
        self.fallen = fallen.unique().collect().lazy()

    def __getitem__(self, table: str) -> pl.LazyFrame:
        return pl.scan_parquet(self._files[table])

    def points(self, table: str, *contents: str) -> pl.LazyFrame:
        """Give knowledge points; of two on one item the one that came into force later speaks."""
        later = c("from_day").shift(-1).over("item_id").fill_null(99999)
        return (
            self[table].sort("item_id", "from_day", "knowledge_id")
            .select("item_id", *contents, "from_day", pl.min_horizontal("until_day", later).alias("until_day"))
        )  # fmt: skip

    def standing(self, lines: pl.LazyFrame) -> pl.LazyFrame:
        """Keep the lines that stand, net of what was returned."""
        return (
            lines.filter(c("reverses").is_null())
            .join(self.fallen, on="settlement_id", how="anti")
            .join(self.returned, on=["encounter_id", "line_no"], how="left")
            .with_columns(
                fen=c("amount_fen") + c("back_fen").fill_null(0),
                net_quantity=c("quantity") + c("back_quantity").fill_null(0),
            )
            .filter((c("fen") > 0) & (c("net_quantity") > 0))
        )  # fmt: skip

    def lines_of(self, key: str, keys: pl.LazyFrame) -> pl.LazyFrame:
        """Give the standing lines of some bills or encounters."""
        return self.standing(self["line"].join(keys.select(key).unique(), on=key, how="semi"))

    def standing_bills(self) -> pl.LazyFrame:
        """Give the bills that stand."""
        return self["settlement"].join(self.fallen, on="settlement_id", how="anti")


def in_force() -> pl.Expr:
    """Say whether a charge falls into the period of a point."""
    return (c("fee_day") >= c("from_day")) & (c("fee_day") < c("until_day"))


def borne() -> pl.Expr:
    """Say whether the fund has a part in a line."""
    return c("self_paid_fen").is_null() | (c("self_paid_fen") < c("amount_fen"))


def sex_limit(lake: Lake, n: Numbers) -> pl.LazyFrame:
    """Items for the other sex."""
    points = lake.points("knowledge_sex_limit", c("sex").alias("wanted")).filter(
        c("wanted").is_in(["1", "2"])
    )
    person = lake["person"].select("person_id", "sex").filter(c("sex").is_in(["1", "2"]))
    lines = lake["line"].filter((c("fee_day") >= n["from_day"]) & borne())
    hit = lines.join(points, on="item_id").filter(in_force()).join(person, on="person_id")
    return lake.standing(hit.filter(c("sex") != c("wanted")))


def child_limit(lake: Lake, n: Numbers) -> pl.LazyFrame:
    """Items for children, on older persons."""
    points = lake.points("knowledge_age_limit", "audience")
    person = lake["person"].select("person_id", "sex", "birth_day", "birth_ymd")
    lines = lake["line"].filter((c("fee_day") >= n["from_day"]) & borne())
    age, days = c("fee_ymd") - c("birth_ymd"), c("fee_day") - c("birth_day")
    births = lake["encounter"].filter(
        c("kind").str.slice(0, 2).is_in(INPATIENT) & c("end_day").is_not_null()
        & c("main_diagnosis_category").str.starts_with("O")
    ).select("encounter_id", pl.lit(True).alias("birth"))  # fmt: skip
    hit = (
        lines.join(points, on="item_id").filter(in_force()).join(person, on="person_id")
        .filter(
            (age >= 0)
            & (
                ((c("audience") == "儿童") & (age >= n["child_age_below"] * 10000))
                | ((c("audience") == "婴幼儿") & (age >= n["infant_age_below"] * 10000))
                | ((c("audience") == "新生儿") & (days >= n["newborn_days_below"]))
            )
        )
        .join(births, on="encounter_id", how="left")
        .filter(~((c("audience") == "新生儿") & (c("sex") == "2") & c("birth").fill_null(False)))
    )  # fmt: skip
    return lake.standing(hit)


def duplicate_charge_pair(lake: Lake, n: Numbers) -> pl.LazyFrame:
    """Charges that another charge contains."""
    pairs = lake["knowledge_duplicate_pair"].select("main_id", "sub_id", "span", "from_day", "until_day")
    items = pl.concat([pairs.select(item_id="main_id"), pairs.select(item_id="sub_id")]).unique()
    some = lake.standing(lake["line"].join(items, on="item_id", how="semi"))
    main = some.select("person_id", "institution_id", main_id="item_id", main_day="fee_day", main_minute="fee_minute",
                       main_encounter="encounter_id")  # fmt: skip
    apart = (c("main_minute") - c("fee_minute")).abs()
    timed = (c("main_minute") % MIDNIGHT != 0) & (c("fee_minute") % MIDNIGHT != 0)
    return (
        some.filter((c("fee_day") >= n["from_day"]) & borne())
        .join(pairs, left_on="item_id", right_on="sub_id").filter(in_force())
        .join(main, on=["person_id", "institution_id", "main_id"])
        .filter(
            ((c("span") == "单日") & (c("main_day") == c("fee_day")))
            | ((c("span") == "单次就诊") & (c("main_encounter") == c("encounter_id")))
            | ((c("span") == "6小时") & timed & (apart <= 360))
            | ((c("span") == "同一小时") & timed & (apart < 60))
        )
        .unique("line_id")
    )  # fmt: skip


def frequency_per_day(lake: Lake, n: Numbers) -> pl.LazyFrame:
    """More of an item in a day than its limit."""
    points = lake.points("knowledge_frequency_limit", "highest")
    day = ["person_id", "institution_id", "item_id", "fee_day"]
    lines = lake["line"].filter((c("fee_day") >= n["from_day"]) & borne() & c("reverses").is_null())
    charged = lines.join(points, on="item_id").filter(in_force())
    over = charged.group_by(*day, "highest").agg(c("quantity").sum()).filter(c("quantity") > c("highest"))
    excess = pl.min_horizontal("net_quantity", c("so_far") - c("highest"))
    return (
        lake.standing(charged.join(over, on=day, how="semi"))
        .sort("fee_minute", "line_id")
        .with_columns(so_far=c("net_quantity").cum_sum().over(day))
        .filter(c("so_far") > c("highest"))
        .with_columns(fen=(2 * c("fen") * excess + c("net_quantity")) // (2 * c("net_quantity")))
    )


def price_over_limit(lake: Lake, n: Numbers) -> pl.LazyFrame:
    """Prices above the limit for the level and the day."""
    groups = {"01": "3", "02": "3", "03": "3", "04": "3", "12": "3", "05": "2", "06": "2", "07": "2", "13": "2",
              "08": "1", "09": "1", "10": "1", "14": "1"}  # fmt: skip
    limits = lake["price_limit"].filter(c("highest").is_not_null()).select(
        "item_id", "level_group", "highest", "from_day", "until_day", "price_limit_id"
    )  # fmt: skip
    cheapest = limits.group_by("item_id").agg(c("highest").min().alias("cheapest"))
    level = c("level").replace_strict(groups, default=None, return_dtype=pl.String)
    group = lake["institution"].select("institution_id", level.alias("group"))
    dear = (
        lake["line"].filter((c("fee_day") >= n["from_day"]) & borne())
        .join(cheapest, on="item_id").filter(c("unit_price") > c("cheapest"))
    )  # fmt: skip
    over = c("over_limit_fen").fill_null(0) + c("back_over_limit_fen").fill_null(0)

    def worth(price: pl.Expr) -> pl.Expr:
        return (price * c("net_quantity") + 50_000_000) // 100_000_000

    return (
        lake.standing(dear)
        .join(limits, on="item_id").filter(in_force()).join(group, on="institution_id")
        .filter((c("level_group") == "0") | (c("level_group") == c("group")))
        .sort("level_group", "from_day", "highest", "price_limit_id", descending=[True, True, True, False])
        .unique("line_id", keep="first", maintain_order=True)
        .filter(c("unit_price") > c("highest"))
        .with_columns(
            fen=pl.min_horizontal(worth(c("unit_price") - c("highest")), c("fen") - over - worth(c("highest")))
        )
        .filter(c("fen") > 0)
    )  # fmt: skip


def split_stay(lake: Lake, n: Numbers) -> pl.LazyFrame:
    """Stays soon after a stay for the same disease."""
    who = ["person_id", "institution_id"]
    category = c("main_diagnosis_category")
    splits = (
        lake["encounter"].filter(c("kind").str.slice(0, 2).is_in(INPATIENT) & c("end_day").is_not_null())
        .join(lake.standing_bills(), on="encounter_id", how="semi")
        .sort("start_day", "encounter_id")
        .with_columns(gap=c("start_day") - c("end_day").shift(1).over(who), earlier=category.shift(1).over(who))
        .filter(
            (c("start_day") >= n["from_day"]) & c("gap").is_between(0, n["gap_days"])
            & (category == c("earlier")) & (category != "Z51")
            & ~((c("start_ymd") % 10000 == 101) & (c("gap") <= 1))
        )
    )  # fmt: skip
    return lake.lines_of("encounter_id", splits)


def two_places(lake: Lake, n: Numbers) -> pl.LazyFrame:
    """One credential in two counties within minutes."""
    region = lake["institution"].select("institution_id", "region").filter(
        ~c("region").str.slice(4, 2).is_in(["00", "99"])
    )  # fmt: skip
    clashes = (
        lake.standing_bills()
        .filter(~c("kind").str.slice(0, 2).is_in(INPATIENT) & (c("settled_minute") % MIDNIGHT != 0))
        .join(region, on="institution_id")
        .sort("settled_minute", "settlement_id")
        .with_columns(
            gap=c("settled_minute").diff().over("person_id"),
            before=c("institution_id").shift(1).over("person_id"), region_before=c("region").shift(1).over("person_id"),
        )
        .filter(
            (c("settled_day") >= n["from_day"]) & (c("gap") <= n["within_minutes"])
            & (c("institution_id") != c("before")) & (c("region") != c("region_before"))
        )
    )  # fmt: skip
    return lake.lines_of("settlement_id", clashes)


def visit_during_stay(lake: Lake, n: Numbers) -> pl.LazyFrame:
    """Visits elsewhere during a stay."""
    paid = lake.standing_bills().group_by("encounter_id").agg(c("fund_fen").sum())
    encounters = lake["encounter"].join(paid, on="encounter_id")
    inpatient = c("kind").str.slice(0, 2).is_in(INPATIENT)
    category = c("main_diagnosis_category").fill_null("")
    stays = encounters.filter(inpatient).select(
        "person_id", stay_id="encounter_id", stay_at="institution_id", began="start_minute", began_day="start_day",
        ended="end_minute", ended_day="end_day",
    )  # fmt: skip
    inside = (
        encounters.filter(
            ~inpatient & ~c("kind").is_in(EMERGENCY) & (c("fund_fen") > 0) & (c("start_day") >= n["from_day"])
            & c("referred_from").is_null() & ~category.is_in(["N18", "Z38", "Z49"]) & ~category.str.starts_with("P")
        )
        .join(stays, on="person_id")
        .filter(
            (c("stay_at") != c("institution_id")) & (c("start_minute") > c("began")) & (c("start_minute") < c("ended"))
            & ((c("began") % MIDNIGHT != 0) | (c("start_day") > c("began_day")))
            & ((c("start_minute") % MIDNIGHT != 0) | (c("start_day") < c("ended_day")))
        )
    )  # fmt: skip
    away = (
        inside.join(lake["absence"].select("left_day", "back_day", stay_id="encounter_id"), on="stay_id")
        .filter(c("start_day").is_between(c("left_day"), c("back_day")))
    )  # fmt: skip
    return lake.lines_of("encounter_id", inside.join(away, on=["encounter_id", "stay_id"], how="anti"))


def settled_twice(lake: Lake, n: Numbers) -> pl.LazyFrame:
    """Bills that hold what an earlier bill settled."""
    alike = c("settlement_id").len().over("person_id", "institution_id", "total_fen") > 1
    bills = (
        lake.standing_bills().filter(c("total_fen") > 0).filter(alike)
        .select("settlement_id", "encounter_id", "person_id", "institution_id", "settled_minute", "settled_day")
        .collect().lazy()
    )  # fmt: skip
    charged = lake.lines_of("settlement_id", bills).select(
        "settlement_id", "line_id", "item_id", "fee_minute", "net_quantity", "fen"
    ).collect().lazy()  # fmt: skip
    contents = (
        charged.group_by("settlement_id")
        .agg(first=c("fee_minute").min(), last=c("fee_minute").max(), lines=pl.len(), sum=c("fen").sum())
        .filter(c("first") % MIDNIGHT != 0)
    )  # fmt: skip
    same = ["person_id", "institution_id", "first", "last", "lines", "sum"]
    category = c("main_diagnosis_category").fill_null("")
    suspects = (
        bills.join(contents, on="settlement_id").sort("settled_minute", "settlement_id")
        .with_columns(earlier_id=c("settlement_id").shift(1).over(same), before=c("settled_minute").shift(1).over(same))
        .filter((c("settled_minute") > c("before")) & (c("settled_day") >= n["from_day"]))
        .join(lake["encounter"].select("encounter_id", "main_diagnosis_category"), on="encounter_id")
        .filter((category != "Z38") & ~category.str.starts_with("P"))
        .select("settlement_id", "earlier_id", "lines").collect().lazy()
    )  # fmt: skip
    matched = (
        charged.join(suspects, on="settlement_id")
        .join(charged.rename({"settlement_id": "earlier_id", "line_id": "earlier_line"}),
              on=["earlier_id", "item_id", "fee_minute", "net_quantity", "fen"], how="semi")
        .group_by("settlement_id", "lines").agg(matched=pl.len()).filter(c("matched") == c("lines"))
    )  # fmt: skip
    both = pl.concat([suspects.select("settlement_id"), suspects.select(settlement_id="earlier_id")]).unique()
    lines = (
        lake["line"]
        .select("line_no", "institution_id", "settlement_id")
        .join(both, on="settlement_id", how="semi")
    )
    packs = (
        lake["trace_code_use"].select("line", "institution_id", "trace_code")
        .join(lines, left_on=["line", "institution_id"], right_on=["line_no", "institution_id"])
        .select("settlement_id", "trace_code").collect().lazy()
    )  # fmt: skip
    other = packs.join(suspects, on="settlement_id").join(
        packs.rename({"settlement_id": "earlier_id"}), on=["earlier_id", "trace_code"], how="anti"
    )  # fmt: skip
    twice = matched.join(other, on="settlement_id", how="anti")
    return charged.join(twice, on="settlement_id", how="semi")


def institution_suspended(lake: Lake, n: Numbers) -> pl.LazyFrame:
    """Charges of suspended institutions."""
    later = c("from_day").shift(-1).over("subject").fill_null(99999)
    periods = (
        lake["status_period"].filter(c("subject_kind") == "institution")
        .sort("from_day", "status_period_id")
        .with_columns(until_day=pl.min_horizontal("until_day", later))
        .filter(c("status").is_in(["SUSPENDED", "TERMINATED"]))
        .join(lake["institution"], left_on="subject", right_on="institution_no")
        .select("institution_id", "from_day", "until_day")
    )  # fmt: skip
    emergencies = lake["encounter"].filter(c("kind").is_in(EMERGENCY))
    lines = lake["line"].filter((c("fee_day") >= n["from_day"]) & borne())
    hit = lines.join(periods, on="institution_id").filter(in_force())
    return lake.standing(hit.join(emergencies, on="encounter_id", how="anti"))


RULES: Final[dict[str, Callable[[Lake, Numbers], pl.LazyFrame]]] = {
    rule.__name__: rule
    for rule in (
        sex_limit, child_limit, duplicate_charge_pair, frequency_per_day, price_over_limit, split_stay, two_places,
        visit_during_stay, settled_twice, institution_suspended,
    )
}  # fmt: skip


def polars(case: Case) -> Way:
    """Run the ten rules."""
    way, numbers = Way(), case.numbers()
    with way.timed("prepare"):
        lake = Lake(case)
    for rule in TEN:
        with way.timed(rule):
            found = RULES[rule](lake, numbers[rule]).select(FOUND.names).collect()
            way.found[rule] = found.to_arrow().cast(FOUND)
    return way
