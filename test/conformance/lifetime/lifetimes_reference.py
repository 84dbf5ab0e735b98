"""Runs the Python package `lifetimes` on the inputs given as JSON on stdin and prints its answers as JSON on stdout.

Each model is fitted by `lifetimes`, and evaluated by it at our parameters, so that optimum and formula are compared apart.
"""
import json
import sys
import time
import warnings

import lifetimes
import numpy as np
import pandas as pd
import scipy
from lifetimes import BetaGeoBetaBinomFitter, BetaGeoFitter, GammaGammaFitter, ModifiedBetaGeoFitter, ParetoNBDFitter
from lifetimes.utils import _customer_lifetime_value

warnings.filterwarnings("ignore")
given = json.load(sys.stdin)
x, tx, T, m = (np.array(given["summary"][name], dtype=float) for name in ("frequency", "recency", "T", "monetary"))
horizon = given["horizon"]
answers = {}


def timed(fit):
    start = time.perf_counter()
    fit()
    return (time.perf_counter() - start) * 1000


def purchase_model(name, fitter, letters, score):
    milliseconds = timed(lambda: fitter.fit(x, tx, T))
    own = {letter: float(fitter.params_[letter]) for letter in letters}
    log_likelihood = float(-fitter._negative_log_likelihood_ * len(x)) if fitter._scale == 1 else None
    fitter.params_ = pd.Series({letter: given["params"][name][letter] for letter in letters})
    answers[name] = {
        "params": own,
        "milliseconds": milliseconds,
        "logLikelihood": log_likelihood,
        "atOurs": score(fitter),
    }


def scored(fitter):
    return {
        "pAlive": np.asarray(fitter.conditional_probability_alive(x, tx, T)).tolist(),
        "expectedPurchases": np.asarray(fitter.conditional_expected_number_of_purchases_up_to_time(horizon, x, tx, T)).tolist(),
        "newCustomer": [float(fitter.expected_number_of_purchases_up_to_time(t)) for t in given["times"]],
    }


bg = BetaGeoFitter()
purchase_model("bg-nbd", bg, ["r", "alpha", "a", "b"], scored)
months = given["months"]
value = _customer_lifetime_value(bg, pd.Series(x), pd.Series(tx), pd.Series(T), pd.Series(np.full(len(x), 35.0)), time=months, discount_rate=0.01, freq="W")
answers["bg-nbd"]["lifetimeValue"] = value.tolist()
purchase_model("mbg-nbd", ModifiedBetaGeoFitter(), ["r", "alpha", "a", "b"], scored)
purchase_model("pareto-nbd", ParetoNBDFitter(), ["r", "alpha", "s", "beta"], scored)

spend = GammaGammaFitter()
buyers = x > 0
milliseconds = timed(lambda: spend.fit(x[buyers], m[buyers]))
own = {letter: float(spend.params_[letter]) for letter in ("p", "q", "v")}
spend.params_ = pd.Series(given["params"]["gamma-gamma"])
answers["gamma-gamma"] = {
    "params": own,
    "milliseconds": milliseconds,
    "atOurs": np.asarray(spend.conditional_expected_average_profit(x, m)).tolist(),
}

donors = {name: np.array(values, dtype=float) for name, values in given["donations"].items()}
binomial = BetaGeoBetaBinomFitter()
milliseconds = timed(lambda: binomial.fit(donors["frequency"], donors["recency"], donors["opportunities"], donors["count"]))
own = {letter: float(binomial.params_[letter]) for letter in ("alpha", "beta", "gamma", "delta")}
binomial.params_ = pd.Series(given["params"]["bg-bb"])
answers["bg-bb"] = {
    "params": own,
    "milliseconds": milliseconds,
    "atOurs": {
        "pAlive": np.asarray(binomial.conditional_probability_alive(1, donors["frequency"], donors["recency"], donors["opportunities"])).tolist(),
        "expectedPurchases": np.asarray(
            binomial.conditional_expected_number_of_purchases_up_to_time(5, donors["frequency"], donors["recency"], donors["opportunities"])
        ).tolist(),
    },
}

versions = {"python": sys.version.split()[0], "lifetimes": lifetimes.__version__, "numpy": np.__version__, "scipy": scipy.__version__, "pandas": pd.__version__}
json.dump({"versions": versions, "answers": answers}, sys.stdout)
