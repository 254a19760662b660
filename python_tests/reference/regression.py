"""What mlmon measures of a regression, by scikit-learn and NumPy: the oracle of the task `regression`."""

from __future__ import annotations

import math

import numpy as np
from scipy import stats
from sklearn import metrics as sk

Values = dict[str, float | None]

METRICS = "mae rmse mape smape r2 bias mae_low mae_high rmse_low rmse_high bias_low bias_high r2_low r2_high error_p05 error_p25 error_p50 error_p75 error_p95".split()
Z = float(stats.norm.ppf(0.975))


def performance(prediction: np.ndarray, label: np.ndarray) -> Values:
    """Metrics of some rows, NaN where a prediction or its label is missing or not finite; None where they are undefined."""
    scored = np.isfinite(prediction) & np.isfinite(label)
    p, y = prediction[scored], label[scored]
    n, result = len(y), dict.fromkeys(METRICS)
    found: Values = {"n_labelled": int(np.isfinite(label).sum()), "n_scored": n, **result}
    if not n:
        return found
    e = p - y
    found["mae"], found["rmse"] = float(sk.mean_absolute_error(y, p)), float(sk.root_mean_squared_error(y, p))
    found["bias"] = float(e.mean())
    found |= {f"error_p{percent:02}": float(np.percentile(e, percent)) for percent in (5, 25, 50, 75, 95)}
    size = np.abs(p) + np.abs(y)
    found["smape"] = float(np.divide(2 * np.abs(e), size, out=np.zeros(n), where=size > 0).mean())
    if (y != 0).any():
        found["mape"] = float(sk.mean_absolute_percentage_error(y[y != 0], p[y != 0]))
    if n == 1:
        return found
    standard_errors = {"mae": np.abs(e).std(ddof=1) / math.sqrt(n), "bias": e.std(ddof=1) / math.sqrt(n)}
    if found["rmse"]:
        standard_errors["rmse"] = (e**2).std(ddof=1) / math.sqrt(n) / (2 * found["rmse"])
    if len(set(y)) > 1:
        found["r2"] = float(sk.r2_score(y, p))
        standard_errors["r2"] = r2_error(e, y)
    for name, error in standard_errors.items():
        value = found[name]
        assert value is not None
        low = value - Z * error
        found[f"{name}_low"], found[f"{name}_high"] = max(low, 0.0) if name in ("mae", "rmse") else low, value + Z * error
    return found


def r2_error(e: np.ndarray, y: np.ndarray) -> float:
    """Delta method from the moments of a normal pair (error, label): var(e²) = 2 v² + 4 v b², cov(e², d²) = 2 c², var(d²) = 2 t²."""
    y = y - y[0]  # exact, and a mean of few digits lost
    b, v, t, d = e.mean(), e.var(), y.var(), y - y.mean()
    c, s = (e * d).mean(), (e**2).mean()
    covariance = np.array([[2 * v**2 + 4 * v * b**2, 2 * c**2], [2 * c**2, 2 * t**2]])
    gradient = np.array([-1 / t, s / t**2])
    return math.sqrt(max(0.0, gradient @ covariance @ gradient) / len(y))
