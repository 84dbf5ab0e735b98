"""The Python side of the paired forecasting bench. One request a line on standard input, one answer a line on standard output:
{"load": NAME, "series": [[..]], "season": [..], "horizon": H} keeps series; {"run": MODEL, "on": NAME} forecasts them all on one core and answers
the processor seconds that took. Nothing is compiled at run time in these versions, but everything is run once before it counts."""

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
import statsmodels
from statsforecast.models import ADIDA, IMAPA, MSTL, TSB, AutoCES, AutoETS, CrostonOptimized, CrostonSBA, DynamicOptimizedTheta
from statsmodels.tsa.forecasting.theta import ThetaModel

LEVEL = [80]


def theta(y, season, horizon):
    DynamicOptimizedTheta(season_length=1).forecast(y=y, h=horizon)


def statsmodels_theta(y, season, horizon):
    ThetaModel(y, period=1, deseasonalize=False).fit().forecast(horizon)


def combination(y, season, horizon):
    """ETS, CES and dynamic optimised Theta with 80 % intervals, long and several seasons by MSTL: the members of our `auto`."""
    usable = [m for m in season if 2 * m <= len(y)]
    if usable and (len(usable) > 1 or usable[0] > 24):
        for trend in (AutoETS(season_length=1, model="ZZN"), AutoCES(season_length=1), DynamicOptimizedTheta(season_length=1)):
            MSTL(season_length=usable, trend_forecaster=trend).forecast(y=y, h=horizon, level=LEVEL)
    else:
        m = usable[0] if usable else 1
        for model in (AutoETS(season_length=m), AutoCES(season_length=m), DynamicOptimizedTheta(season_length=m)):
            model.forecast(y=y, h=horizon, level=LEVEL)


def intermittent(y, season, horizon):
    for model in (CrostonOptimized(), CrostonSBA(), TSB(alpha_d=0.2, alpha_p=0.2), ADIDA(), IMAPA()):
        model.forecast(y=y, h=horizon)


MODELS = {"theta": theta, "statsmodels-theta": statsmodels_theta, "combination": combination, "intermittent": intermittent}
kept = {}


def answer(request):
    if "load" in request:
        kept[request["load"]] = ([np.array(y, dtype=float) for y in request["series"]], request["season"], request["horizon"])
        return {"loaded": len(request["series"])}
    series, season, horizon = kept[request["on"]]
    model = MODELS[request["run"]]
    start = time.process_time()
    for y in series:
        model(y, season, horizon)
    return {"seconds": time.process_time() - start, "series": len(series)}


versions = {"python": sys.version.split()[0], "statsforecast": statsforecast.__version__, "statsmodels": statsmodels.__version__}
print(json.dumps(versions), flush=True)
for line in sys.stdin:
    print(json.dumps(answer(json.loads(line))), flush=True)
