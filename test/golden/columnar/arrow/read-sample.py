"""What pyarrow reads in a feature file: every batch with its metadata, as JSON.

usage: python read-sample.py features.arrows features.json      (pyarrow 26.0.1)
"""

import json
import sys

import pyarrow.ipc

batches = []
with pyarrow.ipc.open_stream(sys.argv[1]) as reader:
    schema = {key.decode(): value.decode() for key, value in reader.schema.metadata.items()}
    types = {field.name: str(field.type) for field in reader.schema}
    while True:
        try:
            batch, metadata = reader.read_next_batch_with_custom_metadata()
        except StopIteration:
            break
        batch.validate(full=True)
        columns = {name: batch[name].to_pylist() for name in batch.schema.names}
        for name in ("event", "hash"):
            columns[name] = [str(value) for value in columns[name]]
        batches.append({"metadata": {k.decode(): v.decode() for k, v in metadata.items()}, "columns": columns})
with open(sys.argv[2], "w") as out:
    json.dump({"schema": schema, "types": types, "batches": batches}, out, separators=(",", ":"))
    out.write("\n")
