"""The flow as the thesis had it: RDataFrame with one Define for each of the 529 cells, pandas, Keras predict.

    python thesis_flow.py --input FILE... --output scores.parquet --events 1000000
    python thesis_flow.py --check GOLDEN_FOLDER --data DATA_FOLDER

Whole files are listed again and again until there are at least `--events` entries. Prints one JSON object with
events, seconds, events per second and the peak memory.
"""

import argparse
import json
import os
import resource
import time
from pathlib import Path

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import numpy as np  # noqa: E402
import pandas as pd  # noqa: E402
import ROOT  # noqa: E402

SIDE = 23
HEADS = (1, 7, 13, 18)
HELPERS = """
#include <array>
#include <cmath>
#include <vector>
#include <algorithm>
#include <ROOT/RVec.hxx>
namespace thesis {
using F = ROOT::RVec<float>;
struct Object { double e = 0, px = 0, py = 0, pz = 0, pt = 0, et = 0; };
using Slots = std::array<Object, 23>;
inline Object object(double pt, double eta, double phi, double e) {
  double pz = pt * std::sinh(eta);
  return {e, pt * std::cos(phi), pt * std::sin(phi), pz, pt, std::sqrt((e - pz) * (e + pz))};
}
inline ROOT::RVec<int> good(const F &pt, const F &cone, const F &calo) {
  ROOT::RVec<int> out(pt.size());
  for (size_t i = 0; i < pt.size(); i++) {
    double p = pt[i] * 1e-3;
    out[i] = p > 7 && calo[i] * 1e-3 / p < 0.15 && cone[i] * 1e-3 / p < 0.15;
  }
  return out;
}
inline Slots slots(const ROOT::RVec<int> &good, const F &lpt, const F &leta, const F &lphi, const F &le,
                   const ROOT::RVec<unsigned> &type, const F &jpt, const F &jeta, const F &jphi, const F &je,
                   const F &jvt, const F &tag, float met, float phi) {
  std::vector<Object> kinds[4];
  for (size_t i = 0; i < lpt.size(); i++)
    if (good[i]) kinds[type[i] == 11 ? 2 : 3].push_back(object(lpt[i] * 1e-3, leta[i], lphi[i], le[i] * 1e-3));
  for (size_t i = 0; i < jpt.size(); i++) {
    double pt = jpt[i] * 1e-3, eta = std::abs((double)jeta[i]);
    if (pt > 20 && eta < 2.8 && !(pt < 60 && eta < 2.4 && jvt[i] <= 0.59f))
      kinds[tag[i] >= 0.6459f && eta <= 2.5 ? 1 : 0].push_back(object(pt, jeta[i], jphi[i], je[i] * 1e-3));
  }
  Slots out{};
  double m = met * 1e-3;
  out[0] = {m, m * std::cos(phi), m * std::sin(phi), 0, m, m};
  const int first[4] = {1, 7, 13, 18}, most[4] = {6, 6, 5, 5};
  for (int k = 0; k < 4; k++) {
    std::stable_sort(kinds[k].begin(), kinds[k].end(), [](auto &a, auto &b) { return a.pt > b.pt; });
    for (int i = 0; i < most[k] && i < (int)kinds[k].size(); i++) out[first[k] + i] = kinds[k][i];
  }
  return out;
}
inline double et(const Slots &s, int i) { return s[i].et; }
inline double imbalance(const Slots &s, int i) {
  return s[i].e > 0 ? (s[i - 1].et - s[i].et) / (s[i - 1].et + s[i].et) : 0;
}
inline double mt(const Slots &s, int i) {
  if (s[i].e == 0) return 0;
  double e = s[i].et + s[0].e, x = s[i].px + s[0].px, y = s[i].py + s[0].py;
  return std::sqrt(std::max(e * e - x * x - y * y, 0.));
}
inline double rapidity(const Object &o) { return 0.5 * std::log((o.e + o.pz) / (o.e - o.pz)); }
inline double hl(const Slots &s, int i) { return s[i].e > 0 ? 0.15 * (std::cosh(rapidity(s[i])) - 1) : 0; }
inline double h(const Slots &s, int i, int j) {
  return s[i].e > 0 && s[j].e > 0 ? 0.15 * (std::cosh(rapidity(s[i]) - rapidity(s[j])) - 1) : 0;
}
inline double mass(const Slots &s, int i, int j) {
  if (s[i].e == 0 || s[j].e == 0) return 0;
  double e = s[i].e + s[j].e, x = s[i].px + s[j].px, y = s[i].py + s[j].py, z = s[i].pz + s[j].pz;
  return std::sqrt(std::max(e * e - x * x - y * y - z * z, 0.));
}
}
"""
WEIGHT = (
    "channelNumber == 0 ? 1. : (double)mcWeight * scaleFactor_PILEUP * scaleFactor_ELE * scaleFactor_MUON"
    " * scaleFactor_LepTRIGGER * scaleFactor_BTAG * XSection * 10064. / SumWeights"
)


def expression(row: int, column: int) -> str:
    if row == column == 0:
        return "thesis::et(s, 0)"
    if row == 0:
        return f"thesis::mt(s, {column})"
    if column == 0:
        return f"thesis::hl(s, {row})"
    if row == column:
        return f"thesis::{'et' if row in HEADS else 'imbalance'}(s, {row})"
    return f"thesis::mass(s, {row}, {column})" if row < column else f"thesis::h(s, {column}, {row})"


CELLS = [f"cell{i}" for i in range(SIDE * SIDE)]
KEEP = ["eventNumber", "channelNumber", "weight", "met"]


def matrix_frame(frame):
    """The dataframe after the selection, with its 529 columns."""
    frame = frame.Define("good", "thesis::good(lep_pt, lep_ptcone30, lep_etcone20)")
    frame = frame.Define("weight", WEIGHT).Filter("Sum(good) >= 2 && std::isfinite(weight)")
    lepton = "good, lep_pt, lep_eta, lep_phi, lep_E, lep_type"
    jet = "jet_pt, jet_eta, jet_phi, jet_E, jet_jvt, jet_MV2c10"
    frame = frame.Define("s", f"thesis::slots({lepton}, {jet}, met_et, met_phi)").Define("met", "thesis::et(s, 0)")
    for index, name in enumerate(CELLS):
        frame = frame.Define(name, f"(float){expression(*divmod(index, SIDE))}")
    return frame


def autoencoder():
    """AE small as physics.md section 5 has it, with random weights."""
    import keras

    layers = keras.layers
    model = keras.Sequential([layers.Input((len(CELLS),)), layers.Activation("tanh"), layers.Dense(150)])
    model.add(layers.LeakyReLU(negative_slope=0.3))
    model.add(layers.Dense(len(CELLS)))
    model.add(layers.LeakyReLU(negative_slope=0.3))
    return model


def check(golden: Path, data: Path) -> None:
    from check import same

    import pyarrow.parquet as pq

    for path in sorted(golden.glob("rmm_*.parquet")):
        name = path.stem.removeprefix("rmm_")
        source = next(p for p in (data / "mc" / f"{name}.root", data / "data" / f"{name}.root") if p.exists())
        table = pq.read_table(path).to_pydict()
        count = len(table["entry"])
        columns = matrix_frame(ROOT.RDataFrame("mini", str(source))).AsNumpy([*KEEP, *CELLS])
        assert columns["eventNumber"][:count].tolist() == table["event"], f"{name}: other events were selected"
        rows = np.stack([columns[cell][:count] for cell in CELLS], axis=1).astype(np.float64)
        for event in range(count):
            cell, value = np.array(table["cell"][event]), np.array(table["value"][event])
            assert np.array_equal(np.flatnonzero(rows[event]), cell), f"{name}, event {event}: other cells are filled"
            assert same(cell, rows[event][cell], value).all(), f"{name}, event {event}"
        print(f"{name}: {count} events agree")


def run(inputs: list[str], output: str, events: int, threads: int) -> dict:
    start = time.perf_counter()
    if threads > 1:
        ROOT.EnableImplicitMT(threads)
    chain = ROOT.TChain("mini")
    while chain.GetEntries() < events:
        for path in inputs:
            chain.Add(path)
            if chain.GetEntries() >= events:
                break
    columns = matrix_frame(ROOT.RDataFrame(chain)).AsNumpy([*KEEP, *CELLS])
    table = pd.DataFrame(columns)
    del columns
    features = table[CELLS].to_numpy(np.float32)
    mean, std = features.mean(axis=0), features.std(axis=0)
    features = (features - mean) / np.where(std > 0, std, 1)
    reconstructed = autoencoder().predict(features, batch_size=8192, verbose=0)
    scores = table[KEEP].copy()
    scores["error"] = ((features - reconstructed) ** 2).mean(axis=1)
    scores["log10_error"] = np.log10(scores["error"])
    scores.to_parquet(output)
    seconds = time.perf_counter() - start
    rss = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    done = int(chain.GetEntries())
    return {"events": done, "selected": len(scores), "seconds": seconds, "events_per_second": done / seconds, "peak_rss_mb": rss}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--input", nargs="+", default=[])
    parser.add_argument("--output")
    parser.add_argument("--events", type=int, default=50_000)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--check", help="folder with golden rmm_NAME.parquet: compare and stop")
    parser.add_argument("--data", help="folder with mc/NAME.root and data/NAME.root, for --check")
    arguments = parser.parse_args()
    ROOT.gInterpreter.Declare(HELPERS)
    if arguments.check:
        return check(Path(arguments.check), Path(arguments.data))
    print(json.dumps(run(arguments.input, arguments.output, arguments.events, arguments.threads)))


if __name__ == "__main__":
    main()
