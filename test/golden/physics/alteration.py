"""Matrices of events whose first electron and first muon have a larger pT, for the events of events.json.

usage: python alteration.py events.json OUT.json
needs numpy, scipy, vector and mt2 (it takes the matrix of reference.py).

`objects`: pT multiplied on the objects, direction and mass kept, MET unchanged. `cells`: the thesis' reduced form,
in which only e_T and imbalance cells follow.
"""
import json
import sys

import numpy as np
import vector
from reference import DEFAULT, EVERY, f32, matrix, objects, rounded

FACTORS = [1.5, 10.0]
FIRST = {"electrons": 1 + 6 + 6, "muons": 1 + 6 + 6 + 5}
SIZE = 1 + sum(count for _, count in DEFAULT)


def stretched(groups, factor):
    changed = {name: list(group) for name, group in groups.items()}
    for name in ("electrons", "muons"):
        if changed[name]:
            p = changed[name][0]
            changed[name][0] = vector.obj(pt=factor * p.pt, eta=p.eta, phi=p.phi, tau=p.tau)
    return changed


def reduced(cells, groups, factor):
    cells = cells.reshape(SIZE, SIZE).copy()
    for name, slot in FIRST.items():
        energies = [float(np.sqrt((p.E - p.pz) * (p.E + p.pz))) for p in groups[name][:2]]
        if energies:
            cells[slot, slot] = factor * energies[0]
        if len(energies) > 1:
            cells[slot + 1, slot + 1] = (factor * energies[0] - energies[1]) / (factor * energies[0] + energies[1])
    return cells.ravel()


def sparse(cells):
    filled = np.flatnonzero(cells)
    return [filled.tolist(), [rounded(v) for v in cells[filled]]]


def main(source, out):
    events = json.load(open(source))["events"][::EVERY]
    found = {"every": EVERY, "factors": FACTORS, "objects": [], "cells": []}
    for factor in FACTORS:
        by_objects, by_cells = [], []
        for event in events:
            groups = objects(event)
            met, met_phi = f32([event["met"]])[0] / 1000, f32([event["met_phi"]])[0]
            arguments = (met, met_phi, "thesis", DEFAULT, 0.15, 0.0, 0.0)
            by_objects.append(sparse(matrix(stretched(groups, factor), *arguments)))
            by_cells.append(sparse(reduced(matrix(groups, *arguments), groups, factor)))
        found["objects"].append(by_objects)
        found["cells"].append(by_cells)
    with open(out, "w") as file:
        json.dump(found, file, separators=(",", ":"))
        file.write("\n")


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2])
