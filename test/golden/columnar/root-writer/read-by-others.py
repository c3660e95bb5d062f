"""What ROOT and uproot read in files that our writer made.

    node dist/test/golden/columnar/root-writer/write-example.js FOLDER
    python read-by-others.py FOLDER > read-by-others.json

Stops unless ROOT (sums by RDataFrame, no message on stderr) and uproot agree. Prints for each file its sha256 and
uproot's digests of the columns: sha256 of the values, little-endian, one after the other.
"""

import hashlib
import json
import os
import sys
import tempfile
from pathlib import Path

import awkward as ak
import numpy as np
import ROOT
import uproot


def digest(values: np.ndarray) -> str:
    little = np.ascontiguousarray(values).astype(values.dtype.newbyteorder("<"))
    return hashlib.sha256(little.tobytes()).hexdigest()


def root_sums(path: Path, names: list[str], jagged: set[str]) -> dict[str, float]:
    """Sum of each branch as ROOT reads it; fails where ROOT prints a word while it opens or reads the file."""
    with tempfile.TemporaryFile() as log:
        kept = os.dup(2)
        os.dup2(log.fileno(), 2)
        try:
            file = ROOT.TFile.Open(str(path))
            assert not file.TestBit(ROOT.TFile.kRecovered), "ROOT had to recover the file"
            frame = ROOT.RDataFrame(file.Get("mini"))
            for name in names:
                sum_of = f"double s = 0; for (auto v : {name}) s += (double)v; return s;"
                frame = frame.Define(f"sum_{name}", sum_of if name in jagged else f"(double){name}")
            results = {name: frame.Sum(f"sum_{name}") for name in names}
            sums = {name: float(result.GetValue()) for name, result in results.items()}
        finally:
            os.dup2(kept, 2)
        log.seek(0)
        words = log.read().decode()
        assert words == "", words
    return sums


out = {"root": ROOT.__version__, "uproot": uproot.__version__, "files": {}}
for path in sorted(Path(sys.argv[1]).glob("*.root")):
    tree = uproot.open(path)["mini"]
    arrays = tree.arrays()
    sums = root_sums(path, arrays.fields, {f for f in arrays.fields if arrays[f].ndim > 1})
    columns = {}
    for name in arrays.fields:
        flat = ak.to_numpy(ak.flatten(arrays[name], axis=None))
        mine = float(flat.astype(np.float64).sum())
        scale = float(np.abs(flat.astype(np.float64)).sum())
        assert abs(mine - sums[name]) <= 1e-12 * scale, (path, name, mine, sums[name])
        columns[name] = {"type": tree[name].typename, "sha256": digest(flat)}
        if arrays[name].ndim > 1:
            columns[name]["lengths_sha256"] = digest(ak.to_numpy(ak.num(arrays[name])).astype(np.int32))
    sha = hashlib.sha256(path.read_bytes()).hexdigest()
    out["files"][path.name] = {"sha256": sha, "entries": tree.num_entries, "columns": columns}
same = [entry["columns"] for entry in out["files"].values()]
assert all(columns == same[0] for columns in same), "codecs differ in content"
files = {n: {"sha256": f["sha256"], "entries": f["entries"]} for n, f in out["files"].items()}
json.dump({**out, "files": files, "columns": same[0]}, sys.stdout, indent=1)
print()
