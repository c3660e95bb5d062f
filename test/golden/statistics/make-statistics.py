"""Golden values of weighted ROC, AUC within bins, efficiencies, quantiles and means.

usage: python make-statistics.py statistics.json      (numpy 2.4.6, scikit-learn 1.9.1)

Without negative weights the AUC is scikit-learn's. With them the reference is written here in numpy, from the
definition and not from the TypeScript: the cumulative share of each sample at every distinct score of both,
clipped, replaced by the mean of its running maximum and reversed running minimum, and integrated.
"""

import json
import sys

import numpy as np
from sklearn.metrics import roc_auc_score

random = np.random.default_rng(20261122)
LEVELS = [0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95, 0.98, 0.99]


def share_at(thresholds, scores, weights):
    raw = np.array([weights[scores >= t].sum() for t in thresholds]) / weights.sum()
    raw = np.clip(raw, 0, 1)
    return (np.maximum.accumulate(raw) + np.minimum.accumulate(raw[::-1])[::-1]) / 2


def curve(signal, background):
    thresholds = np.unique(np.concatenate([signal["scores"], background["scores"]]))[::-1]
    x = share_at(thresholds, background["scores"], background["weights"])
    y = share_at(thresholds, signal["scores"], signal["weights"])
    return np.concatenate([[0], x]), np.concatenate([[0], y])


def efficiency(x, y, share):
    below = np.flatnonzero(x <= share)[-1]
    if below == len(x) - 1:
        return y[-1]
    return y[below] + (share - x[below]) / (x[below + 1] - x[below]) * (y[below + 1] - y[below])


def edges_of(background):
    energy, weights = background["energy"], background["weights"]
    edges = np.unique(np.quantile(energy, LEVELS, method="inverted_cdf", weights=np.abs(weights)))
    bounds = [-np.inf, *edges, np.inf]
    kept, total = [], np.zeros(0)
    for low, high in reversed(list(zip(bounds[:-1], bounds[1:]))):
        total = np.concatenate([total, weights[(energy > low) & (energy <= high)]])
        full = total.sum() > 0 and total.sum() ** 2 / (total**2).sum() >= 50
        if low == -np.inf:
            if not full:
                kept.pop()
        elif full:
            kept.append(low)
            total = np.zeros(0)
    return kept[::-1]


def written(sample):
    # Six decimals give back every float32 and weight here.
    return {name: [round(float(value), 6) for value in values] for name, values in sample.items()}


def take(sample, chosen):
    return {name: values[chosen] for name, values in sample.items()}


def within(signal, background, edges):
    bounds = [-np.inf, *edges, np.inf]
    total = area = 0.0
    for low, high in zip(bounds[:-1], bounds[1:]):
        s, b = (take(x, (x["energy"] > low) & (x["energy"] <= high)) for x in (signal, background))
        if s["weights"].sum() > 0:
            total += s["weights"].sum()
            area += s["weights"].sum() * np.trapezoid(*curve(s, b)[::-1])
    return area / total


def sample(rows, shift, negative, decimals):
    energy = np.round(random.exponential(100 + 60 * shift, rows), decimals).astype(np.float32)
    scores = np.round(0.005 * energy + random.normal(shift, 1, rows), decimals).astype(np.float32)
    weights = np.round(random.gamma(2, 0.5, rows) + 1e-5, 5)
    weights[random.random(rows) < negative] *= -1
    return {"scores": scores, "weights": weights, "energy": energy}


cases = []
for name, background_rows, signal_rows, negative, decimals in [
    ("positive weights", 1500, 200, 0.0, 4),
    ("positive weights with many ties", 900, 150, 0.0, 1),
    ("a tenth of the weights negative", 1600, 250, 0.1, 3),
    ("a third of the weights negative, with ties", 1200, 120, 0.33, 1),
]:
    background = sample(background_rows, 0, negative, decimals)
    signal = sample(signal_rows, 1, negative, decimals)
    x, y = curve(signal, background)
    area = np.trapezoid(y, x)
    if negative == 0:
        labels = np.repeat([1, 0], [signal_rows, background_rows])
        columns = {n: np.concatenate([signal[n], background[n]]) for n in signal}
        theirs = roc_auc_score(labels, columns["scores"], sample_weight=columns["weights"])
        assert abs(theirs - area) < 1e-12
        area = theirs
    edges = edges_of(background)
    absolute = np.abs(background["weights"])
    levels = [0, 0.001, *LEVELS, 0.999, 1]
    cases.append(
        {
            "name": name,
            "background": written(background),
            "signal": written(signal),
            "auc": area,
            "efficiency": {str(e): efficiency(x, y, e) for e in (0.1, 0.01, 0.001)},
            "rejection": {str(e): 1 / efficiency(y, x, e) for e in (0.2, 0.5, 0.8)},
            "edges": [float(edge) for edge in edges],
            "auc_within_bins": within(signal, background, edges),
            "levels": levels,
            "quantiles": np.quantile(
                background["scores"], levels, method="inverted_cdf", weights=absolute
            ).tolist(),
            "mean": np.average(background["scores"].astype(np.float64), weights=absolute),
        }
    )

with open(sys.argv[1], "w") as out:
    text = json.dumps({"cases": cases}, separators=(",", ":"), default=float)
    out.write(text + "\n")
