"""The tuned Python counterpart: ROOT files to Parquet scores with a finished model.

uproot reads, numba selects, builds and scales the matrix, onnxruntime scores, pyarrow writes; work is split by
file and entry range among processes. Prints one JSON object with events, seconds and events per second (with
start-up, and from the moment when every process is ready) and the peak memory of all processes together.

    python rival.py --input FILE... --output FOLDER --events 4000000 [--model ae.onnx --scaler scaler.npz]
    python rival.py --check GOLDEN_FOLDER --data DATA_FOLDER

The inputs are listed again and again until `--events` is reached; no array is cached between two listings.
"""

import argparse
import json
import multiprocessing
import os
import resource
import time
from pathlib import Path

for name in ("OMP_NUM_THREADS", "NUMBA_NUM_THREADS", "OPENBLAS_NUM_THREADS"):
    os.environ.setdefault(name, "1")

import numpy as np  # noqa: E402
import pyarrow as pa  # noqa: E402
import pyarrow.parquet as pq  # noqa: E402
import uproot  # noqa: E402

import model as models  # noqa: E402
from rmm_numba import CELLS, FLAVOURS, fill_rows, new_out  # noqa: E402

FACTORS = ["mcWeight", "scaleFactor_PILEUP", "scaleFactor_ELE", "scaleFactor_MUON", "scaleFactor_LepTRIGGER", "scaleFactor_BTAG"]
EVENT = ["runNumber", "eventNumber", "channelNumber", *FACTORS, "XSection", "SumWeights", "met_et", "met_phi"]
LEPTON = [f"lep_{x}" for x in ("pt", "eta", "phi", "E", "ptcone30", "etcone20", "type")]
JET = [f"jet_{x}" for x in ("pt", "eta", "phi", "E", "jvt", "MV2c10")]
LUMINOSITY_PB = 10_064.0
ROWS = 1024  # rows of one call of the network: the fastest of 256 to 4096, since they stay in the cache
RANGE = 131_072  # entries of one read


def jagged(array) -> tuple[np.ndarray, np.ndarray]:
    """Offsets and content of an awkward array of lists, without a copy."""
    layout = array.layout
    return np.asarray(layout.offsets.data), np.asarray(layout.content.data)


class Events:
    """One entry range of a file, as plain arrays."""

    def __init__(self, tree, first: int, last: int):
        arrays = tree.arrays([*EVENT, *LEPTON, *JET], entry_start=first, entry_stop=last, array_cache=None)
        self.flat = {name: np.asarray(arrays[name].layout.data) for name in EVENT}
        leptons = [jagged(arrays[name]) for name in LEPTON]
        jets = [jagged(arrays[name]) for name in JET]
        self.lep_off, self.jet_off = leptons[0][0], jets[0][0]
        self.lep, self.lep_type = tuple(content for _, content in leptons[:6]), leptons[6][1]
        self.jet = tuple(content for _, content in jets)
        self.count = last - first
        self.weight = self.weights()

    def weights(self) -> np.ndarray:
        weight = np.ones(self.count)
        if self.flat["channelNumber"][0] == 0:
            return weight
        for name in FACTORS:
            weight *= self.flat[name]
        return weight * self.flat["XSection"] * LUMINOSITY_PB / self.flat["SumWeights"]

    def rows(self, scaler, buffer, out):
        """Yields the number of rows in `buffer` until the range is done; what `out` says of them piles up."""
        at = base = 0
        while at < self.count:
            at, filled = fill_rows(
                at, self.count, self.weight, self.lep_off, self.lep, self.lep_type, self.jet_off, self.jet,
                self.flat["met_et"], self.flat["met_phi"], scaler.mean, scaler.inverse, scaler.baseline, buffer, base, out,
            )  # fmt: skip
            base += filled
            yield filled


def dictionary(index: np.ndarray | int, count: int, values: list[str]) -> pa.Array:
    codes = np.full(count, index, np.int32) if np.isscalar(index) else index.astype(np.int32)
    return pa.DictionaryArray.from_arrays(pa.array(codes), pa.array(values))


def score_table(events: Events, first: int, name: str, count: int, out, scores) -> pa.Table:
    """The columns of the score contract for `count` rows."""
    entry, mll, mlll, ht, n_leptons, n_jets, flavour, met = (column[:count] for column in out)
    error, normalised, absolute = scores
    take = {key: events.flat[key][entry] for key in ("runNumber", "eventNumber", "channelNumber", "met_phi")}
    return pa.table(
        {
            "run_number": take["runNumber"],
            "event_number": take["eventNumber"].astype(np.int64),
            "channel": take["channelNumber"],
            "sample": dictionary(0, count, [name]),
            "kind": dictionary(0, count, ["background"]),
            "split": dictionary(0, count, ["none"]),
            "megaset": np.full(count, -1, np.int16),
            "weight": events.weight[entry],
            "met": met.astype(np.float32),
            "met_phi": take["met_phi"],
            "mll": mll.astype(np.float32),
            "mlll": pa.array(mlll.astype(np.float32), from_pandas=True),
            "ht": ht.astype(np.float32),
            "n_leptons": n_leptons.astype(np.int16),
            "n_jets": n_jets.astype(np.int16),
            "flcomp": dictionary(flavour, count, FLAVOURS),
            "error": error,
            "error_normalised": normalised,
            "error_abs": absolute,
            "log10_error": np.log10(error),
            "file": dictionary(0, count, [name]),
            "model_version": dictionary(0, count, ["1"]),
            "scaler_version": dictionary(0, count, ["1"]),
            "entry": entry + first,
            "late": np.zeros(count, bool),
        }
    )


def work(index: int, ranges: list, arguments, ready, results) -> None:
    """One process: its ranges, one Parquet file."""
    session, scaler = models.load(arguments.model, arguments.scaler)
    buffer, out = np.empty((ROWS, CELLS), np.float32), new_out(RANGE)
    trees = {path: uproot.open(path, array_cache=None)[arguments.tree] for path in {path for path, _, _ in ranges}}
    path, first, last = ranges[0]
    for _ in Events(trees[path], first, min(last, first + 100)).rows(scaler, buffer, out):
        pass  # compiles the kernel, or loads it from numba's cache
    ready.wait()
    selected = 0
    writer = None
    for path, first, last in ranges:
        events = Events(trees[path], first, last)
        scores = [session.run(None, {"x": buffer[:count]}) for count in events.rows(scaler, buffer, out) if count > 0]
        if not scores:
            continue
        errors = [np.concatenate(parts) for parts in zip(*scores, strict=True)]
        table = score_table(events, first, Path(path).stem, len(errors[0]), out, errors)
        selected += table.num_rows
        if writer is None:
            writer = pq.ParquetWriter(f"{arguments.output}/part-{index}.parquet", table.schema, compression="zstd")
        writer.write_table(table)
    if writer is not None:
        writer.close()
    results.put((selected, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024))


def plan(inputs: list[str], tree: str, events: int) -> list[tuple[str, int, int]]:
    """Entry ranges of the inputs, listed again and again until there are `events` entries."""
    sizes = {path: uproot.open(path)[tree].num_entries for path in inputs}
    events = events or sum(sizes.values())
    ranges = []
    while events > 0:
        for path, size in sizes.items():
            take = min(size, events)
            ranges += [(path, first, min(first + RANGE, take)) for first in range(0, take, RANGE)]
            events -= take
            if events == 0:
                break
    return ranges


def main() -> None:
    start = time.perf_counter()
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--input", nargs="+", default=[])
    parser.add_argument("--output")
    parser.add_argument("--tree", default="mini")
    parser.add_argument("--events", type=int, default=0, help="entries to process; default: the inputs once")
    parser.add_argument("--processes", type=int, default=2)
    parser.add_argument("--model", help="ONNX with input x and outputs error, error_normalised, error_abs; default: random AE small")
    parser.add_argument("--scaler", help=".npz with mean and std of the 529 cells; default: of typical size")
    parser.add_argument("--check", help="folder with golden rmm_NAME.parquet: compare and stop")
    parser.add_argument("--data", help="folder with mc/NAME.root and data/NAME.root, for --check")
    arguments = parser.parse_args()
    if arguments.check:
        from check import check_golden

        return check_golden(Path(arguments.check), Path(arguments.data), Events)
    Path(arguments.output).mkdir(parents=True, exist_ok=True)
    ranges = plan(arguments.input, arguments.tree, arguments.events)
    context = multiprocessing.get_context("spawn")
    ready, results = context.Barrier(arguments.processes + 1), context.Queue()
    shares = [ranges[i :: arguments.processes] for i in range(arguments.processes)]
    processes = [context.Process(target=work, args=(i, share, arguments, ready, results)) for i, share in enumerate(shares)]
    for process in processes:
        process.start()
    ready.wait()
    steady = time.perf_counter()
    done = [results.get() for _ in processes]
    for process in processes:
        process.join()
    end = time.perf_counter()
    events = sum(last - first for _, first, last in ranges)
    rss = sum(mb for _, mb in done) + resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    report = {"events": events, "selected": sum(n for n, _ in done), "seconds": end - start, "events_per_second": events / (end - start)}
    report |= {"steady_seconds": end - steady, "steady_events_per_second": events / (end - steady), "peak_rss_mb": rss}
    print(json.dumps(report))


if __name__ == "__main__":
    main()
