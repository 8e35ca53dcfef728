"""Bring the tables into the frames that charts with a time axis draw. Rules and choices come from the notebook as arguments."""

import pandas as pd

from derisking.draw import style, timeline

STOCKS = ["missions_abroad", "embassies_abroad", "countries_with_mission"]


def phases(events: pd.DataFrame, begins: list[str], first: int, last: int) -> pd.DataFrame:
    """Return phases that each last until the next begins.

    begins: for each of the meanings "phase" in their order the event_id of the event it begins with, "" for the first day
    shown. Columns: label, colour, start, end, begins_with (title of the event).
    """
    found = events.set_index("event_id").reindex(begins)
    names = list(style.read_meanings("phase").values())
    start = found["date_earliest"].fillna(pd.Timestamp(first, 1, 1)).reset_index(drop=True)
    return pd.DataFrame({
        "label": [name.label for name in names],
        "colour": [name.colour for name in names],
        "start": start,
        "end": start.shift(-1).fillna(pd.Timestamp(last, 12, 31)),
        "begins_with": found["title"].fillna("first day shown").to_list(),
    })  # fmt: skip


def stock(by_year: pd.DataFrame, counts: pd.DataFrame, first: int) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return the bounds of the stock with column day (31 December) and the published counts of the world since `first`.

    The counts have day (middle of the days they may be of) and narrower (True if they count less than all missions).
    """
    bounds = by_year[by_year["year"].ge(first)]
    bounds = bounds.assign(day=pd.to_datetime(bounds["year"].astype(str) + "-12-31"))
    chosen = counts[
        counts["quantity"].isin(STOCKS) & counts["scope"].eq("world") & counts["asof_latest"].dt.year.ge(first)
    ]
    return bounds, chosen.assign(day=timeline.middle(chosen, "asof"), narrower=chosen["quantity"].ne(STOCKS[0]))


def rounds(waves: pd.DataFrame, strong: list[int], spans: dict, first: int) -> pd.DataFrame:
    """Return the rounds of closings since `first`: year_start, year_end, low, high (reported), label, strong, start, end.

    strong: first years of the rounds to be drawn dark. spans: first year -> (first, last day) where they are known better.
    """
    closings = waves[waves["type"].eq("closing") & waves["year_start"].ge(first)]
    table = closings.groupby(["year_start", "year_end"])["reported"].agg(low="min", high="max").reset_index()
    table["label"] = [timeline.range_words(row.low, row.high) for row in table.itertuples()]
    table["strong"] = table["year_start"].isin(strong)
    for name, year, day in (("start", "year_start", "-01-01"), ("end", "year_end", "-12-31")):
        table[name] = pd.to_datetime(table[year].astype(str) + day)
    for year, span in spans.items():
        table.loc[table["year_start"].eq(year), ["start", "end"]] = list(span)
    return table


def by_phase(events: pd.DataFrame, bands: pd.DataFrame) -> pd.DataFrame:
    """Count events coded as risk taking and risk avoiding by phase, under the first and under the other coding."""
    rows = []
    for band in bands.itertuples():
        part = events[events["date_earliest"].ge(band.start) & events["date_earliest"].lt(band.end)]
        codings = [part["direction"], part["direction_alt"].fillna(part["direction"])]
        numbers = [int(coding.eq(kind).sum()) for coding in codings for kind in ("risk_taking", "risk_avoiding")]
        rows.append([band.label, len(part), *numbers])
    names = ["phase", "events", "risk taking", "risk avoiding", "taking, other coding", "avoiding, other coding"]
    return pd.DataFrame(rows, columns=names)


def statements(
    closures: pd.DataFrame, lists: pd.DataFrame, speakers: dict, in_print: list[str], window
) -> pd.DataFrame:
    """Return the dated statements whose last possible day lies in `window`, with speaker and lane (mission_id or "whole").

    speakers: observation -> speaker; the rest is "press", or "seoul" and "dprk" where a body of that state says it.
    in_print: list_ids of closure lists that count as statements of their own; where the same body speaks of the same post on
    the same day, the list is left out.
    """
    said = closures.assign(speaker=closures["observation"].map(speakers).fillna("press"))
    for start, speaker in (("ROK", "seoul"), ("DPRK", "dprk")):
        said.loc[said["speaker"].eq("press") & said["who"].str.startswith(start), "speaker"] = speaker
    named = lists[lists["list_id"].isin(in_print)].rename(columns=lambda name: name.replace("list_date", "date"))
    named = named.assign(speaker="list", who=named["list_body"], observation=named["list_id"])
    key = ["mission_id", "who", "date"]
    known = pd.MultiIndex.from_frame(named[key]).isin(pd.MultiIndex.from_frame(said[key]))
    both = pd.concat([said, named[~known]])
    return both[both["date_latest"].between(*window)].assign(lane=lambda frame: frame["mission_id"].fillna("whole"))


def returns(missions: pd.DataFrame, newest: pd.DataFrame, years: list[int], causes: list[str]) -> pd.DataFrame:
    """Return the posts known by name that closed in each of `years`, and what became of them.

    Of the years before the last, confirmed posts with one of `causes` whose closing lies within the year by both bounds; of
    the last year the rows of `newest`. Adds year, opened_earliest_again, opened_latest_again, closed_again, returned, kind
    (closing, or opening if it came back) and label.
    """
    able = missions[missions["closing_cause"].isin(causes) & missions["resident_evidence"].eq("confirmed")]
    year = able["closed_latest"].dt.year
    older = able[able["closed_earliest"].dt.year.eq(year) & year.isin(years[:-1])]
    gone = pd.concat([older.assign(year=older["closed_latest"].dt.year), newest.assign(year=years[-1])])
    again = missions[["mission_id", "spell", "opened_earliest", "opened_latest", "closed"]]
    again = again.assign(spell=again["spell"] - 1)
    table = gone.merge(again, on=["mission_id", "spell"], how="left", suffixes=("", "_again"))
    table["returned"] = table["opened_latest_again"].notna()
    table["kind"] = table["returned"].map({True: "opening", False: "closing"})
    table["label"] = [timeline.return_words(row.city, row.opened_earliest_again, row.opened_latest_again, row.closed_again)
                      for row in table.itertuples()]  # fmt: skip
    return table.sort_values(["year", "region", "city"]).reset_index(drop=True)


def wave_columns(table: pd.DataFrame, names: pd.DataFrame, reasons: pd.DataFrame) -> list[dict]:
    """Return what `timeline.column_chart` draws, one column a row of wave_table.

    names: from `returns`. reasons: rows of waves indexed by year (reason_reported, reason_given_by).
    """
    columns = []
    for wave in table.itertuples():
        found, reason, shared = names[names["year"].eq(wave.year)], reasons.loc[wave.year], pd.notna(wave.share)
        listed = found[["region", "label", "kind"]].rename(columns={"region": "group"})
        if lack := wave.closed - len(found):
            listed = pd.concat([listed, pd.DataFrame({"group": [""], "label": [f"{lack} not named"], "kind": [None]})])
        if shared:
            size = f"All missions {wave.stock_before} to {wave.stock_after}: {wave.share:.0%} closed."
        elif pd.notna(wave.stock_before):
            size = f"Embassies {wave.stock_before} to {wave.stock_after}: no share."
        else:
            size = "No count of all missions found."
        columns.append({
            "title": f"{wave.year}: {wave.closed}{f' of {wave.stock_before}' if shared else ''} closed",
            "tiles": ["closed"] * wave.closed + ["kept"] * (wave.stock_before - wave.closed if shared else 0),
            "words": f"{size}\nIn Africa: {wave.closed_africa} of {wave.closed}.\nReason given: {reason['reason_reported']}."
                     f"\nBy: {reason['reason_given_by']}.",
            "list": listed,
        })  # fmt: skip
    return columns


def spells(missions: pd.DataFrame, closures: pd.DataFrame) -> pd.DataFrame:
    """Return the spells of resident posts with sure, ended, name and seen (last day a source shows the post at work).

    Spells that were probably accreditations from elsewhere are left out. Posts known to have lost their staff without
    being closed are seen until the staff left.
    """
    table = missions[missions["resident_evidence"].ne("non_resident_likely")].copy()
    table["sure"] = table["resident_evidence"].isin(["confirmed", "likely"])
    table["ended"] = table["closed"].notna()
    kinds = {"permanent_mission": " (UN)", "consulate": " (cons.)", "consulate_general": " (cons.)"}
    table["name"] = table["city"] + table["mission_type"].map(kinds).fillna("")
    left = closures[closures["event_class"].isin(["dormant", "evacuated"]) & closures["observation"].eq("effective")]
    sight = pd.to_datetime(table["status_latest_asof"].str.slice(0, 7)).fillna(table["opened_latest"])
    table["seen"] = table["mission_id"].map(left.groupby("mission_id")["date_earliest"].min()).fillna(sight)
    return table
