"""mlxtend's frequent sets and rules of the baskets given as JSON on standard input: {"baskets": [[...]], "support", "confidence"}."""

import json
import sys
import time

import mlxtend
import pandas as pd
from mlxtend.frequent_patterns import association_rules, fpgrowth
from mlxtend.preprocessing import TransactionEncoder

given = json.load(sys.stdin)
encoder = TransactionEncoder()
frame = pd.DataFrame.sparse.from_spmatrix(encoder.fit_transform(given["baskets"], sparse=True), columns=encoder.columns_)
start = time.perf_counter()
sets = fpgrowth(frame, min_support=given["support"], use_colnames=True)
rules = association_rules(sets, metric="confidence", min_threshold=given["confidence"])
seconds = time.perf_counter() - start
names = lambda items: sorted(items)
print(json.dumps({
    "versions": {"mlxtend": mlxtend.__version__, "pandas": pd.__version__},
    "seconds": seconds,
    "sets": [[names(row.itemsets), row.support] for row in sets.itertuples()],
    "rules": [[names(row.antecedents), names(row.consequents), row.support, row.confidence, row.lift, row.leverage, None if row.conviction == float("inf") else row.conviction] for row in rules.itertuples()],
}))
