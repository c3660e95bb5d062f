"""Golden values of significances, intervals, distributions and comparisons of weighted samples.

usage: python make-comparisons.py comparisons.json
(ROOT 6.40.00, scipy 1.17.1, numpy 2.4.6, mpmath 1.4.1, pyhf 0.7.6)

Significances: the published formulas in 60 digits (mpmath); two of them checked here against pyhf's test statistic q0
of the Asimov data. Distributions: scipy. Intervals: scipy's beta distribution. Chi-square: ROOT's
TH1::Chi2Test. Kolmogorov: scipy's ks_2samp for unit weights, for others the
weighted shares written out in numpy; binned ROOT's TH1::KolmogorovTest.
"""

import json
import sys

import mpmath as mp
import numpy as np
import pyhf
import ROOT
from scipy import special, stats

random = np.random.default_rng(20261127)
mp.mp.dps = 60
ONE_SIGMA = float(special.erf(1 / np.sqrt(2)))
ROOT.gErrorIgnoreLevel = ROOT.kError
ROOT.TH1.AddDirectory(False)


def asimov(s, b):
    s, b = mp.mpf(s), mp.mpf(b)
    return mp.sqrt(2 * ((s + b) * mp.log(1 + s / b) - s))


def with_error(s, b, sigma):
    s, b, v = mp.mpf(s), mp.mpf(b), mp.mpf(sigma) ** 2
    first = (s + b) * mp.log((s + b) * (b + v) / (b * b + (s + b) * v))
    return mp.sqrt(2 * (first - b * b / v * mp.log(1 + v * s / (b * (b + v)))))


def q0(s, b, sigma):
    model = pyhf.simplemodels.uncorrelated_background([s], [b], [sigma])
    data = [s + b, *model.config.auxdata]
    return float(pyhf.infer.test_statistics.q0(0.0, data, model, [1.0, 1.0], [(0, 10), (1e-10, 10)], [False, False]))


def significances():
    pairs = [(10.0, 100.0), (3.0, 0.5), (1e-3, 1e6), (1e-9, 2.0), (50.0, 1e-3), (1e4, 10.0), (0.25, 2.5), (0.0, 3.0)]
    pairs += [(float(10 ** random.uniform(-6, 4)), float(10 ** random.uniform(-3, 6))) for _ in range(60)]
    found = []
    for s, b in pairs:
        for relative in (1e-6, 0.01, 0.2, 1.0, 30.0):
            sigma = relative * b
            found.append([s, b, sigma, s / np.sqrt(b), asimov(s, b), with_error(s, b, sigma)])
    for s, b, sigma in ((10.0, 100.0, 10.0), (3.0, 5.0, 1.0)):
        assert abs(np.sqrt(q0(s, b, sigma)) - with_error(s, b, sigma)) < 2e-3
    return found


def distributions():
    found = {"chi2": [], "beta": [], "normal": [], "kolmogorov": []}
    for _ in range(60):
        k = int(10 ** random.uniform(0, 3))
        x = max(0.0, float(k + random.normal() * 3 * np.sqrt(2 * k)))
        found["chi2"].append([x, k, stats.chi2.sf(x, k)])
        a, b = (float(10 ** random.uniform(-0.5, 4.5)) for _ in range(2))
        p = float(random.choice([0.025, 0.158655, 0.5, 0.841345, 0.975]))
        found["beta"].append([p, a, b, special.betaincinv(a, b, p)])
        p = float(10 ** random.uniform(-16, -0.01))
        found["normal"].append([p, stats.norm.isf(p)])
        x = float(random.uniform(0, 4))
        found["kolmogorov"].append([x, special.kolmogorov(x)])
    return found


def intervals():
    found = []
    for k, n in ((0, 10), (10, 10), (3, 10), (1, 1000), (999, 1000), (37.5, 80.25), (5000, 100000)):
        for level in (ONE_SIGMA, 0.95):
            tail = (1 - level) / 2
            low = 0 if k == 0 else stats.beta.ppf(tail, k, n - k + 1)
            high = 1 if k == n else stats.beta.ppf(1 - tail, k + 1, n - k)
            found.append([k, n, level, low, high])
    return found


def weighted_intervals():
    found = []
    for _ in range(12):
        passed, failed = (random.exponential(1, random.integers(3, 200)) for _ in range(2))
        both = np.concatenate([passed, failed])
        share = passed.sum() / both.sum()
        n = both.sum() ** 2 / (both**2).sum()
        tail = (1 - ONE_SIGMA) / 2
        found.append(
            {
                "passed": passed.sum(),
                "total": both.sum(),
                "square": (both**2).sum(),
                "low": stats.beta.ppf(tail, share * n, n - share * n + 1),
                "high": stats.beta.ppf(1 - tail, share * n + 1, n - share * n),
            }
        )
    return found


def histogram(values, weights, edges):
    hist = ROOT.TH1D("", "", len(edges) - 1, edges)
    hist.Sumw2()
    hist.FillN(len(values), values, weights)
    return hist


def comparisons():
    edges = np.array([0, 1, 2, 3, 4, 6, 8, 12], np.float64)
    found = []
    ones = lambda rows: np.ones(rows)
    signed = lambda rows: random.normal(0.7, 0.5, rows)
    steep = lambda rows: random.exponential(3, rows)
    for name, kind, rows, other, weights in (
        ("data and simulation, of one shape", "data-weighted", 800, 3.0, lambda r: random.exponential(1, r)),
        ("data and simulation, signed", "data-weighted", 500, 3.3, signed),
        ("data and simulation, unlike", "data-weighted", 800, 4.5, lambda r: random.exponential(0.1, r)),
        ("few data", "data-weighted", 30, 3.0, lambda r: random.exponential(1, r)),
        ("simulation and simulation", "weighted", 700, 3.1, signed),
        ("data and data", "data", 900, 3.1, ones),
    ):
        first = {"values": steep(rows), "weights": signed(rows) if kind == "weighted" else ones(rows)}
        second = {"values": random.exponential(other, 2000), "weights": weights(2000)}
        hists = [histogram(s["values"], s["weights"], edges) for s in (first, second)]
        options = {"data-weighted": "UW", "weighted": "WW", "data": "UU"}[kind]
        result = {"name": name, "kind": kind, "edges": edges.tolist()}
        for label, hist in zip(("first", "second"), hists):
            places = range(len(edges) + 1)
            result[label] = {
                "sums": [hist.GetBinContent(i) for i in places],
                "squares": [hist.GetBinError(i) ** 2 for i in places],
            }
        for label, flow in (("inside", ""), ("flow", " UF OF")):
            chi2 = hists[0].Chi2Test(hists[1], options + flow + " CHI2")
            per = hists[0].Chi2Test(hists[1], options + flow + " CHI2/NDF")
            p = hists[0].Chi2Test(hists[1], options + flow)
            result[label] = {"chi2": chi2, "ndf": round(chi2 / per), "p": p}
        result["kolmogorov"] = {
            "distance": hists[0].KolmogorovTest(hists[1], "UOM"),
            "p": hists[0].KolmogorovTest(hists[1], "UO"),
        }
        found.append(result)
    return found


def share_below(values, weights, at):
    return np.array([weights[values <= x].sum() for x in at]) / weights.sum()


def unbinned():
    found = []
    for name, rows, shift, weight in (
        ("unit weights", (300, 500), 0.1, lambda r: np.ones(r)),
        ("unit weights, ties", (300, 200), 0.0, lambda r: np.ones(r)),
        ("unit weights, far apart", (50, 60), 9.0, lambda r: np.ones(r)),
        ("weighted", (300, 400), 0.3, lambda r: random.exponential(1, r)),
        ("signed", (400, 300), 0.2, lambda r: random.normal(1, 0.8, r)),
    ):
        first, second = (
            {"values": random.normal(move, 1, r).astype(np.float32), "weights": weight(r)}
            for r, move in zip(rows, (0, shift))
        )
        if "ties" in name:
            for sample in (first, second):
                sample["values"] = np.round(sample["values"] * 2).astype(np.float32)
        at = np.unique(np.concatenate([first["values"], second["values"]]))
        gap = np.abs(share_below(**first, at=at) - share_below(**second, at=at)).max()
        sizes = [s["weights"].sum() ** 2 / (s["weights"] ** 2).sum() for s in (first, second)]
        p = special.kolmogorov(np.sqrt(sizes[0] * sizes[1] / sum(sizes)) * gap)
        exact = None
        if "unit" in name:
            theirs = stats.ks_2samp(first["values"], second["values"], method="exact")
            assert abs(theirs.statistic - gap) < 1e-12
            exact = theirs.pvalue
        found.append(
            {
                "name": name,
                "first": {key: column.tolist() for key, column in first.items()},
                "second": {key: column.tolist() for key, column in second.items()},
                "distance": gap,
                "p": p,
                "exact_p": exact,
            }
        )
    return found


def bootstrap_intervals():
    replicas = random.beta(20, 6, 201)
    return {
        "replicas": replicas.tolist(),
        "intervals": [
            [level, *np.quantile(replicas, [(1 - level) / 2, 1 - (1 - level) / 2])] for level in (ONE_SIGMA, 0.9)
        ],
    }


golden = {
    "significances": significances(),
    "distributions": distributions(),
    "intervals": intervals(),
    "weighted_intervals": weighted_intervals(),
    "comparisons": comparisons(),
    "unbinned": unbinned(),
    "bootstrap": bootstrap_intervals(),
}
with open(sys.argv[1], "w") as out:
    out.write(json.dumps(golden, separators=(",", ":"), default=float) + "\n")
