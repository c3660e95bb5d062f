"""Writes the Parquet files that our reader is tested on, and beside each the same values as JSON.

usage: python make-pyarrow-tables.py FOLDER      (pyarrow 26.0.1, numpy 2.4.6)
"""

import json
import sys
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

folder = Path(sys.argv[1])
random = np.random.default_rng(20261122)
rows = 257
missing = random.random(rows) < 0.6
event = random.integers(-(2**62), 2**62, rows)
event[:4] = [2**53 + 1, -(2**53) - 1, 2**63 - 1, -(2**63)]
columns = {
    "event": pa.array(event, pa.int64()),
    "channel": pa.array(random.integers(0, 2**31 - 1, rows), pa.int32()),
    "n_jets": pa.array(random.integers(-3, 9, rows), pa.int16()),
    "error": pa.array(10 ** random.normal(0, 2, rows).astype(np.float32), pa.float32()),
    "weight": pa.array(random.normal(0, 1e-3, rows), pa.float64()),
    "mlll": pa.array(random.exponential(90, rows).astype(np.float32), pa.float32(), mask=missing),
    "sample": pa.array([["zee", "tt̄", "ww", ""][i] for i in random.integers(0, 4, rows)], pa.string()),
}
table = pa.table(columns)
styles = {
    "zstd-dictionary": dict(compression="zstd", row_group_size=100, data_page_version="1.0"),
    "snappy-v2": dict(compression="snappy", row_group_size=80, data_page_version="2.0"),
    "plain": dict(compression="none", use_dictionary=False, row_group_size=300),
    "split-delta": dict(
        compression="zstd",
        use_dictionary=False,
        column_encoding={
            "error": "BYTE_STREAM_SPLIT",
            "mlll": "BYTE_STREAM_SPLIT",
            "weight": "BYTE_STREAM_SPLIT",
            "event": "DELTA_BINARY_PACKED",
            "channel": "DELTA_BINARY_PACKED",
            "n_jets": "DELTA_BINARY_PACKED",
        },
    ),
}
for name, style in styles.items():
    pq.write_table(table, folder / f"pyarrow-{name}.parquet", **style)
values = {name: column.to_pylist() for name, column in columns.items()}
# JSON numbers lose what lies beyond 2^53.
values["event"] = [str(value) for value in values["event"]]
(folder / "pyarrow-tables.json").write_text(json.dumps(values, ensure_ascii=False, separators=(",", ":")) + "\n")
