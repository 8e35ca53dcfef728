"""Rules on what a table can hold at all: places, days, sizes, shares. They know what a slip of the
hand or of a program does to a value, not whether a value is right."""

import json
import re
from functools import cache
from itertools import pairwise

import pandas as pd
import pycountry

from derisking.core import paths
from derisking.core.faults import Fault
from derisking.core.rules import Tables, find_fault, rule
from derisking.core.tables import list_tables, read_schema

# ------------------------------------------------------------------------------------------- places

# States that are gone, by the state on whose ground their capital lies today.
GROUND = {"DDR": "DEU", "YMD": "YEM", "YUG": "SRB"}
NEAR = 0.5  # degrees from the box around a country's ground: the basemap is coarse


@cache
def _boxes() -> dict[str, list[tuple[float, float, float, float]]]:
    """Return west, south, east and north of each part of each country, by numeric code."""
    world = json.loads((paths.BASEMAP / "countries.geojson").read_text(encoding="utf-8"))
    boxes: dict[str, list] = {}
    for country in world["features"]:
        ground = country["geometry"]
        parts = [ground["coordinates"]] if ground["type"] == "Polygon" else ground["coordinates"]
        for outline in (part[0] for part in parts):
            east, north = zip(*outline, strict=True)
            box = (min(east), min(north), max(east), max(north))
            boxes.setdefault(country["properties"]["iso_numeric"], []).append(box)
    return boxes


def lies_in(iso3: str, lat: float, lon: float) -> bool:
    """Say whether a place may lie in a country: within half a degree of the box around a part."""
    country = pycountry.countries.get(alpha_3=GROUND.get(iso3, iso3))
    boxes = _boxes().get(country.numeric, []) if country else []
    return not boxes or any(
        west - NEAR <= lon <= east + NEAR and south - NEAR <= lat <= north + NEAR
        for west, south, east, north in boxes
    )


@rule("posts lie in the country that they are said to be in, and a city in one place")
def _places(tables: Tables):
    faults, number = [], 0
    for name, host in (("missions", None), ("pyongyang_missions", "PRK")):
        rows = tables[name]
        rows = rows[rows["lat"].notna() & rows["lon"].notna()]
        number += len(rows)
        known: dict[tuple, tuple] = {}
        for row, r in rows.iterrows():
            found = f"{r['lat']:g}, {r['lon']:g} for {r['city']}"
            iso3 = host or r["iso3"]
            first = known.setdefault((iso3, r["city"]), (r["lat"], r["lon"]))
            if not lies_in(iso3, r["lat"], r["lon"]):
                turned = lies_in(iso3, r["lon"], r["lat"])
                hint = "; latitude and longitude are swapped" if turned else ""
                faults.append(find_fault(name, row, "lat", found, f"a place in {iso3}{hint}"))
            elif first != (r["lat"], r["lon"]):
                expected = f"{first[0]:g}, {first[1]:g}, as in another row of the same city"
                faults.append(find_fault(name, row, "lat", found, expected))
    return f"{number} places", f"{number - len(faults)} places", faults


@rule("iso3 is the code with which mission_id begins")
def _prefixes(tables: Tables):
    faults, number = [], 0
    for name, table in list_tables("evidence").items():
        if not {"iso3", "mission_id"} <= {field["name"] for field in table["schema"]["fields"]}:
            continue
        rows = tables[name]
        rows = rows[rows["iso3"].notna() & rows["mission_id"].notna()]
        number += len(rows)
        for row, r in rows[rows["mission_id"].str[:3].ne(rows["iso3"])].iterrows():
            found = f"{r['iso3']} for {r['mission_id']}"
            faults.append(find_fault(name, row, "iso3", found, r["mission_id"][:3]))
    return f"{number} rows", f"{number - len(faults)} rows", faults


# --------------------------------------------------------------------------------------------- days

FIRST_YEAR = 1945  # nothing in the base is older than the division of Korea, except states
OLDER = {"states"}
AHEAD = {"look_by"}  # days that are meant to lie ahead
LONGEST = 60  # days that an event or a visit lasts at most


@rule("no date or year before 1945 or after the year of the newest source")
def _days(tables: Tables):
    # The second newest, or one slip in one date of a source would allow all others.
    newest = int(tables["sources"]["date_published"].dropna().str[:4].sort_values().iloc[-2])
    faults, number = [], 0
    for name in list_tables("evidence"):
        for field in read_schema(name)["fields"]:
            column = field["name"]
            if column in AHEAD:
                continue
            if field["type"] == "date":
                cells = tables[name][column].dropna()
                year = cells.dt.year
            elif field.get("partialDate"):
                cells = tables[name][column].dropna()
                year = cells.str[:4].astype(int)
            elif field.get("unit") == "year":
                year = cells = tables[name][column].dropna()
            else:
                continue
            number += len(cells)
            first = 0 if name in OLDER else FIRST_YEAR
            for row in cells[~year.between(first, newest)].index:
                found = str(cells[row])[:10]
                expected = f"a day from {first or 'any year'} to {newest}"
                faults.append(find_fault(name, row, column, found, expected))
    return f"{number} dates", f"{number - len(faults)} dates", faults


@rule("nothing ends before it begins, and years of waves and of series are those of their days")
def _ends(tables: Tables):
    faults, number = [], 0
    for name in ("events", "summits"):
        rows = tables[name]
        rows = rows[rows["end_date"].notna()]
        number += len(rows)
        days = (rows["end_date"] - rows["date_latest"]).dt.days
        for row in rows[~days.between(0, LONGEST)].index:
            found = f"{rows['end_date'][row]:%Y-%m-%d} for {rows['date'][row]}"
            expected = f"a day at most {LONGEST} days later"
            faults.append(find_fault(name, row, "end_date", found, expected))
    series = tables["series"]
    number += len(series)
    faults += [
        find_fault("series", row, "period", r["period"], f"a period around {r['year']}")
        for row, r in series.iterrows()
        if not min(years := re.findall(r"\d{4}", r["period"])) <= str(r["year"]) <= max(years)
    ]
    waves = tables["waves"]
    number += len(waves)
    for end, year in (("date_earliest", "year_start"), ("date_latest", "year_end")):
        wrong = waves[waves[end].dt.year.ne(waves[year])]
        for row, r in wrong.iterrows():
            faults.append(find_fault("waves", row, year, str(r[year]), f"{r[end].year}, as {end}"))
    return f"{number} rows", f"{number - len(faults)} rows", faults


# -------------------------------------------------------------------------------------------- sizes

# What a unit allows, by how it begins. No growth rate beyond these bounds was ever reported.
BOUNDS = {
    "share": (0.0, 1.0),
    "percent per year": (-50.0, 50.0),
    "percent": (0.0, 100.0),
}
# A decimal point read as one of thousands, 5.825 as 5825, moves a value by exactly this.
JUMP = 1000.0
# No value of a series is so many times its largest other, or so small a part of its smallest.
ABOVE, BELOW = 20.0, 30.0
STATES = 200  # there are no more to have relations with


def tell_value(row: pd.Series) -> str:
    """Return a value of a series for a message: series, period, value."""
    return f"{row['series_id']} {row['period']}: {row['value']:g}"


@rule(
    "series: every value within the bounds of its unit, none of another size than all others of "
    "its series"
)
def _sizes(tables: Tables):
    rows = tables["series"]
    rows = rows[rows["value"].notna()]
    faults = {}
    for row, r in rows.iterrows():
        unit = next((unit for unit in BOUNDS if r["unit"].startswith(unit)), None)
        low, high = BOUNDS.get(unit or "", (0.0, float("inf")))
        if not low <= r["value"] <= high:
            expected = f"{low:g} to {high:g} {unit or ''}".strip()
            faults[row] = find_fault("series", row, "value", tell_value(r), expected)
    sized = rows[rows["value"].ne(0)].sort_values(
        ["series_id", "basis", "year", "period"], kind="stable"
    )
    size = sized["value"].abs()
    by = [sized["series_id"], sized["basis"]]
    middle = size.groupby(by).transform("median")
    jump = (size / size.groupby(by).shift()).ge(JUMP) & (size / middle).ge(JUMP / 10)
    for (series_id, _), group in size.groupby(by):
        ordered = group.sort_values()
        if len(ordered) < 4 or series_id.startswith("gdp_growth"):
            continue
        jump[ordered.index[-1]] |= ordered.iloc[-1] > ABOVE * ordered.iloc[-2]
        jump[ordered.index[0]] |= ordered.iloc[0] * BELOW < ordered.iloc[1]
    for row, r in sized[jump].iterrows():
        expected = "the size of the others: is a point read as one of thousands, a unit another?"
        faults.setdefault(row, find_fault("series", row, "value", tell_value(r), expected))
    return f"{len(rows)} values", f"{len(rows) - len(faults)} values", list(faults.values())


@rule("counts of posts, states and persons sent home stay below the number of states")
def _counts(tables: Tables):
    faults, number = [], 0
    for name, column in (
        ("mission_counts", "value"),
        ("waves", "reported"),
        ("closure_lists", "list_total"),
        ("expulsions", "number"),
    ):
        cells = tables[name][column].dropna()
        number += len(cells)
        faults += [
            find_fault(name, row, column, str(cell), f"0 to {STATES}")
            for row, cell in cells[~cells.between(0, STATES)].items()
        ]
    return f"{number} counts", f"{number - len(faults)} counts", faults


# ------------------------------------------------------------------------------------------- shares

# Shares of base_rates by what they are made of.
MADE_OF = {
    "pooled_closed_share": ("ties_closed", "ties_prev"),
    "share_senders_ge_17pct": ("senders_ge_17pct", "senders"),
    "share_senders_ge_17pct_per_year": ("senders_ge_17pct_per_year", "senders"),
    "share_senders_net_loss_ge_13pct": ("senders_net_loss_ge_13pct", "senders"),
    "share_senders_lasting_ge_17pct": ("senders_lasting_ge_17pct", "senders"),
}
IN_ORDER = (
    ("median", "p75", "p90", "p95", "max"),
    ("lasting_median", "lasting_p95", "lasting_max"),
)


@rule("base_rates: shares are those of their counts, and quantiles stand in their order")
def _rates(tables: Tables):
    rows = tables["base_rates"]
    faults: list[Fault] = []
    for column, (part, whole) in MADE_OF.items():
        share = (rows[part] / rows[whole]).astype(float).round(4)
        for row in rows[rows[column].notna() & (share - rows[column]).abs().gt(0.0001)].index:
            expected = f"{share[row]:g}, {part} in {whole}"
            faults.append(find_fault("base_rates", row, column, f"{rows[column][row]:g}", expected))
    for columns in IN_ORDER:
        for lower, upper in pairwise(columns):
            for row in rows[rows[lower].gt(rows[upper])].index:
                expected = f"at most {upper}, {rows[upper][row]:g}"
                found = f"{rows[lower][row]:g}"
                faults.append(find_fault("base_rates", row, lower, found, expected))
    wrong = rows[rows["wave"].sub(rows["prev_wave"]).ne(rows["years_between"])]
    for row, r in wrong.iterrows():
        expected = f"{r['wave'] - r['prev_wave']}, from {r['prev_wave']} to {r['wave']}"
        found = str(r["years_between"])
        faults.append(find_fault("base_rates", row, "years_between", found, expected))
    bad = {fault.row for fault in faults}
    return f"{len(rows)} intervals", f"{len(rows) - len(bad)} intervals", faults


@rule("intervals hold their estimate, and their lower end is not above their upper one")
def _intervals(tables: Tables):
    faults, number = [], 0
    for name, low, middle, high in (
        ("reciprocity_rates", "low", "odds_ratio", "high"),
        ("findings", "interval_low", "interval_low", "interval_high"),
    ):
        rows = tables[name]
        rows = rows[rows[low].notna() & rows[high].notna()]
        number += len(rows)
        for row, r in rows[rows[low].gt(rows[middle]) | rows[middle].gt(rows[high])].iterrows():
            found = f"{r[low]:g} to {r[high]:g}"
            faults.append(find_fault(name, row, low, found, "the lower end first"))
    return f"{number} intervals", f"{number - len(faults)} intervals", faults
