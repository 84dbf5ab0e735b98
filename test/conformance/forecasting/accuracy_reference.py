"""Forecasts of StatsForecast's automatic models, one core. Reads {"series": [{"name", "period", "season": [..], "horizon", "values"}],
"models": [..]} from standard input; writes {name: {model: {"mean", "low", "high"}}} (80 % intervals) and seconds a model.
With the argument `shipped` it writes the series that the packages ship instead."""

import json
import os
import sys
import time
import warnings

for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "NUMBA_NUM_THREADS"):
    os.environ[name] = "1"
warnings.filterwarnings("ignore")

import numpy as np
import statsforecast
from statsforecast.models import (
    ADIDA,
    IMAPA,
    MSTL,
    TSB,
    AutoARIMA,
    AutoCES,
    AutoETS,
    AutoMFLES,
    AutoTheta,
    CrostonClassic,
    CrostonOptimized,
    CrostonSBA,
    DynamicOptimizedTheta,
    HistoricAverage,
    SeasonalNaive,
)

# MSTL takes only a forecaster of its trend that is told to leave seasons alone.
TRENDS = {"ETS": lambda: AutoETS(season_length=1, model="ZZN")}
SINGLE = {"ETS": AutoETS, "Theta": AutoTheta, "DOTM": DynamicOptimizedTheta, "CES": AutoCES, "ARIMA": AutoARIMA}
SPARSE = {
    "Croston": CrostonClassic,
    "CrostonOptimized": CrostonOptimized,
    "SBA": CrostonSBA,
    "TSB": lambda: TSB(alpha_d=0.1, alpha_p=0.1),
    "ADIDA": ADIDA,
    "IMAPA": IMAPA,
    "HistoricAverage": HistoricAverage,
}


def build(model, season, n, horizon):
    """The model as its documentation advises: seasons above 24 and several seasons by MSTL or MFLES."""
    if model in SPARSE:
        return SPARSE[model]()
    m = season[0] if season else 1
    long = len(season) > 1 or m > 24
    if model == "SeasonalNaive":
        return SeasonalNaive(season_length=season[-1] if season and season[-1] < n else 1)
    if model == "MFLES":
        return AutoMFLES(test_size=horizon, season_length=season or None)
    if not long:
        return SINGLE[model](season_length=m)
    if model.startswith("MSTL-"):
        usable = [s for s in season if 2 * s <= n]
        trend = TRENDS[model[5:]]() if model[5:] in TRENDS else SINGLE[model[5:]](season_length=1)
        return MSTL(season_length=usable, trend_forecaster=trend) if usable else trend
    # Theta takes any season out by classical decomposition; the others are not made for seasons above 24.
    return SINGLE[model](season_length=m if m <= 24 or (model in ("Theta", "DOTM") and 2 * m <= n) else 1)


def main():
    request = json.load(sys.stdin)
    results, seconds, failures = {}, {}, []
    for one in request["series"]:
        y = np.array(one["values"], dtype=float)
        results[one["name"]] = answers = {}
        for model in request["models"][one["period"]]:
            start = time.process_time()
            try:
                fitted = build(model, one["season"], len(y), one["horizon"])
                level = None if model == "MFLES" or model in SPARSE else [80]
                f = fitted.forecast(y=y, h=one["horizon"], level=level)
            except Exception as error:  # the library could not answer: told, and counted against nobody
                failures.append([one["name"], model, str(error)[:200]])
                continue
            key = f"{one['period']}/{model}"
            seconds[key] = seconds.get(key, 0) + time.process_time() - start
            mean = np.asarray(f["mean"], dtype=float)
            if not np.isfinite(mean).all():
                failures.append([one["name"], model, "not finite"])
                continue
            answers[model] = {"mean": mean.tolist()}
            if level and "lo-80" in f and np.isfinite(f["lo-80"]).all() and np.isfinite(f["hi-80"]).all():
                answers[model] |= {"low": np.asarray(f["lo-80"]).tolist(), "high": np.asarray(f["hi-80"]).tolist()}
    versions = {"statsforecast": statsforecast.__version__, "numpy": np.__version__, "python": sys.version.split()[0]}
    json.dump({"versions": versions, "results": results, "seconds": seconds, "failures": failures}, sys.stdout)


if __name__ == "__main__":
    if sys.argv[1:] == ["shipped"]:
        from shipped_series import shipped_series

        json.dump(shipped_series(), sys.stdout)
    else:
        main()
