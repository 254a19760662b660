"""What mlmon measures of lists of items, by scikit-learn and NumPy: the oracle of the task `ranking`."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from sklearn.metrics import ndcg_score

Values = dict[str, float | None]
CUTS = (5, 10, 20)
BY_LIST = [f"{name}_at_{k}" for k in CUTS for name in ("ndcg", "map", "precision", "recall")] + ["mrr"]


def shown(rows: pd.DataFrame) -> pd.DataFrame:
    """A list's rows in the order they were shown, each item once, with `gain`: the highest label that the item has in it, 0 where it has none."""
    rows = rows.sort_values(["rank", "id"]).assign(gain=rows["label"].where(rows["label"] >= 0).fillna(0))
    named = rows["item"].notna()
    rows.loc[named, "gain"] = rows[named].groupby("item")["gain"].transform("max")
    return rows[~(named & rows.duplicated("item"))]


def of_list(gain: np.ndarray) -> Values:
    """Metrics of one list: the labels of its items, in the order they were shown."""
    found: Values = {f"hit_rate_at_{k}": float((gain[:k] > 0).any()) for k in CUTS}
    relevant = gain > 0
    if not relevant.any():
        return found
    places = np.arange(1, len(gain) + 1)
    precisions = np.cumsum(relevant) / places
    for k in CUTS:
        # scikit-learn asks for two items at least
        padded, order = np.append(gain, 0.0), -np.append(places, len(gain) + 1.0)
        found[f"ndcg_at_{k}"] = float(ndcg_score([padded], [order], k=k))
        found[f"map_at_{k}"] = float(precisions[:k][relevant[:k]].sum() / relevant.sum())
        found[f"precision_at_{k}"] = float(relevant[:k].sum() / k)
        found[f"recall_at_{k}"] = float(relevant[:k].sum() / relevant.sum())
    return found | {"mrr": float(1 / places[relevant][0])}


def lists(rows: pd.DataFrame) -> pd.DataFrame:
    """Each list with its metrics, what it showed first, and the version, window and segments of its first row; what is in no list is left out."""
    found: list[dict[str, Any]] = []
    for _, part in rows[rows["query"].notna() & np.isfinite(rows["rank"])].groupby(["window_start", "version", "query"]):
        ordered = shown(part)
        found.append({**ordered.iloc[0].to_dict(), **of_list(ordered["gain"].to_numpy(float)), "items": ordered["item"][:10].dropna().tolist()})
    return pd.DataFrame(found)


def performance(measured: pd.DataFrame, shares: dict[str, float] | None = None) -> Values:
    """Metrics of some lists; `shares`: that of each item in what the reference showed."""
    found: Values = {"n_lists": len(measured), "n_lists_relevant": int(measured["mrr"].notna().sum())}
    for name in [*BY_LIST, *(f"hit_rate_at_{k}" for k in CUTS)]:
        values = measured[name].dropna()
        found[name] = float(values.mean()) if len(values) else None
    if shares is not None:
        items = [item for listed in measured["items"] for item in listed]
        found["catalogue_coverage"] = len(set(items)) / len(shares)
        found["popularity_at_10"] = float(np.mean([shares.get(item, 0.0) for item in items])) if items else None
    return found
