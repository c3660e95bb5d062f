"""Golden values of the paired bootstrap, by brute force on the toy data of statistics.json.

usage: python make-bootstrap.py statistics.json bootstrap.json      (numpy 2.4.6)

"spreads": standard deviations over REPLICAS Poisson bootstrap replicas with numpy's own random numbers (PCG64):
of the AUC, of the AUC within bins, of its difference to that of the energy, and ("efficiencies") of the signal
efficiency at each background efficiency of SHARES. "replicas": the areas and efficiencies of a few replicas with counts
from the documented hash, written out here once more. All are made from the definition: cumulative share at every
distinct score of both samples, clipped, the mean of its running maximum and reversed running minimum; integrated, or
read off where the background's goes beyond the wanted share; bins weighed with the signal's sums, those that are not
positive left out. "effective": (sum w)^2 / sum w^2 of the background up to where its share goes beyond the wanted one.
"tails": scipy.stats.norm.sf (scipy 1.17).
"""

import json
import math
import sys

import numpy as np
from scipy.stats import norm

REPLICAS = 4000
SHOWN = 5
SHARES = [0.5, 0.25, 0.1, 0.05, 0.01]
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

    def efficiencies(self, s_weights, b_weights):
        x = shares(self.b_places, b_weights[self.b], self.points)
        y = shares(self.s_places, s_weights[self.s], self.points)
        found = []
        for share in SHARES:
            k = np.searchsorted(x, share, side="right")
            found.append(y[k - 1] + (share - x[k - 1]) / (x[k] - x[k - 1]) * (y[k] - y[k - 1]))
        return found

    def effective(self, b_weights):
        weights = b_weights[self.b]
        x = shares(self.b_places, weights, self.points)
        squares = np.cumsum(np.bincount(self.b_places, weights**2, self.points))
        ends = [np.searchsorted(x, share, side="right") for share in SHARES]
        return [(x[k] * weights.sum()) ** 2 / squares[k - 1] for k in ends]


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

    def figures(s_counts, b_counts):
        s, b = signal["weights"] * s_counts, background["weights"] * b_counts
        areas = [mean_area(c, s, b) for c in (everything, within["scores"], within["energy"])]
        return areas + everything[0].efficiencies(s, b)

    rows = len(signal["weights"]), len(background["weights"])
    made = np.array([figures(random.poisson(1, rows[0]), random.poisson(1, rows[1])) for _ in range(REPLICAS)])
    return {
        "name": case["name"],
        "spreads": {
            "auc": made[:, 0].std(ddof=1),
            "within": made[:, 1].std(ddof=1),
            "difference": (made[:, 1] - made[:, 2]).std(ddof=1),
            "unpaired": math.hypot(made[:, 1].std(ddof=1), made[:, 2].std(ddof=1)),
        },
        "efficiencies": {
            str(share): {"spread": spread, "effective": effective}
            for share, spread, effective in zip(
                SHARES, made[:, 3:].std(axis=0, ddof=1), everything[0].effective(background["weights"])
            )
        },
        "replicas": [
            figures(counts(SEED, replica, 1, rows[0]), counts(SEED, replica, 0, rows[1]))
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
    "tails": [[z, norm.sf(z)] for z in (-9.0, -7.5, -3.0, -1.0, -0.25, 0.0, 0.5, 1.5, 2.5, 4.0, 6.0, 8.5)],
    "cases": [golden(case, random) for case in cases],
}
with open(sys.argv[2], "w") as out:
    out.write(json.dumps(result, indent=1) + "\n")
