"""An independent float64 reference for what ../shared/golden does not hold: the other conventions and shapes,
event quantities, and m_T2 by two other methods, for the events of events.json.

usage: python reference.py events.json OUT.json
needs numpy, scipy, vector and mt2 (the bisection of Lester and Nachman, arXiv:1411.4312).

Four-vectors come from the package `vector`; every cell is written as physics.md states it, one at a time.
"""
import json
import math
import sys

import numpy as np
import vector
from mt2 import mt2
from scipy.optimize import minimize

EVERY = 4  # matrices for every fourth event keep the file small


def f32(values):
    return [float(np.float32(v)) for v in values]


def objects(event):
    lep = dict(zip(["pt", "eta", "phi", "E", "q", "type", "ptcone", "etcone", "d0", "d0sig", "z0", "tight"], event["lep"]))
    jet = dict(zip(["pt", "eta", "phi", "E", "jvt", "tag"], event["jet"]))
    for table in (lep, jet):
        for key in table:
            table[key] = f32(table[key])
    groups = {"jets": [], "bjets": [], "electrons": [], "muons": [], "photons": [], "leptons": []}
    for k in range(len(lep["pt"])):
        if lep["pt"][k] <= 7000 or lep["etcone"][k] / lep["pt"][k] >= 0.15 or lep["ptcone"][k] / lep["pt"][k] >= 0.15:
            continue
        p4 = vector.obj(pt=lep["pt"][k] / 1000, eta=lep["eta"][k], phi=lep["phi"][k], E=lep["E"][k] / 1000)
        groups["leptons"].append((p4, "m" if lep["type"][k] == 13 else "e"))
        groups["muons" if lep["type"][k] == 13 else "electrons"].append(p4)
    for k in range(len(jet["pt"])):
        pt, eta = jet["pt"][k], abs(jet["eta"][k])
        if pt <= 20000 or eta >= 2.8 or (pt < 60000 and eta < 2.4 and jet["jvt"][k] <= 0.59):
            continue
        p4 = vector.obj(pt=pt / 1000, eta=jet["eta"][k], phi=jet["phi"][k], E=jet["E"][k] / 1000)
        groups["bjets" if jet["tag"][k] >= 0.6459 and eta < 2.5 else "jets"].append(p4)
    for name in groups:
        groups[name].sort(key=(lambda o: -o[0].pt) if name == "leptons" else (lambda o: -o.pt))
    return groups


def matrix(groups, met, met_phi, convention, slots, scale_h, sqrt_s, met_min):
    met = 0.0 if met < met_min else met
    unit = sqrt_s if sqrt_s > 0 else 1.0
    rows, first = [None], [False]
    for kind, count in slots:
        kept = groups[kind][:count]
        rows += kept + [None] * (count - len(kept))
        first += [True] + [False] * (count - 1)
    size = len(rows)
    cells = np.zeros((size, size))
    cells[0, 0] = met / unit

    def energy(p):
        return p.Et if convention == "map2rmm" else math.sqrt((p.E - p.pz) * (p.E + p.pz))

    def h(difference):
        return scale_h * (math.cosh(difference if convention == "thesis" else difference / 2) - 1)

    for i in range(1, size):
        p = rows[i]
        if p is None:
            continue
        if convention == "thesis-code":
            cells[0, i] = math.sqrt(p.E ** 2 - p.pz ** 2) / unit
        elif convention != "map2rmm" or met > 0:
            squared = (energy(p) + met) ** 2 - (p.px + met * math.cos(met_phi)) ** 2 - (p.py + met * math.sin(met_phi)) ** 2
            cells[0, i] = math.sqrt(max(squared, 0)) / unit
        cells[i, 0] = scale_h * (math.cosh(p.rapidity) - 1)
        before = rows[i - 1]
        cells[i, i] = energy(p) / unit if first[i] else (energy(before) - energy(p)) / (energy(before) + energy(p))
        for j in range(i + 1, size):
            q = rows[j]
            if q is not None:
                cells[i, j] = math.sqrt(max((p + q).mass2, 0)) / unit
                cells[j, i] = h(p.rapidity - q.rapidity)
    return cells.ravel()


T2N2 = [("jets", 2), ("muons", 2)]
DEFAULT = [("jets", 6), ("bjets", 6), ("electrons", 5), ("muons", 5)]
MAP = [("jets", 10), ("bjets", 10), ("muons", 10), ("electrons", 10), ("photons", 10)]
VARIANTS = {
    "map2rmm T5N10": ("map2rmm", MAP, 1.0, 13000.0, 30.0),
    "map2rmm T2N2": ("map2rmm", T2N2, 1.0, 13000.0, 30.0),
    "thesis-code": ("thesis-code", DEFAULT, 0.15, 0.0, 0.0),
    "thesis T2N2": ("thesis", T2N2, 0.15, 0.0, 0.0),
    "thesis T5N10 sqrts": ("thesis", [("jets", 10), ("bjets", 10), ("electrons", 10), ("muons", 10), ("photons", 10)],
                           0.15, 13000.0, 0.0),
}


def mt2_direct(a, b, met, met_phi):
    """m_T2 by minimising over the split of met, from several starts."""
    mx, my = met * math.cos(met_phi), met * math.sin(met_phi)

    def worst(q):
        one = 2 * (a.pt * math.hypot(*q) - a.px * q[0] - a.py * q[1])
        other = 2 * (b.pt * math.hypot(mx - q[0], my - q[1]) - b.px * (mx - q[0]) - b.py * (my - q[1]))
        return max(one, other)

    best = math.inf
    for start in ((mx / 2, my / 2), (a.px, a.py), (mx - b.px, my - b.py)):
        found = minimize(worst, start, method="Nelder-Mead", options={"xatol": 1e-9, "fatol": 1e-9, "maxiter": 4000})
        best = min(best, found.fun)
    return math.sqrt(max(best, 0))


def rounded(value):
    return float(f"{value:.10g}")


def main(source, out):
    events = json.load(open(source))["events"]
    matrices = {name: [] for name in VARIANTS}
    quantities = []
    for index, event in enumerate(events):
        groups = objects(event)
        met, met_phi = f32([event["met"]])[0] / 1000, f32([event["met_phi"]])[0]
        leptons = groups["leptons"]
        first, second = leptons[0][0], leptons[1][0]
        flavours = "".join(sorted(flavour for _, flavour in leptons[:3]))
        total = sum((p for p, _ in leptons[1:3]), first)
        one = first.pt, second.pt
        quantities.append({
            "mlll": rounded(total.mass) if len(leptons) > 2 else None,
            "ht": rounded(sum(p.pt for kind in ("leptons", "jets", "bjets")
                              for p in (o[0] if kind == "leptons" else o for o in groups[kind]))),
            "n_leptons": len(leptons), "n_jets": len(groups["jets"]) + len(groups["bjets"]), "flcomp": flavours,
            "passes_3l": len(leptons) == 3 and leptons[1][0].pt > 20,
            "mt2": rounded(float(mt2(0, first.px, first.py, 0, second.px, second.py,
                                     met * math.cos(met_phi), met * math.sin(met_phi), 0, 0))),
            "mt2_direct": rounded(mt2_direct(first, second, met, met_phi)),
        })
        if index % EVERY == 0:
            for name, variant in VARIANTS.items():
                cells = matrix(groups, met, met_phi, *variant)
                filled = np.flatnonzero(cells)
                matrices[name].append([filled.tolist(), [rounded(v) for v in cells[filled]]])
    with open(out, "w") as file:
        file.write('{"every": %d, "quantities": [\n' % EVERY)
        file.write(",\n".join(json.dumps(row, separators=(",", ":")) for row in quantities))
        file.write('],\n"matrices": {\n')
        file.write(",\n".join(f'"{name}": ' + json.dumps(rows, separators=(",", ":")) for name, rows in matrices.items()))
        file.write("}}\n")


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2])
