"""Golden values for what each cell adds to a score, with numpy in float64 from the weights of a model.

usage: python make_cells.py cells.json

Rows of features are those of model-onnx.json; models are model-ae.zip and model-vae.zip beside this script. The mean over
the rows is weighted; of every row only its first cells are kept, to see that rows are not mixed up.
"""

import json
import pathlib
import sys
import zipfile

import numpy as np

here = pathlib.Path(__file__).parent
golden = json.loads((here / "model-onnx.json").read_text())
features = np.zeros((len(golden["rows"]), golden["columns"]))
for row, stored in enumerate(golden["rows"]):
    features[row, stored["cells"]] = np.asarray(stored["values"], dtype=np.float32)
weights = 0.25 + np.arange(len(features)) % 7

activations = {
    "linear": lambda x, _: x,
    "tanh": lambda x, _: np.tanh(x),
    "relu": lambda x, _: np.maximum(x, 0),
    "sigmoid": lambda x, _: 1 / (1 + np.exp(-x)),
    "leakyrelu": lambda x, slope: np.where(x > 0, x, slope * x),
}


def apply(activation, x):
    return activations[activation["type"]](x, activation.get("slope"))


def reconstruct(network, raw, x):
    tensors = []
    for tensor in network["weights"]["tensors"]:
        size = int(np.prod(tensor["dims"]))
        values = np.frombuffer(raw, "<f4", size, tensor["offset"]).reshape(tensor["dims"])
        tensors.append(values.astype(np.float64))
    x = apply(network["input_activation"], x)
    for index, layer in enumerate(network["layers"]):
        kernel, bias = tensors[2 * index], tensors[2 * index + 1]
        if layer.get("kind") == "gaussian":
            # The mean stands before the logarithm of the variance; scores take z = mean.
            kernel, bias = kernel[:, : layer["units"]], bias[: layer["units"]]
        x = apply(layer["activation"], x @ kernel + bias)
    return x


def contributions(archive):
    read = lambda name: archive.read(f"model/{name}")
    scaler = json.loads(read("scaler.json"))
    usual = json.loads(read("usual_errors.json"))
    trained = np.asarray(scaler["trained"])
    x = (features - np.asarray(scaler["center"])) / np.asarray(scaler["divisor"])
    difference = x.copy()  # What goes around the network differs from its usual value, 0 after scaling.
    difference[:, trained] -= reconstruct(json.loads(read("network.json")), read("weights.bin"), x[:, trained])
    n = features.shape[1]
    divisor = np.ones(n)
    floor = max(usual["floor_fraction"] * np.median(usual["usual"]), 1e-30)
    divisor[trained] = np.maximum(usual["usual"], floor)
    return {
        "error": difference**2 / n,
        "error_normalised": difference**2 / divisor / n,
        "error_abs": np.abs(difference) / n,
    }


models = {}
for name in ["model-ae", "model-vae"]:
    with zipfile.ZipFile(here / f"{name}.zip") as archive:
        found = contributions(archive)
    models[name] = {
        score: {
            "mean": [float(value) for value in np.average(cells, axis=0, weights=weights)],
            "first_cells": [[float(value) for value in row[:6]] for row in cells],
        }
        for score, cells in found.items()
    }
pathlib.Path(sys.argv[1]).write_text(
    json.dumps({"numpy": np.__version__, "weights": [float(w) for w in weights], "models": models}) + "\n"
)
