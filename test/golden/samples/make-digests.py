"""Digests of every column of the sample files, as uproot reads them: make-digests.py SAMPLES_FOLDER > samples.json

A flat column's digest is the sha256 of its values, little-endian, in the branch's own type (bool: one byte, 0 or 1).
A jagged column has the digest of all its values one after the other, and that of its lengths as int32.
"""

import hashlib
import json
import sys
from pathlib import Path

import awkward as ak
import numpy as np
import uproot


def digest(values: np.ndarray) -> str:
    little = np.ascontiguousarray(values).astype(values.dtype.newbyteorder("<"))
    return hashlib.sha256(little.tobytes()).hexdigest()


def column(array: ak.Array) -> dict:
    if array.ndim == 1:
        values = ak.to_numpy(array)
        return {"type": str(values.dtype), "sha256": digest(values)}
    values = ak.to_numpy(ak.flatten(array))
    lengths = ak.to_numpy(ak.num(array)).astype(np.int32)
    return {"type": f"jagged {values.dtype}", "sha256": digest(values), "lengths_sha256": digest(lengths)}


folder = Path(sys.argv[1])
files = {}
for path in sorted(folder.glob("*/*.root")):
    tree = uproot.open(path)["mini"]
    arrays = tree.arrays()
    columns = {name: column(arrays[name]) for name in tree.keys()}
    files[path.relative_to(folder).as_posix()] = {"entries": tree.num_entries, "columns": columns}
json.dump({"uproot": uproot.__version__, "files": files}, sys.stdout, indent=1)
print()
