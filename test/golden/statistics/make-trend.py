"""Lines of Theil and Sen, by scipy.stats.theilslopes(method="separate") (scipy 1.17.1, numpy 2.4.6).

usage: python make-trend.py trend.json
"""

import json
import sys

import numpy
from scipy.stats import theilslopes

random = numpy.random.default_rng(7)
cases = []
for count in (2, 3, 10, 61, 200):
    for kind in ("line", "noise", "steps", "ties", "wild"):
        times = numpy.cumsum(random.uniform(1, 9, count))
        values = {
            "line": 3.5 * times - 100,
            "noise": 5e8 + 1e4 * times + random.normal(0, 1e7, count),
            "steps": numpy.floor(times / 40) * 1e6,
            "ties": random.integers(0, 3, count).astype(float),
            "wild": 1e3 + random.normal(0, 1, count) + 1e6 * (random.uniform(size=count) < 0.15),
        }[kind]
        if kind == "ties":
            times = numpy.floor(times / 10)
        if numpy.unique(times).size < 2:
            continue
        slope, intercept, _, _ = theilslopes(values, times, method="separate")
        cases.append({"kind": kind, "times": times.tolist(), "values": values.tolist(), "slope": slope, "intercept": intercept})

with open(sys.argv[1], "w") as file:
    json.dump(cases, file)
