"""Picks hard and ordinary events from ../shared/data and writes inputs beside the golden values for them.

usage: python export_events.py DATA_DIR GOLDEN_DIR OUT.json [events per file]

Inputs are the float32 branches as they stand (MeV, mm), read with uproot; golden values are copied from the
Parquet files of GOLDEN_DIR, which another program made in float64 (GOLDEN_DIR/README.md).
"""
import json
import sys

import numpy as np
import pyarrow.parquet as pq
import uproot

SETS = {
    "c1n2_wz_800_50": "mc/c1n2_wz_800_50.root", "periodD": "data/periodD.root", "ttbar": "mc/ttbar.root",
    "wjets": "mc/wjets.root", "wr3000_n1000": "mc/wr3000_n1000.root", "zee": "mc/zee.root",
    "zmumu": "mc/zmumu.root", "zz": "mc/zz.root",
}
LEPTON = ["pt", "eta", "phi", "E", "charge", "type", "ptcone30", "etcone20", "trackd0pvunbiased",
          "tracksigd0pvunbiased", "z0", "isTightID"]
JET = ["pt", "eta", "phi", "E", "jvt", "MV2c10"]


def short(value):
    """A float32 in its shortest decimal form, an integer as it is."""
    if isinstance(value, (np.bool_, bool)):
        return int(value)
    if isinstance(value, np.floating):
        return float(str(value))
    return int(value)


def rounded(value):
    return float(f"{value:.9g}")


def choose(rmm, report, wanted):
    entries = [row["entry"] for row in rmm]
    by_cells = sorted(rmm, key=lambda row: -len(row["cell"]))[: wanted // 4]
    smallest = sorted(rmm, key=lambda row: min(v for c, v in zip(row["cell"], row["value"]) if c % 23 > c // 23 > 0))
    three = [row for row in rmm if row["nlep"] > 2][: wanted // 5]
    chosen = {row["entry"] for row in by_cells + smallest[: wanted // 6] + three}
    soft = sorted((row for row in report if row["mt2"] > 0), key=lambda row: row["mt2"])
    chosen |= {row["entry"] for row in soft[: wanted // 6] + soft[-wanted // 10:] if row["entry"] in entries}
    step = max(1, len(entries) // wanted)
    for entry in entries[::step]:
        if len(chosen) < wanted:
            chosen.add(entry)
    return sorted(chosen)


def main(data, golden, out, wanted):
    result = []
    for name, path in SETS.items():
        rmm = pq.read_table(f"{golden}/rmm_{name}.parquet").to_pylist()
        report = pq.read_table(f"{golden}/report33_{name}.parquet").to_pylist()
        rmm_of = {row["entry"]: row for row in rmm}
        report_of = {row["entry"]: row for row in report}
        tree = uproot.open(f"{data}/{path}")["mini"]
        branches = [f"lep_{b}" for b in LEPTON] + [f"jet_{b}" for b in JET]
        arrays = tree.arrays(["runNumber", "eventNumber", "channelNumber", "met_et", "met_phi", *branches])
        for entry in choose(rmm, report, wanted):
            event = arrays[entry]
            row = rmm_of[entry]
            table = report_of.get(entry)
            result.append({
                "set": name, "entry": entry, "run": int(event["runNumber"]), "event": int(event["eventNumber"]),
                "channel": int(event["channelNumber"]), "weight": row["weight"],
                "met": short(event["met_et"]), "met_phi": short(event["met_phi"]),
                "lep": [[short(v) for v in event[f"lep_{b}"]] for b in LEPTON],
                "jet": [[short(v) for v in event[f"jet_{b}"]] for b in JET],
                "mll": rounded(row["mll"]), "cell": row["cell"], "value": [rounded(v) for v in row["value"]],
                "report": None if table is None else [rounded(v) for k, v in table.items()
                                                      if k not in ("entry", "run", "event", "channel", "weight", "nlep")],
            })
    header = {"lep": LEPTON, "jet": JET, "report": [k for k in table if k not in
              ("entry", "run", "event", "channel", "weight", "nlep")]}
    with open(out, "w") as file:
        file.write('{"columns": ' + json.dumps(header) + ',\n"events": [\n')
        file.write(",\n".join(json.dumps(event, separators=(",", ":")) for event in result))
        file.write("\n]}\n")


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], sys.argv[3], int(sys.argv[4]) if len(sys.argv) > 4 else 20)
