"""Reads the tables of write-tables.ts with pyarrow and DuckDB and compares every value, bound and count of nulls.

usage: python check-tables.py FOLDER      (pyarrow 26.0.1, duckdb 2.0.0)
"""

import json
import math
import sys
from pathlib import Path

import duckdb
import pyarrow.parquet as pq


def value_of(text, kind):
    if text is None or kind == "dictionary":
        return text
    if isinstance(text, list):
        return [value_of(item, kind) for item in text]
    if kind == "boolean":
        return text == "true"
    return float(text) if kind in ("float", "double", "list<float>") else int(text)


def same(left, right):
    if isinstance(left, list):
        return len(left) == len(right) and all(same(a, b) for a, b in zip(left, right))
    if isinstance(left, float) and isinstance(right, float):
        return left == right and math.copysign(1, left) == math.copysign(1, right)
    return left == right


def check_statistics(path, wanted):
    metadata = pq.ParquetFile(path).metadata
    for i, (name, values) in enumerate(wanted.items()):
        row = 0
        for g in range(metadata.num_row_groups):
            group = metadata.row_group(g)
            part = values[row : row + group.num_rows]
            row += group.num_rows
            statistics = group.column(i).statistics
            if part and isinstance(part[0], list):
                flat = [item for items in part for item in items]
            else:
                flat = [item for item in part if item is not None]
                assert statistics.null_count == len(part) - len(flat), (path, name, g)
            if statistics.has_min_max:
                assert (statistics.min, statistics.max) == (min(flat), max(flat)), (path, name, g)
            else:
                assert not flat, (path, name, g)


folder = Path(sys.argv[1])
checked = 0
for path in sorted(folder.glob("*.parquet")):
    columns = json.loads(path.with_suffix(".json").read_text())
    wanted = {c["name"]: [value_of(text, c["type"]) for text in c["values"]] for c in columns}
    table = pq.ParquetFile(path, page_checksum_verification=True).read()
    table.validate(full=True)
    rows = duckdb.sql(f"select * from '{path}'").fetchall()
    for i, (name, values) in enumerate(wanted.items()):
        assert same(table[name].to_pylist(), values), ("pyarrow", path, name)
        assert same([row[i] for row in rows], values), ("duckdb", path, name)
    check_statistics(path, wanted)
    checked += 1
print(f"{checked} tables equal in pyarrow and DuckDB")
assert checked > 0
