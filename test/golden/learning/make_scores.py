"""Golden values for distances on high-level features and for weighted ranks, with numpy, scipy and scikit-learn in float64.

usage: python make_scores.py scores.json

300 training rows of 15 columns, correlated, some columns whole numbers and one constant; 60 reference rows are
the first of them. 40 queries: 20 like the training rows, 15 far away and 5 that are reference rows. Ranks are of 200
values with ties and signed weights, queried at values, between and beyond them. The order in which a reference is
drawn is computed with the Python of docs/physics.md.
"""

import json
import math
import sys

import numpy as np
import scipy
import sklearn
from scipy.spatial.distance import mahalanobis
from sklearn.neighbors import NearestNeighbors
from sklearn.preprocessing import StandardScaler

random = np.random.default_rng(15)
columns, count, reference_rows, neighbours = 15, 300, 60, 10
mix = np.linalg.qr(random.normal(size=(columns, columns)))[0] * np.geomspace(3, 0.05, columns)


def events(rows, scale):
    values = scale * random.normal(size=(rows, columns)) @ mix.T + 4
    values[:, 11:14] = np.round(values[:, 11:14] / 2)
    values[:, 14] = 1.5
    return np.round(values, 3).astype(np.float32)


train = events(count, 1)
weights = np.round(random.normal(1, 1, count), 3)
queries = np.concatenate([events(20, 1), events(15, 20), train[40:45]])

standard = StandardScaler().fit(train.astype(np.float64))
weighted = StandardScaler().fit(train.astype(np.float64), sample_weight=np.abs(weights))
covariance = np.cov(train.astype(np.float64), rowvar=False, ddof=0)
weighted_covariance = np.cov(train.astype(np.float64), rowvar=False, ddof=0, aweights=np.abs(weights))

scaled = standard.transform(queries.astype(np.float64)).astype(np.float32).astype(np.float64)
reference = standard.transform(train[:reference_rows].astype(np.float64)).astype(np.float32).astype(np.float64)
# A column that does not vary is measured in its own unit.
inverse = np.linalg.inv(covariance / np.outer(standard.scale_, standard.scale_) + np.diag(standard.var_ == 0))
distances = NearestNeighbors(n_neighbors=neighbours + 1, algorithm="brute").fit(reference).kneighbors(scaled)[0]
knn = [row[1:].mean() if row[0] == 0 else row[:-1].mean() for row in distances]

values = np.round(random.lognormal(0, 1, 200), 1).astype(np.float32)
value_weights = np.round(random.normal(1, 1, 200), 3)
probes = np.unique(np.concatenate([values[:50], values[:20] * np.float32(1.01), [0, 0.001]]).astype(np.float32))
absolute = np.abs(value_weights)
ranks = [(absolute[values < p].sum() + 0.5 * absolute[values == p].sum()) / absolute.sum() for p in probes]
probes, ranks = zip(*[(float(p), float(r)) for p, r in zip(probes, ranks) if p <= values.max()])

M = 2**64 - 1


def event_hash(salt, *words):
    h = int.from_bytes(salt.encode(), "big")
    for w in words:
        z = ((h ^ (w & M)) + 0x9E3779B97F4A7C15) & M
        z = ((z ^ (z >> 30)) * 0xBF58476D1CE4E5B9) & M
        z = ((z ^ (z >> 27)) * 0x94D049BB133111EB) & M
        h = z ^ (z >> 31)
    return h


hashes = [int(value) for value in random.integers(0, M, 60, dtype=np.uint64)]
seed = 3
keys = [(event_hash("sample", value, seed) >> 11) / 2**53 for value in hashes]
weighted_keys = [-math.log(key + 2**-54) / abs(weight) for key, weight in zip(keys, weights)]

with open(sys.argv[1], "w") as file:
    json.dump(
        {
            "made_with": f"numpy {np.__version__}, scipy {scipy.__version__}, scikit-learn {sklearn.__version__}",
            "columns": columns,
            "neighbours": neighbours,
            "reference_rows": reference_rows,
            "train": [float(value) for value in train.ravel()],
            "weights": weights.tolist(),
            "queries": [float(value) for value in queries.ravel()],
            "mean": standard.mean_.tolist(),
            "scale": standard.scale_.tolist(),
            "covariance": covariance.ravel().tolist(),
            "weighted_mean": weighted.mean_.tolist(),
            "weighted_covariance": weighted_covariance.ravel().tolist(),
            "mahalanobis": [mahalanobis(row, np.zeros(columns), inverse) for row in scaled],
            "knn": [float(value) for value in knn],
            "values": [float(value) for value in values],
            "value_weights": value_weights.tolist(),
            "probes": probes,
            "ranks": ranks,
            "hashes": [str(value) for value in hashes],
            "seed": seed,
            "drawn": {"uniform": np.argsort(keys).tolist(), "abs": np.argsort(weighted_keys).tolist()},
        },
        file,
    )
    file.write("\n")
