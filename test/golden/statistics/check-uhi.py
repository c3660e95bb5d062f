"""Reads histograms in UHI JSON with boost-histogram, after a check against UHI's schema.

usage: python check-uhi.py FILE...      (boost-histogram 1.8.1, uhi[schema] 1.2.1)
Each file holds one histogram or an object of several by name. Prints name, bins, sum of weights and its error of each
(underflow and overflow included); ends with 1 where a file is not as the schema wants it.
"""

import json
import sys

import boost_histogram as bh
import uhi.io.json
import uhi.schema

for path in sys.argv[1:]:
    uhi.schema.validate(json.load(open(path)))
    found = json.load(open(path), object_hook=uhi.io.json.object_hook)
    named = found.items() if "uhi_schema" not in found else [(path, found)]
    for name, ir in named:
        histogram = bh.Histogram(ir)
        total = histogram.sum(flow=True)
        print(name, len(histogram.axes[0]), total.value, total.variance**0.5, sep="\t")
