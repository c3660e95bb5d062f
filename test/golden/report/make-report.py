"""Golden numbers of the report's search sections, by numpy, scikit-learn, mpmath and pyhf.

python make-report.py [FOLDER], with numpy, pyarrow, scikit-learn, mpmath, jsonschema and pyhf 0.7.6, writes beside itself:
signed.parquet and positive.parquet, score tables made here (the second with abs(weight)), and report.json, what
regions, yields, significances, areas, rejections, workspaces and upper limits have to be.

FOLDER: a report's workspaces/, whose files are read by pyhf too, with an upper limit of each.
"""

import json
import math
import pathlib
import sys

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pyhf
from mpmath import log, mp, mpf, sqrt
from sklearn.metrics import roc_auc_score

mp.dps = 40
here = pathlib.Path(__file__).parent
steps, shares, relative = [1, 2, 3], [0.1, 0.01], 0.2
train_fraction, luminosity, data_luminosity = 0.8, 10.0, 0.5
scale = 1 / (1 - train_fraction)


def make():
    random = np.random.default_rng(6)
    parts = []

    def add(sample, kind, split, rows, middle, met_scale, weight, negative=0.0):
        error = np.exp(random.normal(middle, 1.0, rows)).astype(np.float32)
        # Ties, within a sample and between samples.
        error = (np.round(error * 200) / 200 + 0.005).astype(np.float32)
        met = random.exponential(met_scale, rows).astype(np.float32)
        # Values on edges of bins.
        met[: rows // 20] = np.round(met[: rows // 20] / 5) * 5
        three = random.random(rows) < 0.3
        w = weight * random.uniform(0.5, 1.5, rows)
        w[random.random(rows) < negative] *= -1
        parts.append(
            {
                "sample": [sample] * rows,
                "kind": [kind] * rows,
                "split": [split] * rows,
                "weight": w if kind != "data" else np.ones(rows),
                "met": met,
                "mll": random.exponential(90, rows).astype(np.float32),
                "mlll": [float(x) if t else None for x, t in zip(random.exponential(150, rows).astype(np.float32), three)],
                "ht": (random.exponential(3 * met_scale, rows)).astype(np.float32),
                "n_jets": random.poisson(2, rows).astype(np.int16),
                "error": error,
                "knn": random.normal(middle, 1.0, rows).astype(np.float32),
            }
        )

    add("zjets", "background", "test", 900, -3.0, 20, 3.0, 0.1)
    add("zjets", "background", "train", 300, 1.0, 90, 3.0)
    add("top", "background", "test", 400, -2.2, 60, 0.8, 0.15)
    # So few and so negative that its yield is below 0.
    add("rare", "background", "test", 30, -2.5, 40, 0.05, 0.9)
    add("heavy", "signal", "none", 300, -0.8, 150, 0.1)
    add("soft", "signal", "none", 250, -2.5, 30, 2.0, 0.2)
    add("broken", "signal", "none", 60, 0.0, 100, 50.0)
    add("data", "data", "none", 700, -2.8, 25, 1.0)
    schema = pa.schema(
        [("sample", pa.string()), ("kind", pa.string()), ("split", pa.string()), ("weight", pa.float64())]
        + [(name, pa.float32()) for name in ["met", "mll", "mlll", "ht"]]
        + [("n_jets", pa.int16()), ("error", pa.float32()), ("knn", pa.float32())]
    )
    columns = {f.name: np.concatenate([np.asarray(p[f.name], dtype=object) for p in parts]) for f in schema}
    order = random.permutation(len(columns["sample"]))
    return pa.table({n: pa.array([c[i] for i in order]) if n in ("sample", "kind", "split") else pa.array([c[i] for i in order], type=schema.field(n).type) for n, c in columns.items()}, schema=schema)


class Events:
    def __init__(self, table):
        self.columns = {n: np.array(table[n].to_pylist()) if n in ("sample", "kind", "split") else table[n].to_numpy() for n in table.column_names}
        c = self.columns
        self.background = (c["kind"] == "background") & (c["split"] == "test")
        self.w = np.where(c["kind"] == "background", c["weight"] * scale, c["weight"])

    def of(self, sample):
        c = self.columns
        return (c["sample"] == sample) & ((c["kind"] != "background") | (c["split"] == "test"))


def quantile(values, weights, level):
    order = np.argsort(values, kind="stable")
    cumulated = np.cumsum(weights[order])
    return float(values[order][np.searchsorted(cumulated, level * cumulated[-1] * (1 - 1e-13))])


def yield_of(weights):
    return {"value": math.fsum(weights), "error": math.sqrt(math.fsum(weights**2)), "rows": len(weights)}


def forms(s, b, sigma):
    if b <= 0 or s < 0:
        return None
    s, b, v = mpf(s), mpf(b), mpf(sigma) ** 2
    known = sqrt(2 * ((s + b) * log(1 + s / b) - s))
    unsure = sqrt(2 * ((s + b) * log((s + b) * (b + v) / (b * b + (s + b) * v)) - b * b / v * log(1 + v * s / (b * (b + v)))))
    return [float(s / sqrt(b)), float(known), float(unsure)]


def same_background(values, w, signal, background, wanted, width, top):
    """The highest cut that keeps a background, linear within bins; places from the top: overflow, then bins."""
    edges = np.arange(0, top + width / 2, width)
    # numpy's last bin has its upper edge, ours has not.
    edges_open = np.append(edges, np.inf)
    content = lambda mask, weights: np.concatenate([[0], np.cumsum(np.histogram(values[mask], edges_open, weights=weights[mask])[0][::-1])])
    s, b, q = content(signal, w), content(background, w), content(background, w**2)
    at = int(np.argmax(b >= wanted)) if (b >= wanted).any() else None
    if at is None:
        return None
    part = (wanted - b[at - 1]) / (b[at] - b[at - 1])
    between = lambda sums: sums[at - 1] + part * (sums[at] - sums[at - 1])
    return {"signal": float(between(s)), "square": float(between(q))}


def hull(scores, weights, thresholds):
    """Share of the weight at or above each threshold, clipped and made monotone (lib/statistics/tail-curve.ts)."""
    raw = np.array([math.fsum(weights[scores >= t]) for t in thresholds]) / math.fsum(weights)
    clipped = np.clip(raw, 0, 1)
    clipped[-1] = 1
    return (np.maximum.accumulate(clipped) + np.minimum.accumulate(clipped[::-1])[::-1]) / 2


def roc(scores, w, signal, background):
    thresholds = np.unique(scores[signal | background])[::-1]
    y = np.concatenate([[0], hull(scores[signal], w[signal], thresholds)])
    x = np.concatenate([[0], hull(scores[background], w[background], thresholds)])
    return x, y


def area_error(scores, w, signal, background):
    s, b, ws, wb = scores[signal], scores[background], w[signal], w[background]
    wins = (s[:, None] > b[None, :]) + 0.5 * (s[:, None] == b[None, :])
    area = ws @ wins @ wb / (ws.sum() * wb.sum())
    of_signal = ws * (wins @ wb / wb.sum() - area) / ws.sum()
    of_background = wb * (ws @ wins / ws.sum() - area) / wb.sum()
    return float(math.sqrt((of_signal**2).sum() + (of_background**2).sum()))


def rejection(x, y, share):
    """The larger background share where the curve is at `share` of the signal."""
    above = int(np.argmax(y > share))
    part = (share - y[above - 1]) / (y[above] - y[above - 1])
    kept = x[above - 1] + part * (x[above] - x[above - 1])
    return float(1 / kept) if kept > 0 else None


def workspace(events, regions, signal):
    c, w = events.columns, events.w
    by_share = sorted((r for r in regions if r["id"].startswith("background")), key=lambda r: r["threshold"])
    factor = data_luminosity / luminosity
    channels, observations = [], []
    for i, region in enumerate(by_share):
        inside = c["error"] > region["threshold"]
        name = "sr_" + region["id"].removeprefix("background-")
        if i + 1 < len(by_share):
            inside &= ~(c["error"] > by_share[i + 1]["threshold"])
            name += "_to_" + by_share[i + 1]["id"].removeprefix("background-")
        of = lambda sample: w[events.of(sample) & inside] * (factor if sample != "data" else 1)
        samples = [{"name": signal, "data": [max(1e-6, math.fsum(of(signal)))], "modifiers": [{"name": "mu", "type": "normfactor", "data": None}]}]
        for process in ["zjets", "top", "rare"]:
            weights = of(process)
            samples.append(
                {
                    "name": process,
                    "data": [max(1e-6, math.fsum(weights))],
                    "modifiers": [
                        {"name": "staterror_" + name, "type": "staterror", "data": [math.sqrt(math.fsum(weights**2))]},
                        {"name": "background_uncertainty", "type": "normsys", "data": {"hi": 1 + relative, "lo": 1 - relative}},
                    ],
                }
            )
        channels.append({"name": name, "samples": samples})
        observations.append({"name": name, "data": [float(len(of("data")))]})
    top = max(10, 10 ** math.ceil(math.log10(2000 / math.fsum(c["samples"][0]["data"][0] for c in channels))))
    return {"channels": channels, "observations": observations, "measurements": [{"name": signal, "config": {"poi": "mu", "parameters": [{"name": "mu", "inits": [1], "bounds": [[0, top]]}]}}], "version": "1.0.0"}


def upper_limit(spec):
    """95 % CLs upper limit on mu, observed and the expected median."""
    found = pyhf.Workspace(spec)
    model = found.model()
    data = found.data(model)
    observed, expected = pyhf.infer.intervals.upper_limits.upper_limit(data, model)
    return {"observed": float(observed), "expected": float(expected[2])}


def golden(signed, positive):
    c, w = signed.columns, signed.w
    median = quantile(c["error"][signed.background], np.abs(w[signed.background]), 0.5)
    regions = [{"id": f"median-{i}", "threshold": median * (1 + i / 5)} for i in steps]
    regions += [{"id": f"background-{s:g}", "threshold": quantile(c["error"][signed.background], np.abs(w[signed.background]), 1 - s)} for s in shares]
    names = ["zjets", "top", "rare", "heavy", "soft", "data"]
    inside = {r["id"]: c["error"].astype(np.float64) > r["threshold"] for r in regions}
    yields = {n: {"all": yield_of(w[signed.of(n)]), **{r: yield_of(w[signed.of(n) & m]) for r, m in inside.items()}} for n in names}
    yields["all background"] = {"all": yield_of(w[signed.background]), **{r: yield_of(w[signed.background & m]) for r, m in inside.items()}}
    energy = c["ht"] + c["met"]
    significance = {}
    for signal in ["heavy", "soft"]:
        significance[signal] = {}
        for region, mask in inside.items():
            points = []
            for threshold in range(0, 160, 10):
                s_mask, b_mask = (m & mask & (c["met"] >= threshold) for m in (signed.of(signal), signed.background))
                s, b, stat = math.fsum(w[s_mask]), math.fsum(w[b_mask]), math.sqrt(math.fsum(w[b_mask] ** 2))
                if b_mask.sum() == 0:
                    break
                point = {"threshold": threshold, "signal": s, "background": b, "background_rows": int(b_mask.sum()), "forms": forms(s, b, math.hypot(relative * b, stat)) if s_mask.any() else None}
                for key, values, width, top in (("met_alone", c["met"], 5, 4000), ("ht_plus_met_alone", energy, 5, 10000)):
                    alone = same_background(values, w, signed.of(signal), signed.background, b, width, top) if b > 0 else None
                    point[key] = alone and {"signal": alone["signal"], "forms": forms(alone["signal"], b, math.hypot(relative * b, math.sqrt(alone["square"])))}
                points.append(point)
            significance[signal][region] = points
    separation = {}
    for name, events in (("signed", signed), ("positive", positive)):
        separation[name] = {}
        ec, ew = events.columns, events.w
        together = events.of("heavy") | events.of("soft")
        for label, mask in (("heavy", events.of("heavy")), ("soft", events.of("soft")), ("all signals together", together)):
            separation[name][label] = {}
            for score, values in (("error", ec["error"]), ("knn", ec["knn"]), ("met", ec["met"]), ("ht_plus_met", ec["ht"] + ec["met"])):
                x, y = roc(values, ew, mask, events.background)
                auc = float(np.trapezoid(y, x))
                if name == "positive":
                    both = mask | events.background
                    by_sklearn = roc_auc_score(mask[both], values[both], sample_weight=ew[both])
                    assert abs(auc - by_sklearn) < 1e-12
                    auc = float(by_sklearn)
                separation[name][label][score] = {"auc": auc, "error": area_error(values, ew, mask, events.background), "rejection": [rejection(x, y, s) for s in (0.2, 0.5, 0.8)]}
    workspaces = {s: workspace(signed, regions, s) for s in ["heavy", "soft"]}
    met_edges = np.append(np.arange(0, 4005, 5.0), np.inf)
    tight = signed.of("top") & inside["median-1"]
    return {
        "median": median,
        "regions": regions,
        "yields": yields,
        "met_of_top": {"sums": np.histogram(c["met"][tight], met_edges, weights=w[tight])[0][:40].tolist(), "squares": np.histogram(c["met"][tight], met_edges, weights=w[tight] ** 2)[0][:40].tolist()},
        "significance": significance,
        "separation": separation,
        "workspaces": workspaces,
        "upper_limits": {s: upper_limit(spec) for s, spec in workspaces.items()},
    }


def main():
    if len(sys.argv) > 1:
        for path in sorted(pathlib.Path(sys.argv[1]).glob("*.json")):
            print(path.name, upper_limit(json.loads(path.read_text())))
        return
    table = make()
    positive = table.set_column(3, "weight", pa.array(np.abs(table["weight"].to_numpy())))
    pq.write_table(table, here / "signed.parquet", compression="zstd")
    pq.write_table(positive, here / "positive.parquet", compression="zstd")
    (here / "report.json").write_text(json.dumps(golden(Events(table), Events(positive)), indent=1, allow_nan=False) + "\n")


main()
