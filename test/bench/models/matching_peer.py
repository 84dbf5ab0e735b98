"""The Python side of the paired matching bench, on one core. One request a line on standard input, one answer a line on standard output:
{"load": FILE} keeps the people of a CSV file; {"run": "splink"} trains nothing (usual m and u) and predicts over the blocking rules "equal in
`blocking`", which is blocking and scoring; {"run": "recordlinkage"} blocks, compares and classifies (ECM) the first `records` of them. Both answer
the pairs and the processor seconds that took; loading and setting up do not count."""

import json
import logging
import os
import sys
import time
import warnings

for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"):
    os.environ[name] = "1"
warnings.filterwarnings("ignore")
logging.disable(logging.WARNING)

import duckdb
import pandas as pd
import recordlinkage as rl
import splink
import splink.comparison_library as cl
from splink import DuckDBAPI, Linker, SettingsCreator, block_on

TEXT = ["given_name", "surname", "address_1", "address_2", "suburb"]
CODES = ["street_number", "postcode", "state"]
kept = {}


def with_splink(request):
    connection = duckdb.connect()
    connection.execute("SET threads TO 1")
    api = DuckDBAPI(connection)
    settings = SettingsCreator(
        link_type="dedupe_only",
        probability_two_random_records_match=1e-5,
        blocking_rules_to_generate_predictions=[block_on(column) for column in request["blocking"]],
        comparisons=[cl.JaroWinklerAtThresholds(column, [0.93, 0.86]) for column in TEXT]
        + [cl.LevenshteinAtThresholds(column, [1, 2]) for column in CODES]
        + [cl.DamerauLevenshteinAtThresholds("date_of_birth", [1, 2])],
        retain_matching_columns=False,
    )
    linker = Linker(api.register(kept["people"].assign(unique_id=range(len(kept["people"])))), settings)
    start = time.process_time()
    pairs = linker.inference.predict(threshold_match_weight=-1000)
    seconds = time.process_time() - start
    return {"seconds": seconds, "pairs": connection.execute(f"SELECT count(*) FROM {pairs.physical_name}").fetchone()[0]}


def with_recordlinkage(request):
    people = kept["people"].head(request["records"])
    start = time.process_time()
    indexer = rl.Index()
    for column in request["blocking"]:
        indexer.block(column)
    candidates = indexer.index(people)
    compare = rl.Compare()
    for column in TEXT:
        compare.string(column, column, method="jarowinkler", threshold=0.86, label=column)
    for column in CODES + ["date_of_birth"]:
        compare.exact(column, column, label=column)
    rl.ECMClassifier().fit_predict(compare.compute(candidates, people))
    return {"seconds": time.process_time() - start, "pairs": len(candidates)}


RUNS = {"splink": with_splink, "recordlinkage": with_recordlinkage}


def answer(request):
    if "load" in request:
        people = pd.read_csv(request["load"], dtype=str, keep_default_na=False)
        kept["people"] = people.replace("", None)
        return {"loaded": len(people)}
    return RUNS[request["run"]](request)


print(json.dumps({"python": sys.version.split()[0], "splink": splink.__version__, "duckdb": duckdb.__version__, "recordlinkage": rl.__version__}), flush=True)
for line in sys.stdin:
    print(json.dumps(answer(json.loads(line))), flush=True)
