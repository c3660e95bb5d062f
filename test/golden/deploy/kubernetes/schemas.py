"""JSON Schemas of the kinds that deploy/kubernetes uses, out of packages of the Python registry.

usage: pip install kubernetes-validate==1.37.0 cloudcoil-models-keda==2.16.1.0 cloudcoil-models-prometheus-operator==0.80.1.0
       python test/golden/deploy/kubernetes/schemas.py

kubernetes-validate ships the schemas that Kubernetes publishes of itself, in their strict form (unknown fields are
refused). KEDA's and the Prometheus operator's come from models of their custom resource definitions.
"""

import json
from pathlib import Path

import kubernetes_validate
from cloudcoil.models.keda.v1alpha1 import ScaledObject, TriggerAuthentication
from cloudcoil.models.prometheus_operator.v1 import PodMonitor, PrometheusRule

HERE = Path(__file__).parent
VERSIONS = ["1.31.0", "1.37.0"]
KINDS = {
    "apps/v1/Deployment": "deployment-apps-v1",
    "apps/v1/StatefulSet": "statefulset-apps-v1",
    "batch/v1/Job": "job-batch-v1",
    "networking.k8s.io/v1/NetworkPolicy": "networkpolicy-networking-v1",
    "policy/v1/PodDisruptionBudget": "poddisruptionbudget-policy-v1",
    "v1/ConfigMap": "configmap-v1",
    "v1/Namespace": "namespace-v1",
    "v1/PersistentVolume": "persistentvolume-v1",
    "v1/PersistentVolumeClaim": "persistentvolumeclaim-v1",
    "v1/Service": "service-v1",
    "v1/ServiceAccount": "serviceaccount-v1",
}
CUSTOM = {
    "keda.sh/v1alpha1/ScaledObject": ScaledObject,
    "keda.sh/v1alpha1/TriggerAuthentication": TriggerAuthentication,
    "monitoring.coreos.com/v1/PodMonitor": PodMonitor,
    "monitoring.coreos.com/v1/PrometheusRule": PrometheusRule,
}
WORDS = ("description", "title", "default", "$schema", "$id")


def mapped(schema, change):
    """The schema with `change` done to every map in it, inner ones first."""
    if isinstance(schema, list):
        return [mapped(inner, change) for inner in schema]
    if not isinstance(schema, dict):
        return schema
    return change({key: mapped(inner, change) for key, inner in schema.items()})


def without_words(schema):
    # A property may have such a name; then its value is a schema and no text.
    return {key: value for key, value in schema.items() if key not in WORDS or isinstance(value, dict)}


def of_kubernetes(version):
    folder = Path(kubernetes_validate.__file__).parent / "kubernetes-json-schema" / f"v{version}-local-strict"
    known = json.loads((folder / "_definitions.json").read_text())["$defs"]
    definitions = {}

    def localised(schema):
        reference = schema.get("$ref")
        if isinstance(reference, str):
            name = reference.split("/")[-1]
            if name not in definitions:
                definitions[name] = {}
                definitions[name] = without(known[name])
            return {"$ref": f"#/definitions/{name}"}
        found = without_words(schema)
        # A key without a value is a slip in a manifest.
        if isinstance(found.get("type"), list):
            found["type"] = next(one for one in found["type"] if one != "null")
        return found

    def without(schema):
        return mapped(schema, localised)

    kinds = {kind: without(json.loads((folder / f"{name}.json").read_text())) for kind, name in KINDS.items()}
    return {"definitions": {**dict(sorted(definitions.items())), **kinds}}


def of_models():
    definitions = {}

    def strict(schema):
        found = without_words(schema)
        # Go's way to ignore case, which JavaScript does not know.
        if "(?i)" in str(found.get("pattern", "")):
            del found["pattern"]
        some = found.get("anyOf")
        if isinstance(some, list):
            # A field that may be left away is not one that may be null.
            there = [one for one in some if one != {"type": "null"}]
            found = {**{key: value for key, value in found.items() if key != "anyOf"}, "anyOf": there}
            if len(there) == 1:
                found = there[0]
        if "$ref" in found:
            return {"$ref": found["$ref"].replace("#/$defs/", "#/definitions/")}
        if isinstance(found.get("properties"), dict) and "additionalProperties" not in found:
            found["additionalProperties"] = False
        return found

    for kind, model in CUSTOM.items():
        schema = model.model_json_schema(by_alias=True)
        for name, inner in schema.pop("$defs", {}).items():
            # Two kinds have parts of the same name.
            definitions[f"{kind}.{name}"] = mapped(renamed(inner, kind), strict)
        definitions[kind] = mapped(renamed(schema, kind), strict)
        # As the API server has it, whatever the model takes as optional.
        definitions[kind]["required"] = ["apiVersion", "kind", "metadata", "spec"]
    return {"definitions": definitions}


def renamed(schema, kind):
    prefix = "#/$defs/"

    def change(inner):
        reference = inner.get("$ref")
        if not isinstance(reference, str):
            return inner
        escaped = f"{kind}.".replace("/", "~1")
        return {**inner, "$ref": prefix + escaped + reference[len(prefix) :]}

    return mapped(schema, change)


def write(name, content):
    (HERE / name).write_text(json.dumps(content, separators=(",", ":"), sort_keys=True) + "\n")


for version in VERSIONS:
    write(f"kubernetes-{version}.json", of_kubernetes(version))
write("custom-resources.json", of_models())
