"""What pyarrow reads in messages: metadata, types and every value, as JSON beside each.

usage: python read-messages.py events-v1.arrow ...      (pyarrow 26.0.1)
"""

import json
import sys

import pyarrow.ipc
import pyarrow.types


def text(metadata):
    return {key.decode(): value.decode() for key, value in (metadata or {}).items()}


for path in sys.argv[1:]:
    with pyarrow.ipc.open_stream(path) as reader:
        batch, metadata = reader.read_next_batch_with_custom_metadata()
        batch.validate(full=True)
        types = {field.name: str(field.type) for field in reader.schema}
        columns = {name: batch[name].to_pylist() for name in batch.schema.names}
        for field in reader.schema:
            # JSON readers round whole numbers of 64 bits.
            if pyarrow.types.is_int64(field.type):
                columns[field.name] = [str(value) for value in columns[field.name]]
        found = {
            "schema": text(reader.schema.metadata),
            "batch": text(metadata),
            "types": types,
            "columns": columns,
        }
    with open(path.replace(".arrow", ".json"), "w") as out:
        json.dump(found, out, separators=(",", ":"))
        out.write("\n")
