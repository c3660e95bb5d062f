"""Reads histograms in UHI JSON with ROOT, and compares them with what boost-histogram reads.

usage: python check-uhi-root.py FILE...      (ROOT 6.40.00, boost-histogram 1.8.1, uhi 1.2.1)
ROOT 6.40 takes regular axes only, and of a weighted storage the values only. Prints how many it read and how many
it could not; ends with 1 where a value differs.
"""

import json
import sys

import boost_histogram as bh
import numpy as np
import ROOT
import uhi.io.json

equal = different = refused = 0
for path in sys.argv[1:]:
    found = json.load(open(path), object_hook=uhi.io.json.object_hook)
    for name, ir in found.items() if "uhi_schema" not in found else [(path, found)]:
        if any(axis["type"] != "regular" for axis in ir["axes"]):
            refused += 1
            continue
        read = {1: ROOT.TH1D, 2: ROOT.TH2D}[len(ir["axes"])](ir)
        same = np.array_equal(np.asarray(read.values(flow=True)), bh.Histogram(ir).values(flow=True))
        equal += same
        different += not same
        if not same:
            print("differs", path, name)
print(equal, "equal,", different, "different,", refused, "with axes that ROOT does not take")
sys.exit(different > 0)
