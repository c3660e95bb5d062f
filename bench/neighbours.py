"""scikit-learn's neighbour searches on one thread, for bench/neighbours.ts.

usage: python neighbours.py COLUMNS NEIGHBOURS QUERIES REFERENCE...
Files of float32 rows. Reads "ALGORITHM INDEX" a line (kd_tree, ball_tree or brute; which reference), finds the
neighbours of all queries and prints the seconds it took by the clock and of processor time. Fitting is not timed.
"""

import os
import sys
import time

for variable in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ[variable] = "1"

import numpy as np  # noqa: E402
from sklearn.neighbors import NearestNeighbors  # noqa: E402

columns, neighbours = int(sys.argv[1]), int(sys.argv[2])
queries, *references = (np.fromfile(name, np.float32).reshape(-1, columns) for name in sys.argv[3:])
fitted = {
    f"{algorithm} {index}": NearestNeighbors(n_neighbors=neighbours, algorithm=algorithm, n_jobs=1).fit(reference)
    for index, reference in enumerate(references)
    for algorithm in ("kd_tree", "ball_tree", "brute")
}
print("ready", flush=True)
for line in sys.stdin:
    wall, cpu = time.perf_counter(), time.process_time()
    fitted[line.strip()].kneighbors(queries)[0].mean(axis=1)
    print(time.perf_counter() - wall, time.process_time() - cpu, flush=True)
