"""uproot's part of bench/root-reading.ts.

usage: python root-reading.py prepare FOLDER FILE.root ...   merges the files and writes them in each codec
       python root-reading.py read TREE BRANCH,BRANCH,... FILE.root    reads once a line on stdin; prints events and CPU seconds
"""
import os
import sys
import time

SETTINGS = {"zlib": 101, "lz4": 404, "zstd": 505, "lzma": 207, "none": 0}


def prepare(folder, paths):
    import ROOT

    for name, settings in SETTINGS.items():
        merger = ROOT.TFileMerger(False)
        merger.OutputFile(os.path.join(folder, f"{name}.root"), "RECREATE", settings)
        for path in paths:
            merger.AddFile(path, False)
        merger.Merge()


def read(tree, branches, path):
    import uproot

    branches = branches.split(",")
    print("ready", flush=True)
    for _ in sys.stdin:
        # uproot is fastest when it reads all entries at once.
        start = time.process_time()
        with uproot.open({path: tree}) as opened:
            events = len(opened.arrays(branches, library="ak"))
        print(events, time.process_time() - start, flush=True)


if __name__ == "__main__":
    if sys.argv[1] == "prepare":
        prepare(sys.argv[2], sys.argv[3:])
    else:
        read(sys.argv[2], sys.argv[3], sys.argv[4])
