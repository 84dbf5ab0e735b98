"""The Python side of the paired lifetime bench, on one core. One request a line on standard input, one answer a line on standard output:
{"load": NAME, "frequency": [..], "recency": [..], "T": [..], "monetary": [..]} keeps a summary; {"run": MODEL, "on": NAME} fits or scores it and answers
the processor seconds that took. `score` uses the last BG/NBD fit; `rfm` is pandas, since lifetimes has none."""

import json
import os
import sys
import time
import warnings

for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"):
    os.environ[name] = "1"
warnings.filterwarnings("ignore")

import lifetimes
import numpy as np
import pandas as pd
from lifetimes import BetaGeoFitter, GammaGammaFitter, ModifiedBetaGeoFitter, ParetoNBDFitter

kept = {}
fitted = {}


def fit(maker):
    def run(x, tx, T, m):
        own = maker()
        own.fit(x, tx, T)
        fitted[maker] = own

    return run


def spend(x, tx, T, m):
    GammaGammaFitter().fit(x[x > 0], m[x > 0])


def score(x, tx, T, m):
    fitted[BetaGeoFitter].conditional_expected_number_of_purchases_up_to_time(39, x, tx, T)


def rfm(x, tx, T, m):
    for values in (-(T - tx), x, m):
        pd.qcut(pd.Series(values).rank(method="max"), 5, labels=False, duplicates="drop")


RUNS = {"bg-nbd": fit(BetaGeoFitter), "mbg-nbd": fit(ModifiedBetaGeoFitter), "pareto-nbd": fit(ParetoNBDFitter), "gamma-gamma": spend, "score": score, "rfm": rfm}


def answer(request):
    if "load" in request:
        kept[request["load"]] = [np.array(request[name], dtype=float) for name in ("frequency", "recency", "T", "monetary")]
        return {"loaded": len(request["T"])}
    data = kept[request["on"]]
    start = time.process_time()
    RUNS[request["run"]](*data)
    return {"seconds": time.process_time() - start}


versions = {"python": sys.version.split()[0], "lifetimes": lifetimes.__version__, "pandas": pd.__version__}
print(json.dumps(versions), flush=True)
for line in sys.stdin:
    print(json.dumps(answer(json.loads(line))), flush=True)
