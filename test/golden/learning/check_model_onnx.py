"""Compares model.onnx, run by Python's onnxruntime on raw features, with the score files of a run.

Usage: check_model_onnx.py RUN FEATURES
RUN is the output directory of a run, FEATURES a folder with SAMPLE.parquet for some of its samples, each written by
`rmmstream features --config CONFIG --input FILES --output SAMPLE.parquet` from the sample's files in their order.
Prints the largest relative difference of each score over all rows; ends with 1 where one is above 1e-5.
"""

import json
import pathlib
import sys

import numpy
import onnxruntime
import pyarrow
import pyarrow.compute
import pyarrow.parquet

names = ["error", "error_normalised", "error_abs"]


def dense(table: pyarrow.Table, columns: list[str]) -> numpy.ndarray:
    """Rows x columns, float32, from a table of `rmmstream features`."""
    if "cells" not in table.column_names:
        return numpy.stack([table[name].to_numpy() for name in columns], axis=1).astype(numpy.float32)
    table = table.combine_chunks()
    cells, values = table["cells"].chunk(0), table["values"].chunk(0)
    found = numpy.zeros((table.num_rows, len(columns)), numpy.float32)
    rows = numpy.repeat(numpy.arange(table.num_rows), cells.value_lengths())
    found[rows, cells.flatten()] = values.flatten()
    return found


def main(run: pathlib.Path, folder: pathlib.Path) -> int:
    session = onnxruntime.InferenceSession(run / "model" / "model.onnx")
    columns = json.loads(session.get_modelmeta().custom_metadata_map["feature_names"])
    scores = pyarrow.concat_tables(pyarrow.parquet.read_table(path) for path in sorted((run / "scores").glob("*.parquet")))
    largest = dict.fromkeys(names, 0.0)
    rows = 0
    for path in sorted(folder.glob("*.parquet")):
        table = pyarrow.parquet.read_table(path)
        ours = scores.filter(pyarrow.compute.equal(scores["sample"], path.stem))
        if not numpy.array_equal(ours["event_number"].to_numpy(), table["event_number"].to_numpy()):
            raise SystemExit(f"{path}: its events are not those of the score files")
        features = dense(table, columns)
        for start in range(0, len(features), 8192):
            found = session.run(names, {"features": features[start : start + 8192]})
            for name, values in zip(names, found):
                expected = ours[name].to_numpy()[start : start + 8192]
                difference = numpy.abs(values - expected) / numpy.abs(expected)
                largest[name] = max(largest[name], float(numpy.max(numpy.nan_to_num(difference, nan=numpy.inf))))
        rows += len(features)
    print(json.dumps({"rows": rows, "largest_relative_difference": largest, "onnxruntime": onnxruntime.__version__}))
    return 1 if max(largest.values()) > 1e-5 else 0


if __name__ == "__main__":
    sys.exit(main(pathlib.Path(sys.argv[1]), pathlib.Path(sys.argv[2])))
