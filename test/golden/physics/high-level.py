"""The 15 high-level features (docs/physics.md, 5) of the events in events.json, from its golden matrices, with numpy.

usage: python high-level.py events.json high-level.json
"""

import json
import sys

import numpy as np

with open(sys.argv[1]) as file:
    events = json.load(file)["events"]

size = 23
groups = {"j": range(1, 7), "b": range(7, 13), "e": range(13, 18), "mu": range(18, 23)}
leptons = [*groups["e"], *groups["mu"]]
rows = []
for event in events:
    matrix = np.zeros(size * size)
    matrix[event["cell"]] = event["value"]
    matrix = matrix.reshape(size, size)
    objects = matrix[1:, 1:]
    counts = [sum(matrix[0, slot] != 0 or matrix[slot, slot] != 0 for slot in group) for group in groups.values()]
    values = [
        matrix[0, 0],
        event["mll"],
        *(matrix[group[0], group[0]] for group in groups.values()),
        matrix[0, 1:].max(),
        matrix[0, leptons].max(),
        np.triu(objects, 1).max(),
        10 * np.tril(objects, -1).max(),
        10 * matrix[1:, 0].max(),
        *counts,
    ]
    rows.append(np.log1p(values).tolist())

with open(sys.argv[2], "w") as file:
    json.dump({"made_with": f"numpy {np.__version__}", "rows": rows}, file)
    file.write("\n")
