"""What the parser of Prometheus' own Python client reads in a text of /metrics, as JSON.

usage: python read-metrics.py metrics.txt metrics.json      (prometheus_client 0.21.1)
"""

import json
import math
import sys

from prometheus_client.parser import text_string_to_metric_families


def shown(value):
    return value if math.isfinite(value) else str(value)


with open(sys.argv[1]) as text:
    families = [
        {
            "name": family.name,
            "type": family.type,
            "help": family.documentation,
            "samples": [[s.name, s.labels, shown(s.value)] for s in family.samples],
        }
        for family in text_string_to_metric_families(text.read())
    ]
with open(sys.argv[2], "w") as out:
    json.dump(families, out, indent=1, sort_keys=True)
    out.write("\n")
