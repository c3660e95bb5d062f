"""Selection and rapidity-mass matrix (thesis convention, T4N5 with six jets of each kind: 23 x 23) with numba.

The rules are those of docs/physics.md: good leptons and jets of ATLAS Open Data, at least two good leptons.
Arithmetic in float64, rows in float32. Rapidity functions come without transcendentals:
cosh(y_i - y_j) = (E_i E_j - pz_i pz_j) / (e_T,i e_T,j).
"""

import math

import numpy as np
from numba import njit

SIDE = 23
CELLS = SIDE * SIDE
FIRST_SLOT = np.array([1, 7, 13, 18])  # light jets, b-jets, electrons, muons
SLOTS = np.array([6, 6, 5, 5])
C = 0.15
MAX_OBJECTS = 64
FLAVOURS = ["ee", "em", "mm", "eee", "eem", "emm", "mmm", ""]


@njit(cache=True)
def _put(objects, kinds, count, kind, pt, eta, phi, energy):
    """Adds an object of one kind behind those of its kind with larger pT; returns the new count."""
    if count == MAX_OBJECTS:
        return count
    at = count
    while at > 0 and (kinds[at - 1] > kind or (kinds[at - 1] == kind and objects[at - 1, 4] < pt)):
        objects[at] = objects[at - 1]
        kinds[at] = kinds[at - 1]
        at -= 1
    pz = pt * math.sinh(eta)
    objects[at, 0] = energy
    objects[at, 1] = pt * math.cos(phi)
    objects[at, 2] = pt * math.sin(phi)
    objects[at, 3] = pz
    objects[at, 4] = pt
    objects[at, 5] = math.sqrt(max((energy - pz) * (energy + pz), 1e-18))
    kinds[at] = kind
    return count + 1


@njit(cache=True)
def _mass(objects, chosen, count):
    energy = px = py = pz = 0.0
    for k in range(count):
        energy += objects[chosen[k], 0]
        px += objects[chosen[k], 1]
        py += objects[chosen[k], 2]
        pz += objects[chosen[k], 3]
    return math.sqrt(max(energy * energy - px * px - py * py - pz * pz, 0.0))


@njit(cache=True)
def _fill(row, objects, kinds, count, met, metx, mety, mean, inverse, slot, kept):
    """Writes the block of one event into a scaled row that holds the baseline already."""
    n = 0
    used = 0
    last = -1
    for k in range(count):
        if kinds[k] != last:
            last = kinds[k]
            used = 0
        if used < SLOTS[last]:
            slot[n] = FIRST_SLOT[last] + used
            kept[n] = k
            n += 1
        used += 1
    row[0] = (met - mean[0]) * inverse[0]
    for a in range(n):
        i = slot[a]
        p = objects[kept[a]]
        transverse = (p[5] + met) ** 2 - (p[1] + metx) ** 2 - (p[2] + mety) ** 2
        row[i] = (math.sqrt(max(transverse, 0.0)) - mean[i]) * inverse[i]
        cell = i * SIDE
        row[cell] = (C * (p[0] / p[5] - 1) - mean[cell]) * inverse[cell]
        cell = i * (SIDE + 1)
        if a > 0 and slot[a - 1] == i - 1 and kinds[kept[a - 1]] == kinds[kept[a]]:
            before = objects[kept[a - 1], 5]
            value = (before - p[5]) / (before + p[5])
        else:
            value = p[5]
        row[cell] = (value - mean[cell]) * inverse[cell]
        for b in range(a + 1, n):
            j = slot[b]
            q = objects[kept[b]]
            energy, px, py, pz = p[0] + q[0], p[1] + q[1], p[2] + q[2], p[3] + q[3]
            square = energy * energy - px * px - py * py - pz * pz
            cell = i * SIDE + j
            row[cell] = (math.sqrt(max(square, 0.0)) - mean[cell]) * inverse[cell]
            cell = j * SIDE + i
            h = C * ((p[0] * q[0] - p[3] * q[3]) / (p[5] * q[5]) - 1)
            row[cell] = (h - mean[cell]) * inverse[cell]


@njit(cache=True)
def fill_rows(first, last, weight, lep_off, lep, lep_type, jet_off, jet, met_et, met_phi, mean, inverse, baseline, rows, base, out):
    """Fills `rows` with scaled matrices of the selected events from `first` on, until full or `last` is reached.

    lep: pt, eta, phi, E, ptcone30, etcone20; jet: pt, eta, phi, E, jvt, MV2c10 (MeV, as in the file).
    out: entry, mll, mlll, ht, n_leptons, n_jets, flavour composition, met (GeV) of each row, from index `base` on.
    Returns the next event and the number of rows.
    """
    entry, mll, mlll, ht, n_leptons, n_jets, flavour, met_out = out
    objects = np.empty((MAX_OBJECTS, 6))
    kinds = np.empty(MAX_OBJECTS, np.int64)
    hardest = np.empty(3, np.int64)
    slot = np.empty(SIDE, np.int64)
    kept = np.empty(SIDE, np.int64)
    filled = 0
    event = first
    while event < last and filled < rows.shape[0]:
        count = 0
        electrons = muons = jets = 0
        sum_pt = 0.0
        if math.isfinite(weight[event]):
            for k in range(lep_off[event], lep_off[event + 1]):
                pt = np.float64(lep[0][k]) * 1e-3
                cone, calo = np.float64(lep[4][k]) * 1e-3, np.float64(lep[5][k]) * 1e-3
                if pt > 7 and calo / pt < 0.15 and cone / pt < 0.15:
                    kind = 2 if lep_type[k] == 11 else 3
                    electrons += kind == 2
                    muons += kind == 3
                    sum_pt += pt
                    count = _put(objects, kinds, count, kind, pt, np.float64(lep[1][k]), np.float64(lep[2][k]), np.float64(lep[3][k]) * 1e-3)
        if count < 2:
            event += 1
            continue
        leptons = count
        for k in range(3):
            hardest[k] = -1
        for k in range(leptons):
            if hardest[0] < 0 or objects[k, 4] > objects[hardest[0], 4]:
                hardest[2], hardest[1], hardest[0] = hardest[1], hardest[0], k
            elif hardest[1] < 0 or objects[k, 4] > objects[hardest[1], 4]:
                hardest[2], hardest[1] = hardest[1], k
            elif hardest[2] < 0 or objects[k, 4] > objects[hardest[2], 4]:
                hardest[2] = k
        mll[base + filled] = _mass(objects, hardest, 2)
        mlll[base + filled] = _mass(objects, hardest, 3) if leptons > 2 else np.nan
        for k in range(jet_off[event], jet_off[event + 1]):
            pt, eta = np.float64(jet[0][k]) * 1e-3, np.float64(jet[1][k])
            size = abs(eta)
            if pt > 20 and size < 2.8 and not (pt < 60 and size < 2.4 and jet[4][k] <= 0.59):
                kind = 1 if jet[5][k] >= 0.6459 and size <= 2.5 else 0
                jets += 1
                sum_pt += pt
                count = _put(objects, kinds, count, kind, pt, eta, np.float64(jet[2][k]), np.float64(jet[3][k]) * 1e-3)
        met = np.float64(met_et[event]) * 1e-3
        phi = np.float64(met_phi[event])
        row = rows[filled]
        row[:] = baseline
        _fill(row, objects, kinds, count, met, met * math.cos(phi), met * math.sin(phi), mean, inverse, slot, kept)
        entry[base + filled] = event
        ht[base + filled] = sum_pt
        n_leptons[base + filled] = leptons
        n_jets[base + filled] = jets
        flavour[base + filled] = muons if leptons == 2 else 3 + muons if leptons == 3 else 7
        met_out[base + filled] = met
        filled += 1
        event += 1
    return event, filled


def new_out(rows: int) -> tuple:
    """Buffers for what `fill_rows` says of each row."""
    real = [np.empty(rows) for _ in range(3)]
    return (np.empty(rows, np.int64), *real, *(np.empty(rows, np.int64) for _ in range(3)), np.empty(rows))
