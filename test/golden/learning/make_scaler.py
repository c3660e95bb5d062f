"""Golden values for moments and scalers, made with scikit-learn and numpy in float64.

usage: python make_scaler.py scaler.json

500 rows of 24 columns, of which a row stores only those of its pattern, as rows of the matrix do. The columns
are: 0 always filled and constant, 1 and 2 always filled, 3 to 19 filled by pattern, 20 rarely filled,
21 to 23 never.
"""

import json
import sys

import numpy as np
import sklearn
from sklearn.preprocessing import MinMaxScaler, StandardScaler

random = np.random.default_rng(20)
columns, count = 24, 500
patterns = [[0, 1, 2], [0, 1, 2, 3, 4, 9], [0, 1, 2, 3, 4, 5, 6, 9, 10, 11], [0, 1, 2] + list(range(7, 20))]
patterns.append([0, 1, 2, 3, 20])
share = [0.2, 0.4, 0.2, 0.194, 0.006]

pattern = random.choice(len(patterns), size=count, p=share)
dense = np.zeros((count, columns), dtype=np.float32)
values = []
for row, which in enumerate(pattern):
    for column in patterns[which]:
        scale = 10.0 ** (column % 5 - 1)
        offset = 1e4 if column == 2 else 0.0
        value = np.float32(3.25) if column == 0 else np.float32(offset + scale * random.exponential())
        dense[row, column] = value
        values.append(float(value))
weights = random.normal(1.0, 0.8, count).astype(np.float32)
mask = (random.random(count) < 0.8).astype(int)
train = dense[mask == 1].astype(np.float64)
train_weights = np.abs(weights[mask == 1].astype(np.float64))

standard = StandardScaler().fit(train)
weighted = StandardScaler().fit(train, sample_weight=train_weights)
minmax = MinMaxScaler().fit(train)
mean = np.average(train, axis=0, weights=train_weights)
probe = dense[:40].astype(np.float64)

with open(sys.argv[1], "w") as file:
    json.dump(
        {
            "made_with": f"scikit-learn {sklearn.__version__}, numpy {np.__version__}",
            "columns": columns,
            "patterns": patterns,
            "pattern": pattern.tolist(),
            "values": values,
            "weights": [float(weight) for weight in weights],
            "mask": mask.tolist(),
            "filled": (train != 0).sum(axis=0).tolist(),
            "minimum": train.min(axis=0).tolist(),
            "maximum": train.max(axis=0).tolist(),
            "mean": standard.mean_.tolist(),
            "variance": standard.var_.tolist(),
            "scale": standard.scale_.tolist(),
            "weighted_mean": weighted.mean_.tolist(),
            "weighted_variance": weighted.var_.tolist(),
            "numpy_weighted_mean": mean.tolist(),
            "numpy_weighted_variance": np.average((train - mean) ** 2, axis=0, weights=train_weights).tolist(),
            "standard": standard.transform(probe).tolist(),
            "minmax": minmax.transform(probe).tolist(),
        },
        file,
    )
    file.write("\n")
