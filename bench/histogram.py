"""Histograms with numpy and boost-histogram, for bench/histogram.ts.

usage: python histogram.py VALUES WEIGHTS      files of float32 and float64
Reads "RIVAL AXIS" a line (numpy or boost; regular or variable), fills sums of weights and of squared weights of all
rows and prints the seconds it took by the clock and of processor time.
"""

import sys
import time

import boost_histogram as bh
import numpy as np

values = np.fromfile(sys.argv[1], np.float32)
weights = np.fromfile(sys.argv[2], np.float64)
variable = np.array([0, 10, 20, 30, 40, 50, 75, 100, 150, 200, 300, 500, 1000.0])
axes = {"regular": bh.axis.Regular(100, 0, 500), "variable": bh.axis.Variable(variable)}


def boost(axis):
    histogram = bh.Histogram(axes[axis], storage=bh.storage.Weight())
    histogram.fill(values, weight=weights)
    return histogram.view().variance


def numpy(axis):
    # With a number of bins numpy does without a search.
    bins = {"bins": 100, "range": (0, 500)} if axis == "regular" else {"bins": variable}
    np.histogram(values, weights=weights, **bins)
    return np.histogram(values, weights=weights * weights, **bins)[0]


print("ready", flush=True)
for line in sys.stdin:
    rival, axis = line.split()
    wall, cpu = time.perf_counter(), time.process_time()
    found = {"boost": boost, "numpy": numpy}[rival](axis)
    print(time.perf_counter() - wall, time.process_time() - cpu, flush=True)
