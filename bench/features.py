"""uproot and numba doing what `rmmstream features` does: events to a Parquet table of filled matrix cells.

    python features.py --input FILE... --output FOLDER

Reading, selection and matrix are those of python/rival.py; two processes share the work by entry range and each
writes one file (run_number, event_number, channel, weight, met, mll, cells, values; zstd). Prints one JSON object.
"""

import argparse
import json
import multiprocessing
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent / "python"))

import numpy as np  # noqa: E402
import pyarrow as pa  # noqa: E402
import pyarrow.parquet as pq  # noqa: E402
import uproot  # noqa: E402
from numba import njit  # noqa: E402

from model import identity  # noqa: E402
from rival import RANGE, ROWS, Events, plan  # noqa: E402
from rmm_numba import CELLS, new_out  # noqa: E402


@njit(cache=True)
def collect(rows, filled, offsets, cells, values, at):
    """Appends the non-zero cells of `filled` rows; `at` rows are there already."""
    used = offsets[at]
    for row in range(filled):
        for cell in range(rows.shape[1]):
            value = rows[row, cell]
            if value != 0:
                cells[used] = cell
                values[used] = value
                used += 1
        offsets[at + row + 1] = used


def work(index, ranges, arguments, ready, results):
    scaler, buffer, out = identity(), np.empty((ROWS, CELLS), np.float32), new_out(RANGE)
    offsets = np.zeros(RANGE + 1, np.int32)
    # 23 slots fill at most all cells; typical events fill 16 to 40, so 128 a row leaves ample room.
    cells, values = np.empty(RANGE * 128, np.int32), np.empty(RANGE * 128, np.float32)
    trees = {path: uproot.open(path, array_cache=None)["mini"] for path in {path for path, _, _ in ranges}}
    path, first, last = ranges[0]
    for filled in Events(trees[path], first, min(last, first + 100)).rows(scaler, buffer, out):
        collect(buffer, filled, offsets, cells, values, 0)
    ready.wait()
    selected, writer = 0, None
    for path, first, last in ranges:
        events = Events(trees[path], first, last)
        count = 0
        for filled in events.rows(scaler, buffer, out):
            collect(buffer, filled, offsets, cells, values, count)
            count += filled
        entry, mll = out[0][:count], out[1][:count]
        bounds, used = pa.array(offsets[: count + 1]), offsets[count]
        table = pa.table(
            {
                "run_number": events.flat["runNumber"][entry],
                "event_number": events.flat["eventNumber"][entry].astype(np.int64),
                "channel": events.flat["channelNumber"][entry],
                "weight": events.weight[entry],
                "met": out[7][:count].astype(np.float32),
                "mll": mll.astype(np.float32),
                "cells": pa.ListArray.from_arrays(bounds, pa.array(cells[:used])),
                "values": pa.ListArray.from_arrays(bounds, pa.array(values[:used])),
            }
        )
        if writer is None:
            writer = pq.ParquetWriter(f"{arguments.output}/part-{index}.parquet", table.schema, compression="zstd")
        writer.write_table(table)
        selected += count
    writer.close()
    results.put(selected)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--input", nargs="+", required=True)
    parser.add_argument("--output", required=True)
    parser.add_argument("--events", type=int, default=0, help="entries to process; default: the inputs once")
    arguments = parser.parse_args()
    Path(arguments.output).mkdir(parents=True, exist_ok=True)
    ranges = plan(arguments.input, "mini", arguments.events)
    context = multiprocessing.get_context("spawn")
    ready, results = context.Barrier(3), context.Queue()
    shares = [ranges[::2], ranges[1::2] or ranges[:1]]
    processes = [context.Process(target=work, args=(i, share, arguments, ready, results)) for i, share in enumerate(shares)]
    for process in processes:
        process.start()
    ready.wait()
    steady = time.perf_counter()
    selected = sum(results.get() for _ in processes)
    for process in processes:
        process.join()
    print(json.dumps({"selected": selected, "steady_seconds": time.perf_counter() - steady}))


if __name__ == "__main__":
    main()
