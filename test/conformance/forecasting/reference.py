"""Reference values by StatsForecast and statsmodels. Reads {"series": [{"name", "values", "season", "horizon"}]} from
standard input and writes one JSON document with the results and the package versions to standard output."""

import json
import sys
import warnings

import numpy as np
import statsforecast
import statsmodels
from statsforecast.models import ADIDA, CrostonClassic, CrostonSBA, DynamicOptimizedTheta, TSB, AutoARIMA, AutoCES, AutoETS, OptimizedTheta, Theta
from statsmodels.tsa.exponential_smoothing.ets import ETSModel
from statsmodels.tsa.seasonal import MSTL, STL
from statsmodels.tsa.statespace.sarimax import SARIMAX
from statsmodels.tsa.stattools import kpss

warnings.filterwarnings("ignore")


def mean(model, values, horizon):
    return [float(v) for v in model.forecast(y=values, h=horizon)["mean"]]


def ets(values, error, trend, damped, seasonal, season):
    model = ETSModel(
        values, error=error, trend=trend, damped_trend=damped, seasonal=seasonal, seasonal_periods=season if seasonal else None
    )
    return float(model.fit(disp=False, maxiter=2000).llf)


ARIMA = ((0, 1, 1, 0, 1, 1), (1, 1, 1, 0, 1, 1), (2, 0, 0, 0, 1, 0), (0, 1, 2, 0, 0, 0), (1, 1, 0, 1, 1, 0))


def arima(values, order, season, horizon):
    """Exact maximum likelihood of the differenced series, and forecasts at those parameters."""
    p, d, q, P, D, Q = order
    build = lambda **kwargs: SARIMAX(values, order=(p, d, q), seasonal_order=(P, D, Q, season), concentrate_scale=True, **kwargs)
    fit = build(simple_differencing=True).fit(disp=False, maxiter=1000)
    return {"order": order, "llf": float(fit.llf), "mean": build().smooth(fit.params).forecast(horizon).tolist()}


def regular(one):
    values, season, horizon = np.array(one["values"]), one["season"], one["horizon"]
    stl = STL(values, season).fit()
    robust = STL(values, season, seasonal=13, robust=True).fit()
    return {
        "theta": mean(Theta(season_length=1), values, horizon),
        "theta-optimised": mean(OptimizedTheta(season_length=1), values, horizon),
        "theta-dynamic": mean(DynamicOptimizedTheta(season_length=1), values, horizon),
        "theta-dynamic-seasonal": mean(DynamicOptimizedTheta(season_length=season), values, horizon),
        "ces": {kind: mean(AutoCES(season_length=season, model=kind), values, horizon) for kind in "NSPF"},
        "ces-aicc": {
            kind: float(AutoCES(season_length=season, model=kind).fit(y=values).model_["aicc"]) for kind in "NSPF"
        },
        "auto-ets": mean(AutoETS(season_length=season), values, horizon),
        "ets": {
            "ANN": ets(values, "add", None, False, None, season),
            "AAdN": ets(values, "add", "add", True, None, season),
            "ANA": ets(values, "add", None, False, "add", season),
            "AAA": ets(values, "add", "add", False, "add", season),
            "MNM": ets(values, "mul", None, False, "mul", season),
            "MAdM": ets(values, "mul", "add", True, "mul", season),
        },
        "stl": {"trend": stl.trend.tolist(), "seasonal": stl.seasonal.tolist()},
        "stl-robust": {"trend": robust.trend.tolist(), "seasonal": robust.seasonal.tolist()},
        "arima": [arima(values, order, season, horizon) for order in ARIMA],
        "auto-arima": mean(AutoARIMA(season_length=season), values, horizon),
        "mstl": MSTL(
            values,
            periods=(season, 2 * season),
            windows=(11, 15),
            stl_kwargs={"seasonal_deg": 0, "inner_iter": 2, "outer_iter": 0},
        )
        .fit()
        .seasonal.T.tolist(),
        "kpss": float(kpss(values, nlags=int(3 * np.sqrt(len(values)) / 13))[0]),
    }


def sparse(one):
    values, horizon = np.array(one["values"]), one["horizon"]
    return {
        "croston": mean(CrostonClassic(), values, horizon),
        "sba": mean(CrostonSBA(), values, horizon),
        "tsb": mean(TSB(alpha_d=0.2, alpha_p=0.1), values, horizon),
        "adida": mean(ADIDA(), values, horizon),
    }


request = json.load(sys.stdin)
json.dump(
    {
        "versions": {"statsforecast": statsforecast.__version__, "statsmodels": statsmodels.__version__, "numpy": np.__version__},
        "results": {one["name"]: sparse(one) if one["season"] == 0 else regular(one) for one in request["series"]},
    },
    sys.stdout,
)
