"""Digests of every flat or singly-jagged branch of ROOT files, as uproot reads them.

usage: python digests.py OUT.json FILE.root ...

A branch's digest is the first 16 hex digits of the sha256 of its canonical form:
  "<type> <shape>\n", then for jagged branches the offsets as int32 little-endian (entries + 1, first 0),
  then all values in little-endian order, bool as bytes of 0 and 1.
type: bool int8 ... float64; shape: scalar, fixed:<length> (inner dimensions multiplied), jagged.
Branches that uproot reads as anything else (strings, objects, vectors of vectors, packed numbers) are left out.
Files are named by their last path component. OUT.json.gz is compressed.
"""
import gzip
import hashlib
import json
import os
import sys

import numpy
import uproot
from uproot.interpretation.jagged import AsJagged
from uproot.interpretation.numerical import AsDtype

NAMES = {"bool": "bool", "i1": "int8", "u1": "uint8", "i2": "int16", "u2": "uint16", "i4": "int32", "u4": "uint32",
         "i8": "int64", "u8": "uint64", "f4": "float32", "f8": "float64"}


def type_name(dtype):
    if dtype.kind == "b":
        return "bool"
    return NAMES.get(f"{dtype.kind}{dtype.itemsize}")


def plain(interpretation):
    """True for numbers stored as themselves."""
    return type(interpretation) is AsDtype and interpretation.from_dtype.names is None


def digest(branch):
    interpretation = branch.interpretation
    jagged = type(interpretation) is AsJagged
    content = interpretation.content if jagged else interpretation
    if not plain(content):
        return None
    inner = content.inner_shape if hasattr(content, "inner_shape") else ()
    if jagged and inner != ():
        return None
    base = content.from_dtype.subdtype[0] if content.from_dtype.subdtype else content.from_dtype
    name = type_name(base)
    if name is None:
        return None
    # uproot takes every counter of a class as unsigned; the class says which it is.
    streamer = getattr(branch, "streamer", None)
    if streamer is not None and streamer.member("fType") == 6 and streamer.typename in ("int", "Int_t"):
        name = "int32"
    hash = hashlib.sha256()
    if jagged:
        array = branch.array(library="ak")
        import awkward
        lengths = awkward.to_numpy(awkward.num(array, axis=1))
        offsets = numpy.zeros(len(lengths) + 1, dtype="<i4")
        numpy.cumsum(lengths, out=offsets[1:])
        values = awkward.to_numpy(awkward.flatten(array, axis=1))
        shape = "jagged"
    else:
        values = branch.array(library="np")
        length = int(numpy.prod(inner)) if inner != () else (1 if content.from_dtype.subdtype else 0)
        shape = "scalar" if length == 0 else f"fixed:{length}"
        offsets = None
    values = numpy.ascontiguousarray(values).reshape(-1)
    if name == "bool":
        values = values.view("u1") != 0
    else:
        # A Double32_t arrives widened to float64; it is stored, and digested, as float32.
        values = values.astype(base.newbyteorder("<"))
    hash.update(f"{name} {shape}\n".encode())
    if offsets is not None:
        hash.update(offsets.tobytes())
    hash.update(values.tobytes())
    return [name, shape, hash.hexdigest()[:16], int(branch.num_entries)]


def file_digests(path):
    trees = {}
    skipped = {}
    with uproot.open(path) as file:
        for key, class_name in file.classnames(recursive=True).items():
            if class_name not in ("TTree", "TNtuple", "TNtupleD"):
                continue
            try:
                tree = file[key]
            except Exception as error:
                skipped[key] = f"{type(error).__name__}"
                continue
            branches = {}
            for name, branch in tree.iteritems(recursive=True):
                if name in branches:
                    continue
                try:
                    found = digest(branch)
                except Exception as error:
                    skipped[f"{key}:{name}"] = f"{type(error).__name__}"
                    continue
                if found is not None:
                    # A branch that was not filled with the others carries its own number of entries.
                    branches[name] = found[:3] if found[3] == tree.num_entries else found
            trees[key] = {"entries": int(tree.num_entries), "branches": branches}
    return {"trees": trees, "skipped": skipped}


def main():
    out = {}
    for path in sys.argv[2:]:
        try:
            out[os.path.basename(path)] = file_digests(path)
        except Exception as error:
            out[os.path.basename(path)] = {"failed": f"{type(error).__name__}"}
    text = (json.dumps(out, separators=(",", ":")) + "\n").encode()
    if sys.argv[1].endswith(".gz"):
        text = gzip.compress(text, mtime=0)
    with open(sys.argv[1], "wb") as file:
        file.write(text)


if __name__ == "__main__":
    main()
