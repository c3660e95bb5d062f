"""Golden values for exported models: what Python's onnxruntime makes of raw features with their model.onnx.

usage: python make_model_onnx.py FEATURES.parquet model-onnx.json

FEATURES is what `rmmstream features --input samples/mc/ttbar.root` wrote. model-ae.zip and model-vae.zip beside this
script are models of runs over the shipped zee and ttbar (4 epochs, 2 megasets, batch 256, stacked networks): 12-6-12
with standard scaling, and 12-(4,4)-12 with a gaussian layer, a sigmoid and min-max scaling.
"""

import json
import pathlib
import sys
import zipfile

import onnxruntime
import pyarrow.parquet

from check_model_onnx import dense, names

here = pathlib.Path(__file__).parent
# Some rows of the table, few objects and many.
table = pyarrow.parquet.read_table(sys.argv[1]).slice(0, 1600).take(list(range(0, 1600, 40)))

models = {}
for name in ["model-ae", "model-vae"]:
    with zipfile.ZipFile(here / f"{name}.zip") as archive:
        session = onnxruntime.InferenceSession(archive.read("model/model.onnx"))
    columns = json.loads(session.get_modelmeta().custom_metadata_map["feature_names"])
    found = session.run(names, {"features": dense(table, columns)})
    models[name] = {score: [float(value) for value in values] for score, values in zip(names, found)}

golden = {
    "onnxruntime": onnxruntime.__version__,
    "columns": len(columns),
    "rows": [
        {"cells": row["cells"], "values": row["values"]} for row in table.select(["cells", "values"]).to_pylist()
    ],
    "models": models,
}
pathlib.Path(sys.argv[2]).write_text(json.dumps(golden) + "\n")
