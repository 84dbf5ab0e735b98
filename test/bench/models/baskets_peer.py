"""The Python side of the paired baskets bench, on one core. One request a line on standard input, one answer a line on standard output:
{"load": FILE, "baskets": N} keeps the baskets of a CSV file of basket and item; {"run": "mlxtend", "support": S, "confidence": C} mines sets and
rules and answers how many there were and the processor seconds from the two columns to the rules."""

import json
import os
import sys
import time
import warnings

for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"):
    os.environ[name] = "1"
warnings.filterwarnings("ignore")

import mlxtend
import numpy as np
import pandas as pd
from mlxtend.frequent_patterns import association_rules, fpgrowth
from scipy.sparse import csr_matrix

kept = {}


def answer(request):
    if "load" in request:
        kept["rows"] = pd.read_csv(request["load"])
        kept["baskets"] = request["baskets"]
        return {"loaded": len(kept["rows"])}
    start = time.process_time()
    rows = kept["rows"]
    items, names = pd.factorize(rows["item"])
    matrix = csr_matrix((np.ones(len(rows), dtype=bool), (rows["basket"], items)), shape=(kept["baskets"], len(names)))
    frame = pd.DataFrame.sparse.from_spmatrix(matrix, columns=[str(name) for name in names])
    sets = fpgrowth(frame, min_support=request["support"], use_colnames=True)
    rules = association_rules(sets, metric="confidence", min_threshold=request["confidence"])
    return {"seconds": time.process_time() - start, "sets": len(sets), "rules": len(rules)}


versions = {"python": sys.version.split()[0], "mlxtend": mlxtend.__version__, "pandas": pd.__version__}
print(json.dumps(versions), flush=True)
for line in sys.stdin:
    print(json.dumps(answer(json.loads(line))), flush=True)
