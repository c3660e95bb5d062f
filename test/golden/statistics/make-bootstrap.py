"""Golden values of the paired bootstrap, by brute force on the toy data of statistics.json.

usage: python make-bootstrap.py statistics.json bootstrap.json      (numpy 2.4.6)

"spreads": standard deviations over REPLICAS Poisson bootstrap replicas with numpy's own random numbers (PCG64):
of the AUC, of the AUC within bins and of its difference to that of the energy. "replicas": the areas of a few
replicas with counts from the documented hash, written out here once more. Every area is made from the definition:
cumulative share at every distinct score of both samples, clipped, the mean of its running maximum and reversed
running minimum, integrated; bins weighed with the signal's sums, those that are not positive left out.
"""

import json
import math
import sys

import numpy as np

REPLICAS = 4000
SHOWN = 5
SEED = 7


def add(h, word):
    z = (h ^ word) + np.uint64(0x9E3779B97F4A7C15)
    z = (z ^ (z >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    z = (z ^ (z >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return z ^ (z >> np.uint64(31))


def counts(seed, replica, stream, rows):
    h = np.array([int.from_bytes(b"bootstrp", "big")], np.uint64)
    for word in (seed, replica, stream):
        h = add(h, np.uint64(word))
    uniform = (add(h, np.arange(rows, dtype=np.uint64)) >> np.uint64(32)).astype(np.float64) / 2.0**32
    chances = np.cumsum([math.exp(-1) / math.factorial(k) for k in range(13)])
    return np.searchsorted(chances, uniform, side="right")


def shares(places, weights, points):
    raw = np.cumsum(np.bincount(places, weights, points)) / weights.sum()
    raw[-1] = 1
    raw = np.clip(raw, 0, 1)
    hull = (np.maximum.accumulate(raw) + np.minimum.accumulate(raw[::-1])[::-1]) / 2
    return np.concatenate([[0], hull])


class Comparison:
    """Signal and background events of one bin, with the place of each among the falling distinct scores."""

    def __init__(self, name, signal, background, s, b):
        self.s, self.b = np.flatnonzero(s), np.flatnonzero(b)
        scores = np.concatenate([signal[name][s], background[name][b]])
        distinct, places = np.unique(-scores, return_inverse=True)
        self.points = len(distinct)
        self.s_places, self.b_places = places[: len(self.s)], places[len(self.s) :]

    def area(self, s_weights, b_weights):
        x = shares(self.b_places, b_weights[self.b], self.points)
        y = shares(self.s_places, s_weights[self.s], self.points)
        return np.trapezoid(y, x)


def mean_area(comparisons, s_weights, b_weights):
    total = area = 0.0
    for comparison in comparisons:
        weight = s_weights[comparison.s].sum()
        if weight > 0:
            total += weight
            area += weight * comparison.area(s_weights, b_weights)
    return area / total


def samples_of(case):
    for name in ("signal", "background"):
        columns = case[name]
        yield {
            "scores": np.array(columns["scores"], np.float32),
            "energy": np.array(columns["energy"], np.float32),
            "weights": np.array(columns["weights"]),
        }


def golden(case, random):
    signal, background = samples_of(case)
    bounds = [-np.inf, *case["edges"], np.inf]
    s_bins, b_bins = (
        [(x["energy"] > low) & (x["energy"] <= high) for low, high in zip(bounds[:-1], bounds[1:])]
        for x in (signal, background)
    )
    within = {
        name: [Comparison(name, signal, background, s, b) for s, b in zip(s_bins, b_bins)]
        for name in ("scores", "energy")
    }
    everything = [
        Comparison("scores", signal, background, signal["weights"] != 0, background["weights"] != 0)
    ]

    def areas(s_counts, b_counts):
        s, b = signal["weights"] * s_counts, background["weights"] * b_counts
        return [mean_area(c, s, b) for c in (everything, within["scores"], within["energy"])]

    rows = len(signal["weights"]), len(background["weights"])
    made = np.array([areas(random.poisson(1, rows[0]), random.poisson(1, rows[1])) for _ in range(REPLICAS)])
    return {
        "name": case["name"],
        "spreads": {
            "auc": made[:, 0].std(ddof=1),
            "within": made[:, 1].std(ddof=1),
            "difference": (made[:, 1] - made[:, 2]).std(ddof=1),
            "unpaired": math.hypot(made[:, 1].std(ddof=1), made[:, 2].std(ddof=1)),
        },
        "replicas": [
            areas(counts(SEED, replica, 1, rows[0]), counts(SEED, replica, 0, rows[1]))
            for replica in range(SHOWN)
        ],
    }


with open(sys.argv[1]) as file:
    cases = json.load(file)["cases"]
random = np.random.default_rng(20261123)
result = {
    "replicas": REPLICAS,
    "seed": SEED,
    "counts": counts(SEED, 3, 1, 40).tolist(),
    "cases": [golden(case, random) for case in cases],
}
with open(sys.argv[2], "w") as out:
    out.write(json.dumps(result, indent=1) + "\n")
