"""Writes the same score table with pyarrow and, through node, with rmmstream and hyparquet-writer.

usage: python bench/parquet-writing.py [rows]      (after the build; prints one JSON object)

Processor time, so that neighbours on the machine count less: each writer's best of five runs (hyparquet-writer's of two), rmmstream before and after pyarrow, files on the same
disk and fsynced. pyarrow gets the table in memory with strings as dictionaries, in several styles, one with the
encodings that rmmstream chooses.
"""

import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

rows = int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000
script = Path(__file__).resolve().parent.parent / "dist" / "bench" / "parquet-writing.js"


def best(write):
    times = []
    for _ in range(5):
        start = time.process_time()
        write()
        times.append(time.process_time() - start)
    return min(times) * 1e6 / rows


with tempfile.TemporaryDirectory() as folder:
    run = lambda *rest: json.loads(
        subprocess.run(["node", str(script), str(rows), folder, *rest], check=True, capture_output=True).stdout
    )
    result = run()
    ours = os.path.join(folder, "ours.parquet")
    table = pq.read_table(ours, read_dictionary=["sample", "kind", "split", "flcomp", "file", "model_version", "scaler_version"])
    plain = pq.read_table(os.path.join(folder, "ours-uncompressed.parquet"))
    assert table.num_rows == rows and plain.equals(pq.read_table(ours))
    table = table.combine_chunks()
    path = os.path.join(folder, "pyarrow.parquet")
    pa.set_cpu_count(1)
    words = [f.name for f in table.schema if pa.types.is_dictionary(f.type)]
    floats = [f.name for f in table.schema if pa.types.is_floating(f.type)]
    styles = {
        "pyarrow zstd-1": dict(compression="zstd", compression_level=1, row_group_size=131_072),
        "pyarrow default": dict(compression="zstd"),
        "pyarrow snappy": dict(compression="snappy"),
        "pyarrow plain zstd-1": dict(
            compression="zstd", compression_level=1, row_group_size=131_072, use_dictionary=words
        ),
        "pyarrow like rmmstream": dict(
            compression="zstd",
            compression_level=1,
            row_group_size=131_072,
            use_dictionary=[*words, "run_number", "channel", "megaset", "n_leptons", "n_jets"],
            column_encoding={name: "BYTE_STREAM_SPLIT" for name in floats}
            | {name: "DELTA_BINARY_PACKED" for name in ("event_number", "entry")},
        ),
    }

    def write(style):
        # rmmstream's files are durable when it says so; the same is asked of pyarrow.
        with open(path, "wb") as out:
            pq.write_table(table, out, **style)
            out.flush()
            os.fsync(out.fileno())

    for name, style in styles.items():
        result[f"{name} us/row"] = best(lambda: write(style))
        result[f"{name} bytes/row"] = os.path.getsize(path) / rows
    again = run("ours")
    key = "rmmstream zstd us/row"
    result[key] = min(result[key], again[key])
    fastest = min(value for name, value in result.items() if name.startswith("pyarrow") and name.endswith("us/row"))
    result["rmmstream / fastest pyarrow, speed"] = fastest / result[key]
    if "hyparquet-writer zstd us/row" in result:
        result["rmmstream / hyparquet-writer, speed"] = result["hyparquet-writer zstd us/row"] / result[key]
print(json.dumps({name: round(value, 3) for name, value in result.items()}, indent=2))
