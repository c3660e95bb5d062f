"""The rival of rmm-kernel.ts: the same matrix in numba, one thread, dense rows and block form.

usage: python rmm-kernel.py SECONDS LEPTONS JETS; prints {"dense": r, "block": r} in million events/s.
Objects come classified and sorted, as flat float64 columns with offsets by type, as in the kernel that is measured.
"""
import json
import math
import sys
import time

import numba
import numpy as np

CAPS = np.array([6, 6, 5, 5])
FIRST = np.array([1, 7, 13, 18])
SIZE = 23


@numba.njit(cache=False, fastmath=False)
def fill(offsets, pt, eta, phi, energy, met, met_phi, dense, out, out_offsets):
    px = np.empty(SIZE)
    py = np.empty(SIZE)
    pz = np.empty(SIZE)
    en = np.empty(SIZE)
    rap = np.empty(SIZE)
    et = np.empty(SIZE)
    slot = np.empty(SIZE, np.int64)
    first = np.empty(SIZE, np.int64)
    place = 0
    for event in range(met.size):
        metx = met[event] * math.cos(met_phi[event])
        mety = met[event] * math.sin(met_phi[event])
        width = 1
        slot[0] = 0
        for kind in range(4):
            start = offsets[kind, event]
            stop = min(offsets[kind, event + 1], start + CAPS[kind])
            for k in range(start, stop):
                px[width] = pt[k] * math.cos(phi[k])
                py[width] = pt[k] * math.sin(phi[k])
                pz[width] = pt[k] * math.sinh(eta[k])
                en[width] = energy[k]
                et[width] = math.sqrt((en[width] - pz[width]) * (en[width] + pz[width]))
                rap[width] = 0.5 * math.log((en[width] + pz[width]) / (en[width] - pz[width]))
                slot[width] = FIRST[kind] + k - start
                first[width] = 1 if k == start else 0
                width += 1
        if dense:
            base = event * SIZE * SIZE
            for k in range(SIZE * SIZE):
                out[base + k] = 0.0
            step = SIZE
        else:
            base = place
            place += width * width
            step = width
        out[base] = met[event]
        for i in range(1, width):
            si = slot[i] if dense else i
            mt2 = (et[i] + met[event]) ** 2 - (px[i] + metx) ** 2 - (py[i] + mety) ** 2
            out[base + si] = math.sqrt(mt2) if mt2 > 0 else 0.0
            out[base + si * step] = 0.15 * (math.cosh(rap[i]) - 1)
            out[base + si * step + si] = et[i] if first[i] == 1 else (et[i - 1] - et[i]) / (et[i - 1] + et[i])
            for j in range(i + 1, width):
                sj = slot[j] if dense else j
                m2 = ((en[i] + en[j]) ** 2 - (px[i] + px[j]) ** 2 - (py[i] + py[j]) ** 2 - (pz[i] + pz[j]) ** 2)
                out[base + si * step + sj] = math.sqrt(m2) if m2 > 0 else 0.0
                half = math.sinh(0.5 * (rap[i] - rap[j]))
                out[base + sj * step + si] = 0.3 * half * half
        out_offsets[event + 1] = place


def main(seconds, leptons, jets):
    batch = 4096
    rounds = 4
    rng = np.random.default_rng(1)
    counts = np.zeros((4, batch), np.int64)
    counts[1] = rng.binomial(jets, 0.18, batch)
    counts[0] = jets - counts[1]
    counts[2] = rng.binomial(leptons, 0.5, batch)
    counts[3] = leptons - counts[2]
    offsets = np.zeros((4, batch + 1), np.int64)
    start = 0
    for kind in range(4):
        offsets[kind, 0] = start
        offsets[kind, 1:] = start + np.cumsum(counts[kind])
        start = offsets[kind, -1]
    pt = 20 + rng.exponential(40, start)
    eta = rng.uniform(-2, 2, start)
    phi = rng.uniform(-math.pi, math.pi, start)
    energy = np.hypot(pt * np.cosh(eta), 5)
    met = rng.exponential(40, batch)
    met_phi = rng.uniform(-math.pi, math.pi, batch)
    out = np.empty(batch * SIZE * SIZE, np.float32)
    out_offsets = np.zeros(batch + 1, np.int64)
    rates = {}
    for name, dense in (("dense", True), ("block", False)):
        fill(offsets, pt, eta, phi, energy, met, met_phi, dense, out, out_offsets)
        best = math.inf
        end = time.perf_counter() + seconds
        while time.perf_counter() < end:
            begin = time.perf_counter()
            for _ in range(rounds):
                fill(offsets, pt, eta, phi, energy, met, met_phi, dense, out, out_offsets)
            best = min(best, time.perf_counter() - begin)
        rates[name] = rounds * batch / best / 1e6
    print(json.dumps(rates))


if __name__ == "__main__":
    main(float(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3]))
