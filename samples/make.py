"""Cuts the project's simulated ntuples down to the sample that ships with the repository.

usage: python make.py SOURCE_DATA_FOLDER [DESTINATION_FOLDER]

SOURCE_DATA_FOLDER holds mc/NAME.root and data/NAME.root with the tree `mini`. The first N entries of each file
and the branches that the profile atlas-open-data-2020 reads are kept, as they are (std::vector stays std::vector).
One branch is rewritten: SumWeights is multiplied by

    sum of mcWeight over the kept entries / sum of mcWeight over all entries

(in float64, stored as float32 again), so that XSection * luminosity * mcWeight / SumWeights still adds up to the
same yield. Pseudo-data keep their zero. Needs ROOT 6.40 (`pip install root`).
"""

import json
import os
import sys
from array import array
from pathlib import Path

import ROOT

ROOT.gErrorIgnoreLevel = ROOT.kWarning

# Entries kept of each file; None keeps all. The wide-weight channels (wjets, single top), where a handful of
# events carries most of the weight, and the smallest one stay whole.
ENTRIES = {
    "mc/zee": 3000,
    "mc/zmumu": 3000,
    "mc/ztautau": 1600,
    "mc/ttbar": 2400,
    "mc/singletop_tchan": None,
    "mc/singletop_schan": None,
    "mc/wjets": None,
    "mc/ww": 1750,
    "mc/wz": 950,
    "mc/zz": 1500,
    "mc/higgs_ww": 600,
    "mc/higgs_zz": 320,
    "mc/higgs_tautau": None,
    "mc/zprime2000_mumu": 600,
    "mc/c1n2_wz_800_50": 600,
    "mc/lfv_z_emu": 600,
    "data/periodA": 2421,
}
EVENT = (
    "runNumber eventNumber channelNumber mcWeight scaleFactor_PILEUP scaleFactor_ELE scaleFactor_MUON "
    "scaleFactor_LepTRIGGER scaleFactor_BTAG trigE trigM lep_n met_et met_phi jet_n XSection SumWeights"
)
LEPTON = "pt eta phi E charge type isTightID ptcone30 etcone20 trackd0pvunbiased tracksigd0pvunbiased z0"
JET = "pt eta phi E jvt MV2c10"
BRANCHES = [*EVENT.split(), *(f"lep_{x}" for x in LEPTON.split()), *(f"jet_{x}" for x in JET.split())]
ZLIB_9 = 109  # ROOT's number for zlib at level 9


def weight_sums(tree, kept: int) -> tuple[float, float]:
    """Sum of mcWeight over the first `kept` entries and over all of them."""
    weights = [entry.mcWeight for entry in tree]
    return sum(weights[:kept]), sum(weights)


def cut(source: Path, target: Path, limit: int | None) -> dict:
    """Copies the first `limit` entries of `source` to `target`; returns what was kept."""
    file = ROOT.TFile.Open(str(source))
    tree = file.Get("mini")
    total = tree.GetEntries()
    kept = total if limit is None else min(limit, total)
    tree.SetBranchStatus("*", False)
    tree.SetBranchStatus("mcWeight", True)
    kept_weight, all_weight = weight_sums(tree, kept)
    for branch in BRANCHES:
        tree.SetBranchStatus(branch, True)
    sum_weights = array("f", [0.0])
    tree.SetBranchAddress("SumWeights", sum_weights)
    # A file keeps the name that it was opened by: the folder of the machine must not be in it.
    os.chdir(target.parent)
    out = ROOT.TFile(target.name, "RECREATE", "", ZLIB_9)
    copy = tree.CloneTree(0)
    copy.SetAutoFlush(0)  # one basket per 32 kB: few headers, small file
    for entry in range(kept):
        tree.GetEntry(entry)
        sum_weights[0] *= kept_weight / all_weight
        copy.Fill()
    result = float(sum_weights[0])
    out.Write("", ROOT.TObject.kOverwrite)
    out.Close()
    file.Close()
    return {"entries": kept, "of": total, "sum_weights": result, "bytes": target.stat().st_size}


def main() -> None:
    source = Path(sys.argv[1]).resolve()
    destination = (Path(sys.argv[2]) if len(sys.argv) > 2 else Path(__file__).parent).resolve()
    size = 0
    for name, limit in ENTRIES.items():
        target = destination / f"{name}.root"
        target.parent.mkdir(parents=True, exist_ok=True)
        record = cut(source / f"{name}.root", target, limit)
        size += record["bytes"]
        print(json.dumps({"file": f"{name}.root", **record}))
    print(json.dumps({"bytes": size}))


if __name__ == "__main__":
    main()
