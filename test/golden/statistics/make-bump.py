"""Golden values of the bump search.

usage: python make-bump.py bump.json      (numpy 2.4.6, scipy 1.17.1, iminuit 2.33.0, pyBumpHunter 0.5.1,
mpmath 1.4.1)

"gamma", "normal": logarithms of the incomplete gamma functions, in 60 digits and beside scipy, and of normal tails.
"fits": spectra drawn with numpy, the binned likelihood maximised by iminuit with each bin integrated on 20 points; the
covariance is the inverse of Fisher's information at the maximum. "scans": the definition over the fitted background,
which pyBumpHunter has to confirm. "needed": roots of the definition by scipy. "global": counts of toys from the
documented hash, written out here once more, through scipy's inverse Poisson distribution; each fitted by iminuit and
scanned from the definition. "intervals": Clopper and Pearson, by scipy.
"""

import json
import sys

import mpmath
import numpy as np
from iminuit import Minuit
from pyBumpHunter import BumpHunter1D
from scipy import optimize, special, stats

SCALE = 13000.0
random = np.random.default_rng(20261127)

FAMILIES = {
    "power": [lambda x: 1 + 0 * x, np.log],
    "dijet_short": [lambda x: 1 + 0 * x, lambda x: np.log(1 - x), np.log],
    "dijet": [lambda x: 1 + 0 * x, lambda x: np.log(1 - x), np.log, lambda x: np.log(x) ** 2],
}
POINTS, WEIGHTS = np.polynomial.legendre.leggauss(20)


class Model:
    def __init__(self, family, edges):
        low, width = edges[:-1, None], np.diff(edges)[:, None]
        x = (low + width * (1 + POINTS) / 2) / SCALE
        self.widths = width * WEIGHTS / 2
        columns = [f(x) for f in FAMILIES[family]]
        # Centred and scaled, and made independent by QR: only the way there, never the answer.
        flat = np.stack([c.ravel() for c in columns], axis=1)
        self.q, self.r = np.linalg.qr(flat)
        self.q *= np.sqrt(len(flat))
        self.r /= np.sqrt(len(flat))
        self.shape = x.shape

    def densities(self, theta):
        return self.widths * np.exp(np.clip(self.q @ theta, -600, 600)).reshape(self.shape)

    def means(self, theta):
        return self.densities(theta).sum(axis=1)

    def slopes(self, theta):
        density = self.densities(theta)
        return np.stack([(density * q.reshape(self.shape)).sum(axis=1) for q in self.q.T], axis=1)


def deviance(counts, means, scales):
    return 2 * np.sum((means - counts + special.xlogy(counts, counts / means)) / scales)


def fit(model, counts, scales, use):
    size = model.q.shape[1]

    def cost(theta):
        return deviance(counts[use], model.means(theta)[use], scales[use])

    def gradient(theta):
        means = model.means(theta)
        return 2 * ((1 - counts / means) / scales)[use] @ model.slopes(theta)[use]

    start = np.linalg.lstsq(
        model.q, np.repeat(np.log((counts + 0.5) / np.diff(np.cumsum(np.r_[0, model.widths.sum(axis=1)]))), 20), rcond=None
    )[0]
    minuit = Minuit(cost, start, grad=gradient)
    minuit.errordef = 1
    minuit.strategy = 2
    minuit.tol = 1e-7
    minuit.migrad(ncall=20000)
    # Newton's last steps, to machine precision.
    theta = np.array(minuit.values)
    for _ in range(20):
        means, slopes = model.means(theta)[use], model.slopes(theta)[use]
        information = (slopes / (means * scales[use])[:, None]).T @ slopes
        theta = theta - np.linalg.solve(information, gradient(theta) / 2)
    assert cost(theta) <= cost(np.array(minuit.values)) + 1e-9, "Minuit found a better minimum"
    assert np.isclose(cost(theta), minuit.fval, atol=1e-4), (cost(theta), minuit.fval)
    means, slopes = model.means(theta), model.slopes(theta)
    information = (slopes[use] / (means * scales)[use][:, None]).T @ slopes[use]
    covariance = np.linalg.inv(information)
    parameters = np.linalg.solve(model.r, theta)
    back = np.linalg.inv(model.r)
    assert size == len(parameters)
    return {
        "means": means,
        "deviance": cost(theta),
        "errors": np.sqrt(np.einsum("bi,ij,bj->b", slopes, covariance, slopes)),
        "parameters": parameters,
        "covariance": back @ covariance @ back.T,
    }


def chi2(counts, means, scales, use, parameters):
    groups, open_ = [], np.zeros(3)
    for n, m, s in zip(counts[use], means[use], scales[use]):
        open_ = open_ + [n, m, m * s]
        if open_[1] ** 2 >= 5 * open_[2]:
            groups.append(open_)
            open_ = np.zeros(3)
    groups[-1] = groups[-1] + open_
    value = sum((n - m) ** 2 / v for n, m, v in groups)
    ndf = len(groups) - parameters
    return {"chi2": value, "ndf": ndf, "pValue": stats.chi2.sf(value, ndf)}


def windows(counts, means, low, high, sidebands=False):
    """(log p, from, end, counted, background) of every window, by width and place."""
    for width in range(low, high + 1):
        for start in range(len(counts) - width + 1):
            n, b = counts[start : start + width].sum(), means[start : start + width].sum()
            if sidebands:
                b *= (counts.sum() - n) / (means.sum() - b)
            yield (np.log(special.gammainc(n, b)) if n > b else 0.0), start, start + width, n, b


def bump_hunter(counts, means, edges, low, high, sidebands):
    hunter = BumpHunter1D(
        rang=[edges[0], edges[-1]],
        bins=edges,
        width_min=low,
        width_max=high,
        width_step=1,
        scan_step=1,
        npe=1,
        nworker=1,
        use_sideband=sidebands,
        seed=1,
    )
    hunter.bump_scan(counts, means, is_hist=True, do_pseudo=False)
    found = list(windows(counts, means, low, high, sidebands))
    by_width = [min(w[0] for w in found if w[2] - w[1] == width) for width in range(low, high + 1)]
    # pyBumpHunter takes differences of running sums: fewer digits in the tail.
    assert np.allclose(by_width, [np.log(p.min()) for p in hunter.res_ar], rtol=1e-5, atol=1e-6)
    assert min(found)[1] == hunter.min_loc_ar[0] and np.ptp(min(found)[1:3]) == hunter.min_width_ar[0]
    return {
        "sidebands": sidebands,
        "minWidth": low,
        "maxWidth": high,
        "from": int(hunter.min_loc_ar[0]),
        "end": int(hunter.min_loc_ar[0] + hunter.min_width_ar[0]),
        "logP": min(found)[0],
        "byWidth": by_width,
    }


def add(h, word):
    z = (h ^ word) + np.uint64(0x9E3779B97F4A7C15)
    z = (z ^ (z >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    z = (z ^ (z >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return z ^ (z >> np.uint64(31))


def toy(seed, number, means):
    h = np.array([int.from_bytes(b"bumptoys", "big")], np.uint64)
    for word in (seed, number):
        h = add(h, np.uint64(word))
    h = add(h, np.arange(len(means), dtype=np.uint64))
    uniform = (h >> np.uint64(11)).astype(np.float64) / 2.0**53
    return stats.poisson.ppf(uniform, means)


def needed(means, template, z, events, low, high):
    """Least strength at which some window reaches both; in each window the significance grows with the strength."""
    best = np.inf
    for _, start, end, _, b in windows(means, means, low, high):
        s = template[start:end].sum()
        if s < 1e-6:
            continue
        significance = lambda k: stats.norm.isf(special.gammainc(b + k * s, b)) - z
        high_k = 1e-3 / s
        while significance(high_k) < 0:
            high_k *= 2
        root = optimize.brentq(significance, 0, high_k, xtol=1e-12 * high_k) if significance(1e-12 / s) < 0 else 0.0
        best = min(best, max(root, (events - b) / s))
    return best


def shape(edges, events, p2, p3, p4):
    x = (edges[:-1] + edges[1:]) / 2 / SCALE
    f = (1 - x) ** p2 * x ** (p3 + p4 * np.log(x)) * np.diff(edges)
    return f * events / f.sum()


def spectrum(name, bins, events, signal, weight):
    edges = 110 * (6000 / 110) ** (np.arange(bins + 1) / bins)
    edges[-1] = 6000
    means = shape(edges, events, 12.0, -4.0, -0.15)
    centres = (edges[:-1] + edges[1:]) / 2
    template = np.exp(-0.5 * ((centres - 900) / 60) ** 2)
    template /= template.sum()
    counts = random.poisson(means + signal * template).astype(float)
    variances = None
    if weight:
        # Weights of 0.2 and 1.4 in turn, a tenth of them negative.
        drawn = [random.choice([0.2, 1.4], int(n)) * random.choice([1, 1, 1, 1, 1, 1, 1, 1, 1, -1], int(n)) for n in counts]
        counts = np.array([d.sum() for d in drawn])
        variances = np.array([(d**2).sum() for d in drawn])
    return {"name": name, "edges": edges, "counts": counts, "variances": variances, "template": template}


def scales_of(case):
    counts, variances = case["counts"], case["variances"]
    if variances is None:
        return counts, np.ones_like(counts)
    scales = np.full_like(counts, variances.sum() / counts.sum())
    known = (counts > 0) & (variances > 0)
    scales[known] = variances[known] / counts[known]
    return np.clip(counts, 0, None), scales


def golden(case, family, left):
    counts, scales = scales_of(case)
    use = np.ones(len(counts), bool)
    if left is not None:
        use[left[0] : left[1]] = False
    model = Model(family, case["edges"])
    found = fit(model, counts, scales, use)
    result = {"family": family, "left": left, **found}
    result["goodness"] = chi2(counts, found["means"], scales, use, len(found["parameters"]))
    if case["variances"] is None:
        result["scans"] = [
            bump_hunter(counts, found["means"], case["edges"], 2, high, sidebands)
            for high in (5, 12)
            for sidebands in (False, True)
        ]
        result["needed"] = [
            {"z": 3, "events": 0, "strength": needed(found["means"], case["template"], 3, 0, 2, 8)},
            {"z": 5, "events": 3, "strength": needed(found["means"], case["template"], 5, 3, 2, 8)},
        ]
    return result


def global_test(case, family, toys, seed):
    counts, scales = scales_of(case)
    use = np.ones(len(counts), bool)
    model = Model(family, case["edges"])
    found = fit(model, counts, scales, use)
    observed = min(windows(counts, found["means"], 2, 8))[0]
    drawn = [toy(seed, number, found["means"]) for number in range(toys)]
    statistics = []
    for one in drawn:
        refitted = fit(model, one, np.ones_like(one), use)
        statistics.append(min(windows(one, refitted["means"], 2, 8))[0])
    return {
        "case": case["name"],
        "family": family,
        "seed": seed,
        "observed": observed,
        "counts": drawn[:3],
        "statistics": statistics,
        "beyond": sum(s <= observed for s in statistics),
    }


def lower_tail(a, x):
    """P(a, x) by its series in 60 digits."""
    a, x = mpmath.mpf(a), mpmath.mpf(x)
    term = total = mpmath.mpf(1)
    k = a + 1
    while term > total * mpmath.mpf(10) ** -50:
        term *= x / k
        total += term
        k += 1
    return total * mpmath.exp(a * mpmath.log(x) - x - mpmath.loggamma(a + 1))


def gamma():
    mpmath.mp.dps = 60
    cases = []
    for a in (0.03, 0.5, 1, 2.5, 7, 15.5, 16, 40, 300, 5000, 1e5, 1e6):
        near = a + np.sqrt(a) * np.linspace(-11, 11, 12)
        wide = a * np.geomspace(0.02, 8, 15) if a < 1000 else a * np.array([0.02, 0.5, 0.9])
        for x in np.concatenate([wide, near]):
            if x <= 0:
                continue
            p = lower_tail(a, x)
            q = 1 - p
            # scipy's series ends after 2000 terms, too early for the largest a.
            assert a > 5000 or p < 1e-290 or abs(special.gammainc(a, x) - p) <= 1e-9 * p, (a, x)
            cases.append([a, x, float(mpmath.log(p)), float(mpmath.log(q)) if q > 1e-40 else None])
            if q <= 1e-40 and a < 1000 and special.gammaincc(a, x) > 1e-290:
                cases[-1][3] = float(np.log(special.gammaincc(a, x)))
    return cases


def binomial(k, n, level):
    outside = (1 - level) / 2
    low = stats.beta.ppf(outside, k, n - k + 1) if k > 0 else 0.0
    high = stats.beta.isf(outside, k + 1, n - k) if k < n else 1.0
    return float(low), float(high)


def plain(value):
    if isinstance(value, np.ndarray):
        return plain(value.tolist())
    if isinstance(value, np.generic):
        return value.item()
    if isinstance(value, dict):
        return {k: plain(v) for k, v in value.items()}
    if isinstance(value, (list, tuple)):
        return [plain(v) for v in value]
    return value


cases = [
    spectrum("many events", 60, 200000, 0, False),
    spectrum("few thousand with a bump", 60, 4000, 40, False),
    spectrum("few hundred in few bins", 25, 400, 0, False),
    spectrum("weighted, some negative", 40, 20000, 0, True),
]
families = ["power", "dijet_short", "dijet"]
result = {
    "gamma": gamma(),
    "intervals": [
        [k, n, level, *binomial(k, n, level)]
        for k, n in ((0, 1), (1, 1), (0, 1000), (1, 1000), (3, 7), (16, 1000), (500, 1000), (999, 1000), (1000, 1000), (7, 10**7))
        for level in (0.6826894921370859, 0.95)
    ],
    "normal": [[z, float(stats.norm.logsf(z))] for z in (-8, -2.5, -0.3, 0, 0.1, 1, 3, 8, 20, 37, 150)],
    "cases": [
        {**case, "fits": [golden(case, family, None) for family in families]}
        | ({"fits": [golden(case, f, left) for f in families for left in (None, [24, 34])]} if "bump" in case["name"] else {})
        for case in cases
    ],
    "global": global_test(cases[2], "dijet_short", 150, 11),
}
with open(sys.argv[1], "w") as out:
    out.write(json.dumps(plain(result), indent=None, separators=(",", ":")) + "\n")
