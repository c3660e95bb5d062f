"""pyBumpHunter's scan of toys on one thread, for bench/bump.ts.

usage: python bump.py SPECTRUM.json
{edges, counts, means, toys, minWidth, maxWidth}. For every line read: draws the toys about the means and scans each over
the means themselves (pyBumpHunter fits nothing), then prints the seconds by the clock and of processor time.
"""

import contextlib
import io
import json
import os
import sys
import time

for variable in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ[variable] = "1"

import numpy as np  # noqa: E402
from pyBumpHunter import BumpHunter1D  # noqa: E402

with open(sys.argv[1]) as file:
    spectrum = json.load(file)
edges, counts, means = (np.array(spectrum[name], float) for name in ("edges", "counts", "means"))
print("ready", flush=True)
for _ in sys.stdin:
    hunter = BumpHunter1D(
        rang=[edges[0], edges[-1]],
        bins=edges,
        width_min=spectrum["minWidth"],
        width_max=spectrum["maxWidth"],
        npe=spectrum["toys"],
        nworker=1,
        seed=1,
    )
    wall, cpu = time.perf_counter(), time.process_time()
    with contextlib.redirect_stdout(io.StringIO()):
        hunter.bump_scan(counts, means, is_hist=True)
    print(time.perf_counter() - wall, time.process_time() - cpu, flush=True)
