"""Writes the small ROOT files of this folder with ROOT and uproot, and golden.json with uproot's digests of all.

usage: python make.py [FOLDER]     (default: this folder)
Needs ROOT 6.40, uproot 5.7, numpy, awkward. The files in scikit-hep/ come from the wheels (README.md there).
"""
import glob
import json
import os
import sys
import tempfile

import numpy
import uproot

from digests import file_digests

SETTINGS = {"zlib": 101, "lz4": 404, "zstd": 505, "lzma": 207, "none": 0}
LEAVES = {"B": "int8", "b": "uint8", "S": "int16", "s": "uint16", "I": "int32", "i": "uint32", "L": "int64",
          "l": "uint64", "F": "float32", "D": "float64", "O": "bool"}
VECTORS = {"float": "float32", "double": "float64", "int": "int32", "unsigned int": "uint32", "short": "int16",
           "unsigned short": "uint16", "char": "int8", "unsigned char": "uint8", "bool": "bool", "Long64_t": "int64",
           "ULong64_t": "uint64"}


def values(random, dtype, count):
    """Values over the whole range of the type; floats with few digits, so that they compress somewhat."""
    if dtype == "bool":
        return random.integers(0, 2, count).astype(bool)
    if dtype.startswith("float"):
        return (random.normal(size=count) * 1000).round(2).astype(dtype)
    limits = numpy.iinfo(dtype)
    return random.integers(limits.min, limits.max, count, dtype=dtype, endpoint=True)


def types_tree(ROOT, name, entries, basket_bytes, seed):
    """A tree with each leaf type as scalar, fixed array and counted array, and each vector type."""
    random = numpy.random.default_rng(seed)
    tree = ROOT.TTree(name, "each type in each shape")
    count = numpy.zeros(1, "int32")
    tree.Branch("n", count, "n/I", basket_bytes)
    buffers = []
    for letter, dtype in LEAVES.items():
        one, three, many = numpy.zeros(1, dtype), numpy.zeros(3, dtype), numpy.zeros(8, dtype)
        tree.Branch(f"one_{dtype}", one, f"one_{dtype}/{letter}", basket_bytes)
        tree.Branch(f"three_{dtype}", three, f"three_{dtype}[3]/{letter}", basket_bytes)
        tree.Branch(f"many_{dtype}", many, f"many_{dtype}[n]/{letter}", basket_bytes)
        buffers += [(one, dtype), (three, dtype), (many, dtype)]
    matrix = numpy.zeros(6, "float32")
    tree.Branch("matrix", matrix, "matrix[2][3]/F", basket_bytes)
    buffers.append((matrix, "float32"))
    vectors = []
    for cpp, dtype in VECTORS.items():
        vector = ROOT.std.vector(cpp)()
        tree.Branch(f"vector_{dtype}", vector, basket_bytes)
        vectors.append((vector, cpp, dtype))
    for _ in range(entries):
        count[0] = random.integers(0, 8)
        for buffer, dtype in buffers:
            buffer[:] = values(random, dtype, len(buffer))
        for vector, cpp, dtype in vectors:
            vector.clear()
            for value in values(random, dtype, random.integers(0, 5)):
                vector.push_back(chr(value & 127) if cpp == "char" else chr(value) if cpp == "unsigned char" else
                                 bool(value) if dtype == "bool" else float(value) if "float" in dtype else int(value))
        tree.Fill()
    return tree


def with_root(folder):
    import ROOT

    ROOT.gROOT.SetBatch(True)
    # A file keeps the name that it was opened by: the folder of the machine must not be in it.
    os.chdir(folder)
    for codec, settings in SETTINGS.items():
        file = ROOT.TFile(f"types-{codec}.root", "RECREATE", "", settings)
        types_tree(ROOT, "mini", 100, 3000, 1).Write()
        file.Close()

    # Baskets that were never flushed stand in the tree's own record.
    file = ROOT.TFile("embedded.root", "RECREATE", "", 101)
    tree = types_tree(ROOT, "mini", 40, 3000, 2)
    tree.AutoSave()
    tree.SetDirectory(ROOT.nullptr)
    file.Close()

    # Two cycles, directories, a tuple, things that are no trees, and branches that are not flat.
    file = ROOT.TFile("places.root", "RECREATE", "", 101)
    value = numpy.zeros(1, "float32")
    for length in (5, 9):
        tree = ROOT.TTree("mini", "of %d entries" % length)
        tree.Branch("x", value, "x/F")
        for index in range(length):
            value[0] = index + 0.5
            tree.Fill()
        tree.Write()
        tree.SetDirectory(ROOT.nullptr)
    deep = file.mkdir("a").mkdir("b")
    deep.cd()
    tree = ROOT.TTree("mini", "in a directory")
    tree.Branch("y", value, "y/F")
    tree.Fill()
    tree.Write()
    tuple_ = ROOT.TNtuple("tuple", "", "u:v")
    for index in range(7):
        tuple_.Fill(index, index * index)
    tuple_.Write()
    file.cd()
    ROOT.TH1F("histogram", "", 3, 0, 1).Write()
    odd = ROOT.TTree("odd", "branches that are not flat")
    nested = ROOT.std.vector("vector<float>")()
    words = ROOT.std.vector("string")()
    pair = numpy.zeros(1, [("a", "f4"), ("b", "i4")])
    odd.Branch("nested", nested)
    odd.Branch("words", words)
    odd.Branch("pair", pair, "a/F:b/I")
    odd.Branch("word", ROOT.std.string("text"))
    odd.Branch("text", numpy.frombuffer(bytearray(b"text\0"), "i1"), "text/C")
    odd.Branch("good", value, "good/F")
    odd.Fill()
    odd.Write()
    ROOT.TTree("empty", "no entries, one branch").Branch("x", value, "x/F").GetTree().Write()
    ROOT.TTree("bare", "no branches").Write()
    file.Close()

    # Everything beyond 2 GB: the first free byte is put there, so the file is almost all hole. Head and tail are kept.
    with tempfile.TemporaryDirectory() as scratch:
        path = os.path.join(scratch, "big.root")
        os.chdir(scratch)
        file = ROOT.TFile("big.root", "RECREATE", "", 101)
        file.GetListOfFree().First().SetFirst(3_000_000_000)
        types_tree(ROOT, "mini", 20, 4000, 3).Write()
        file.Close()
        size = os.path.getsize(path)
        with open(path, "rb") as source:
            head = source.read(1000)
            source.seek(3_000_000_000)
            tail = source.read()
        for name, part in (("big.head", head), ("big.tail", tail)):
            with open(os.path.join(folder, name), "wb") as target:
                target.write(part)
        digests = file_digests(path)
        os.chdir(folder)
    return {"big": {"size": size, "tail": 3_000_000_000, **digests}}


def with_uproot(folder):
    random = numpy.random.default_rng(4)
    for name, compression in (("zlib", uproot.ZLIB(9)), ("lzma", uproot.LZMA(6))):
        # 18 MB in one basket: ROOT's blocks hold 16 MB at most, so there are two.
        with uproot.recreate(os.path.join(folder, f"blocks-{name}.root"), compression=compression) as file:
            values_ = numpy.zeros(4_500_000, "float32")
            values_[::100_000] = random.normal(size=45)
            file.mktree("mini", {"x": "float32"})
            file["mini"].extend({"x": values_})
    with uproot.recreate(os.path.join(folder, "uproot.root"), compression=uproot.ZLIB(1)) as file:
        import awkward

        file.mktree("mini", {"pt": "var * float32", "id": "int64", "p": ("float64", (3,))})
        for entries in (30, 1, 70):
            lengths = random.integers(0, 6, entries)
            flat = random.normal(size=int(lengths.sum())).astype("float32")
            file["mini"].extend({"pt": awkward.unflatten(flat, lengths), "id": random.integers(0, 2**40, entries),
                                 "p": random.normal(size=(entries, 3))})


def main():
    folder = os.path.abspath(sys.argv[1] if len(sys.argv) > 1 else os.path.dirname(__file__))
    out = with_root(folder)
    with_uproot(folder)
    for path in sorted(glob.glob(os.path.join(folder, "**", "*.root"), recursive=True)):
        out[os.path.basename(path)] = file_digests(path)
    with open(os.path.join(folder, "golden.json"), "w") as file:
        json.dump(out, file, separators=(",", ":"))
        file.write("\n")


if __name__ == "__main__":
    main()
