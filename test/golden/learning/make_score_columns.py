"""Golden values for scores that are made from more than one network, with numpy and scikit-learn in float64.

usage: python make_score_columns.py score-columns.json

Three blocks of background of two files (training, validation, test and late rows), and rows to score. Each row has 15
high-level features and 9 cells; the networks of the test give three of the cells each as their sums of squares,
normalised squares and absolute values, so that what is tested is everything behind the networks.
"""

import json
import sys

import numpy as np
import sklearn
from sklearn.covariance import EmpiricalCovariance
from sklearn.neighbors import NearestNeighbors

random = np.random.default_rng(5)
MASK = (1 << 64) - 1


def hash64(salt, *words):
    """The event hash of docs/physics.md."""
    h = int.from_bytes(salt.encode(), "big")
    for word in words:
        h = ((h ^ word) + 0x9E3779B97F4A7C15) & MASK
        h = ((h ^ (h >> 30)) * 0xBF58476D1CE4E5B9) & MASK
        h = ((h ^ (h >> 27)) * 0x94D049BB133111EB) & MASK
        h ^= h >> 31
    return h


def rows(count):
    mixing = np.eye(15) + 0.4 * np.tri(15, k=-1)
    high = (2 + random.normal(size=(count, 15)) @ mixing).astype(np.float32)
    high[:, 14] = np.log1p(random.integers(0, 3, count)).astype(np.float32)
    cells = random.gamma(2.0, 1.0, (count, 9)).astype(np.float32)
    return high, cells


def plain(array):
    return [float(value) for value in np.asarray(array, dtype=np.float64).ravel()]


TRAIN, VALIDATION, TEST = 0, 1, 2
seed = 7
blocks = []
for source, first, count in (("bb", 8192, 90), ("aa", 0, 150), ("bb", 0, 120)):
    high, cells = rows(count)
    late = random.random(count) < 0.05
    blocks.append(
        {
            "source": source,
            "first": first,
            "high": high,
            "cells": cells,
            "split": random.choice([TRAIN, VALIDATION, TEST], count, p=[0.6, 0.25, 0.15]),
            "late": late,
            "weight": random.normal(1.0, 0.7, count),
            "hash": [hash64("megaset", first, row, ord(source[0])) for row in range(count)],
        }
    )

high = np.concatenate([block["high"] for block in blocks]).astype(np.float64)
cells = np.concatenate([block["cells"] for block in blocks]).astype(np.float64)
split = np.concatenate([block["split"] for block in blocks])
kept = ~np.concatenate([block["late"] for block in blocks])
weight = np.abs(np.concatenate([block["weight"] for block in blocks]))
identity = [h for block in blocks for h in block["hash"]]
train, validation = kept & (split == TRAIN), kept & (split == VALIDATION)
high_scored, cells_scored = rows(50)
# Beyond everything that was seen, a training event itself, and two alike.
high_scored[0] *= 9
cells_scored[0] *= 50
high_scored[1] = high[train][3].astype(np.float32)
high_scored[2], cells_scored[2] = high_scored[3], cells_scored[3]
cells_scored[4] = cells[validation][2].astype(np.float32)
columns = cells.shape[1]

mean, deviation = high[train].mean(axis=0), high[train].std(axis=0)


def standard(values):
    return (values - mean) / deviation


covariance = EmpiricalCovariance().fit(standard(high[train]))
keys = np.array([hash64("sample", identity[row], seed) >> 11 for row in np.flatnonzero(train)])
by_key = standard(high[train])[np.argsort(keys)]


def neighbours(values, k, size):
    distances, _ = NearestNeighbors(n_neighbors=k + 1).fit(by_key[:size]).kneighbors(standard(values))
    # An event of the reference is not its own neighbour.
    own = distances[:, 0] < 1e-6
    return np.where(own, distances[:, 1:].mean(axis=1), distances[:, :-1].mean(axis=1))


def network(values, member):
    squares, normalised, absolutes = (values[:, 3 * member + which] / columns for which in range(3))
    return {"error": squares, "error_normalised": normalised, "error_abs": np.log(absolutes)}


def scores(high_level, values):
    members = np.stack([network(values, member)["error_abs"] for member in range(3)])
    return {
        **network(values, 0),
        "mahalanobis": np.sqrt(covariance.mahalanobis(standard(high_level))),
        "knn": neighbours(high_level, 10, 100_000),
        "near": neighbours(high_level, 3, 40),
        "ensemble_error_abs": members.mean(axis=0),
        "ensemble_error_abs_spread": members.std(axis=0),
    }


def rank(values, name):
    """Share of abs(weight) below, half of the equal included; beyond the largest what is left falls with the distance."""
    seen = background[name].astype(np.float32).astype(np.float64)
    w = weight[validation]
    found = []
    for value in values[name].astype(np.float32).astype(np.float64):
        below, equal = w[seen < value].sum(), w[seen == value].sum()
        top = seen.max()
        if value > top:
            left = 0.5 * w[seen == top].sum() / w.sum()
            found.append(1 - left / (1 + (value - top) / abs(top)))
        else:
            found.append((below + 0.5 * equal) / w.sum())
    return np.array(found)


background = scores(high[validation], cells[validation])
expected = scores(high_scored.astype(np.float64), cells_scored.astype(np.float64))
ranked = ["error_normalised", "knn", "ensemble_error_abs_spread"]
expected["rank_average"] = np.mean([rank(expected, name) for name in ranked], axis=0)

golden = {
    "made_with": f"numpy {np.__version__}, scikit-learn {sklearn.__version__}",
    "seed": seed,
    "ranked": ranked,
    "blocks": [
        {
            "source": block["source"],
            "first": block["first"],
            "high": plain(block["high"]),
            "cells": plain(block["cells"]),
            "split": block["split"].tolist(),
            "late": block["late"].astype(int).tolist(),
            "weight": plain(block["weight"]),
            "hash": [f"{value:016x}" for value in block["hash"]],
        }
        for block in blocks
    ],
    "high": plain(high_scored),
    "cells": plain(cells_scored),
    "expected": {name: plain(values) for name, values in expected.items()},
}
with open(sys.argv[1], "w") as file:
    json.dump(golden, file, separators=(",", ":"))
    file.write("\n")
