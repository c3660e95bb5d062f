"""Golden values of weighted histograms and of their UHI JSON.

usage: python make-histograms.py histograms.json      (numpy 2.4.6, boost-histogram 1.8.1, uhi 1.2.1)

Every case: boost-histogram's sums, variances and UHI object of the same columns; numpy.histogram's counts. Values are not drawn at the uppermost edge, where the two differ (numpy puts it into the last bin), except in
the case "edges", whose numbers are boost-histogram's alone.
"""

import json
import sys

import boost_histogram as bh
import numpy as np
import uhi.io.json

random = np.random.default_rng(20261126)


def golden(name, axis, values, weights, dtype):
    values = values.astype(dtype)
    histogram = bh.Histogram(axis, storage=bh.storage.Weight())
    histogram.fill(values, weight=weights)
    edges = axis.edges
    inside = (values >= edges[0]) & (values < edges[-1])
    counts = np.histogram(values[inside], edges)[0]
    flow = [int((values < edges[0]).sum()), int((values >= edges[-1]).sum())]
    sums, _ = np.histogram(values[inside], edges, weights=weights[inside])
    assert np.allclose(histogram.view().value, sums, rtol=1e-12)
    regular = isinstance(axis, bh.axis.Regular)
    return {
        "name": name,
        "axis": {"low": edges[0], "high": edges[-1], "bins": len(axis)} if regular else {"edges": edges.tolist()},
        "float32": dtype == np.float32,
        "values": values.tolist(),
        "weights": weights.tolist(),
        "sums": histogram.view(flow=True).value.tolist(),
        "variances": histogram.view(flow=True).variance.tolist(),
        "counts": [flow[0], *counts.tolist(), flow[1]],
        "uhi": json.loads(json.dumps(histogram, default=uhi.io.json.default)),
    }


signed = lambda rows: random.normal(0.7, 1, rows)
positive = lambda rows: random.exponential(2, rows)
cases = [
    golden("regular", bh.axis.Regular(20, 0, 200), random.gamma(2, 40, 400), positive(400), np.float32),
    golden("regular, signed", bh.axis.Regular(7, -1.3, 2.9), random.normal(0.5, 2, 400), signed(400), np.float64),
    golden(
        "variable, signed",
        bh.axis.Variable([0, 1, 3, 7, 20.5, 100]),
        random.exponential(15, 400) - 2,
        signed(400),
        np.float32,
    ),
    golden(
        "edges", bh.axis.Regular(8, 0, 4), np.arange(-2, 12) / 2, positive(14), np.float64
    ),
]
with open(sys.argv[1], "w") as out:
    out.write(json.dumps({"cases": cases}, separators=(",", ":"), default=float) + "\n")
