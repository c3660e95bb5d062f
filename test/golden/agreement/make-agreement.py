"""Golden values of data against simulation: shapes in bins, chi2 of unweighted against weighted counts, KS, Holm.

usage: python make-agreement.py agreement.json      (numpy 2.4.6, scipy)

Counts come from numpy.histogram, distributions from scipy. What numpy and scipy do not have is written here from
its paper: the chi2 of N. D. Gagunashvili (PoS ACAT (2006) 054, as in ROOT's TH1::Chi2Test "UW"), and S. Holm's rule.
`ks_unbinned` is scipy's two-sample statistic of the values themselves, to see what the bins cost.
"""

import json
import sys

import numpy as np
from scipy import stats

random = np.random.default_rng(20261126)


def counts(values, edges, weights=None):
    """Below, each bin, above, absent: values at an edge belong to the bin on its right."""
    there = ~np.isnan(values)
    weights = np.ones(len(values)) if weights is None else weights
    all_edges = np.concatenate([[-np.inf], edges, [np.inf]])
    inside = np.histogram(values[there], all_edges, weights=weights[there])[0]
    return np.append(inside, weights[~there].sum())


def join(sums, squares, data_events, fine, step):
    """Places of each chi2 bin: steps of fine bins, joined while too few."""
    groups, group, s, q = [], [], 0.0, 0.0
    pieces = [[0]] + [list(range(k, min(k + step, fine + 1))) for k in range(1, fine + 1, step)]
    # What is below the bins goes with the first step only where it is too small by itself.
    pieces += [[fine + 1], [fine + 2]]
    for piece in pieces:
        group += piece
        s += sums[piece].sum()
        q += squares[piece].sum()
        if s > 0 and s * s / q >= 10 and s * data_events / sums.sum() >= 5:
            groups.append(group)
            group, s, q = [], 0.0, 0.0
    if group:
        groups[-1] += group
    return groups


def chi2_weighted(n, w, s2):
    N, W = n.sum(), w.sum()
    root = np.sqrt((W * w - N * s2) ** 2 + 4 * W * W * s2 * n)
    p = (W * w - N * s2 + root) / (2 * W * W)
    value = np.sum((n - N * p) ** 2 / (N * p)) + np.sum((w - W * p) ** 2 / s2)
    return value, len(n) - 1, stats.chi2.sf(value, len(n) - 1)


def effective(sums, squares):
    return sums.sum() ** 2 / squares.sum()


def case(name, data, simulated, weights, edges, scale):
    step = 1 if scale == "whole" else 6
    events = counts(data, edges)
    sums = counts(simulated, edges, weights)
    squares = counts(simulated, edges, weights**2)
    groups = join(sums, squares, len(data), len(edges) - 1, step)
    n, w, s2 = (np.array([a[g].sum() for g in groups]) for a in (events, sums, squares))
    chi2, ndf, chi2_p = chi2_weighted(n, w, s2)
    shares = [np.cumsum(a[:-1]) / a[:-1].sum() for a in (events, sums)]
    distance = np.abs(shares[0] - shares[1]).max()
    present = effective(sums[:-1], squares[:-1])
    size = events[:-1].sum() * present / (events[:-1].sum() + present)
    ks_p = stats.kstwobign.sf(np.sqrt(size) * distance)
    found = {
        "name": name, "edges": list(edges), "scale": scale,
        "data": [None if np.isnan(x) else x for x in data],
        "simulation": [None if np.isnan(x) else x for x in simulated],
        "weights": list(weights),
        "events": list(events), "sums": list(sums), "squares": list(squares),
        "groups": len(groups), "chi2": chi2, "ndf": ndf, "chi2_p": chi2_p,
        "distance": distance, "ks_p": ks_p, "p": min(1, 2 * min(chi2_p, ks_p)),
    }
    if np.all(weights == 1):
        found["ks_unbinned"] = stats.ks_2samp(data[~np.isnan(data)], simulated[~np.isnan(simulated)]).statistic
    return found


def rounded(values):
    """As float32, which is what columns hold."""
    return np.float32(values).astype(np.float64)


def weights_of(size, negative):
    return np.where(random.random(size) < negative, -1, 1) * random.lognormal(0, 0.5, size)


def absent(values, share):
    return np.where(random.random(len(values)) < share, np.nan, values)


def tables():
    linear = np.linspace(-3, 3, 241)
    logarithmic = 10 ** np.linspace(0, 3, 241)
    whole = np.arange(-0.5, 8.5)
    yield case("same shape", rounded(random.normal(size=700)), rounded(random.normal(size=1500)), weights_of(1500, 0.05), linear, "linear")
    yield case("shifted", rounded(random.normal(0.2, size=700)), rounded(random.normal(size=1500)), weights_of(1500, 0), linear, "linear")
    yield case("long tail, absent in some", absent(rounded(random.lognormal(3, 1, 600)), 0.3), absent(rounded(random.lognormal(3, 1, 1200)), 0.35), weights_of(1200, 0.1), logarithmic, "log10")
    yield case("whole numbers", rounded(random.poisson(1.4, 500)), rounded(random.poisson(1.2, 900)), weights_of(900, 0.02), whole, "whole")
    yield case("without weights", rounded(random.normal(size=400)), rounded(random.normal(0.1, size=800)), np.ones(800), linear, "linear")
    yield case("heavy weights", rounded(random.normal(size=500)), rounded(random.normal(size=300)), random.pareto(1.5, 300) + 0.1, linear, "linear")


def holm(p):
    order = np.argsort(p, kind="stable")
    stepped = np.minimum(1, p[order] * (len(p) - np.arange(len(p))))
    adjusted = np.empty(len(p))
    adjusted[order] = np.maximum.accumulate(stepped)
    return adjusted


p_values = np.concatenate([random.random(20), random.random(5) * 1e-4, [0.0, 1.0, 0.01, 0.01]])
intervals = [
    {
        "events": n,
        "low": stats.chi2.ppf(stats.norm.cdf(-1), 2 * n) / 2 if n else 0.0,
        "high": stats.chi2.ppf(stats.norm.cdf(1), 2 * n + 2) / 2,
    }
    for n in [0, 1, 2, 3, 5, 10, 40, 100, 1000, 100000]
]
with open(sys.argv[1], "w") as file:
    content = {
        "cases": list(tables()),
        "holm": {"p": list(p_values), "adjusted": list(holm(p_values))},
        "poisson": intervals,
    }
    file.write(json.dumps(content) + "\n")
