"""Events with exactly three leptons of the shipped sample: which ones, their flavours and mlll, in float64 by `vector`.

usage: python three-leptons.py SAMPLES_DIR OUT.json
needs uproot, numpy and vector. Objects are those of reference.py beside this file.
"""
import json
import sys

import numpy as np
import uproot
from reference import objects, rounded

LEPTON = ["pt", "eta", "phi", "E", "charge", "type", "ptcone30", "etcone20", "trackd0pvunbiased",
          "tracksigd0pvunbiased", "z0", "isTightID"]
JET = ["pt", "eta", "phi", "E", "jvt", "MV2c10"]
FILES = ["mc/c1n2_wz_800_50", "mc/wz", "mc/zz", "mc/higgs_zz", "mc/ttbar", "mc/zee", "mc/zmumu", "mc/zprime2000_mumu",
         "data/periodA"]


def main(samples, out):
    found = {}
    for name in FILES:
        tree = uproot.open(f"{samples}/{name}.root")["mini"]
        arrays = tree.arrays([f"lep_{b}" for b in LEPTON] + [f"jet_{b}" for b in JET])
        rows = []
        for entry in np.flatnonzero(np.asarray([len(pt) >= 3 for pt in arrays["lep_pt"]])):
            event = arrays[int(entry)]
            groups = objects({"lep": [event[f"lep_{b}"].to_list() for b in LEPTON],
                              "jet": [event[f"jet_{b}"].to_list() for b in JET]})
            leptons = groups["leptons"]
            if len(leptons) != 3 or leptons[1][0].pt <= 20:
                continue
            total = leptons[0][0] + leptons[1][0] + leptons[2][0]
            rows.append([int(entry), "".join(sorted(flavour for _, flavour in leptons)), rounded(total.mass)])
        found[name] = rows
    with open(out, "w") as file:
        file.write("{\n" + ",\n".join(f'"{name}": ' + json.dumps(rows, separators=(",", ":"))
                                      for name, rows in found.items()) + "\n}\n")


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2])
