"""m_T2 of massless leptons and massless invisible particles from its definition, for stransverse.test.ts.

usage: python stransverse.py OUT.json
needs numpy, scipy, mpmath and mt2 (1.3: the bisection of Lester and Nachman, arXiv:1411.4312).

A brute-force search over the split of met (scipy, several starts) finds the lowest max(f1, f2). Outside the cone
both are equal there and their slopes opposite: mpmath solves these three equations from the place found, with 60
digits, so that the golden value has all its digits. It must not lie above what the search found, nor below it by
more than the search's own error, and the bisection must agree.
"""
import json
import math
import sys

import mpmath as mp
import numpy as np
from mt2 import mt2
from scipy.optimize import minimize

mp.mp.dps = 60


def worst(q, e):
    ax, ay, bx, by, mx, my = e
    one = 2 * (math.hypot(ax, ay) * math.hypot(*q) - ax * q[0] - ay * q[1])
    other = 2 * (math.hypot(bx, by) * math.hypot(mx - q[0], my - q[1]) - bx * (mx - q[0]) - by * (my - q[1]))
    return max(one, other)


def brute_force(e):
    """(lowest squared mass, its split), in units in which the largest momentum is 1."""
    ax, ay, bx, by, mx, my = e
    best, where = math.inf, None
    for start in ((mx / 2, my / 2), (ax, ay), (mx - bx, my - by), (mx, my), (0.01, 0.01)):
        for _ in range(2):
            found = minimize(worst, start, (e,), method="Nelder-Mead",
                             options={"xatol": 1e-14, "fatol": 1e-16, "maxiter": 4000, "maxfev": 8000})
            start = found.x
        if found.fun < best:
            best, where = found.fun, found.x
    return best, where


def stationary(e, w, q):
    """The squared mass at which both masses are equal and their slopes opposite, near (w, q)."""
    ax, ay, bx, by, mx, my = (mp.mpf(v) for v in e)
    a, b = mp.sqrt(ax * ax + ay * ay), mp.sqrt(bx * bx + by * by)

    def equations(w, x, y):
        r, s = mp.sqrt(x * x + y * y), mp.sqrt((mx - x) ** 2 + (my - y) ** 2)
        g1x, g1y = a * x / r - ax, a * y / r - ay
        g2x, g2y = b * (mx - x) / s - bx, b * (my - y) / s - by
        return [2 * (a * r - ax * x - ay * y) - w,
                2 * (b * s - bx * (mx - x) - by * (my - y)) - w,
                g1x * g2y - g1y * g2x]

    found = mp.findroot(equations, (mp.mpf(w), mp.mpf(q[0]), mp.mpf(q[1])), tol=1e-80, maxsteps=60)
    return found[0]


def in_cone(e):
    ax, ay, bx, by, mx, my = (mp.mpf(v) for v in e)
    turn = ax * by - ay * bx
    return turn != 0 and (mx * by - my * bx) / turn >= 0 and (ax * my - ay * mx) / turn >= 0


def polar(size, angle):
    return size * math.cos(angle), size * math.sin(angle)


def events():
    draw = np.random.default_rng(20150)
    for _ in range(60):
        yield "usual", [*polar(draw.exponential(60) + 7, draw.uniform(0, 7)),
                        *polar(draw.exponential(30) + 7, draw.uniform(0, 7)), *polar(draw.exponential(50), draw.uniform(0, 7))]
    for opening in (1e-2, 1e-3, 1e-5, 3.0, 3.13, 3.141, 3.1415):
        for side in (0.3, 1.0, 2.5, 3.3, 5.0):
            yield f"opening {opening}", [*polar(45, 0.7), *polar(20, 0.7 + opening), *polar(80, 0.7 + side)]
    for sizes in ((1e-4, 50, 50), (50, 1e-4, 50), (50, 50, 1e-4), (1e6, 10, 10), (10, 10, 1e6), (1e6, 1e6, 1), (1e-9, 2e-9, 1e-9)):
        for side in (2.0, 3.5, 5.5):
            yield f"sizes {sizes}", [*polar(sizes[0], 0.1), *polar(sizes[1], 1.3), *polar(sizes[2], 0.1 + side)]
    for side in (1e-3, 1e-6, -1e-3, -1e-6):
        yield f"met {side} beside a lepton", [*polar(50, 0), *polar(40, 1), *polar(30, -side)]
        yield f"met {side} beside the other way", [*polar(50, 0), *polar(40, 1), *polar(30, math.pi + side)]


def main(out):
    rows, counts = [], {"outside": 0, "inside": 0, "bisection": 0.0, "search": 0.0}
    for name, e in events():
        unit = max(abs(v) for v in e)
        scaled = [v / unit for v in e]
        theirs = float(mt2(0, e[0], e[1], 0, e[2], e[3], e[4], e[5], 0, 0))
        if in_cone(e):
            value = mp.mpf(0)
            counts["inside"] += 1
        else:
            counts["outside"] += 1
            lowest, where = brute_force(scaled)
            try:
                squared = stationary(scaled, lowest, where)
            except (ValueError, ZeroDivisionError) as error:
                print("left out:", name, e, theirs, math.sqrt(lowest) * unit, error)
                continue
            rounding = 1e-14 * (1 + math.hypot(*where))
            assert squared <= lowest + rounding, (name, e, squared, lowest)
            if lowest - squared > 1e-4 * squared + rounding:
                print("left out:", name, e, theirs, mp.nstr(mp.sqrt(squared) * unit, 12), math.sqrt(lowest) * unit)
                continue
            value = mp.sqrt(squared) * unit
            counts["search"] = max(counts["search"], float((lowest - squared) / squared))
            difference = abs(theirs - value) / value
            if difference > 1e-7:
                print("bisection differs:", name, theirs, mp.nstr(value, 12))
        rows.append({"name": name, "event": e, "mt2": float(value), "bisection": theirs})
    with open(out, "w") as file:
        file.write("[\n" + ",\n".join(json.dumps(row, separators=(",", ":")) for row in rows) + "\n]\n")
    print(len(rows), "events", counts)


if __name__ == "__main__":
    main(sys.argv[1])
