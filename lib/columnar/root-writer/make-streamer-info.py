"""Writes streamer-info.ts: python make-streamer-info.py > streamer-info.ts

Lets ROOT write a tree with every kind of branch that this writer makes, takes the description of ROOT's own classes
(the TStreamerInfo list) out of that file, and prints it with the checksum that ROOT gives each std::vector. Needs
ROOT 6.40 and uproot; only needed again when the writer learns another class.
"""

import base64
import tempfile
import textwrap
import zlib
from pathlib import Path

import ROOT
import uproot

TYPES = {
    "bool": "bool", "int8": "char", "uint8": "unsigned char", "int16": "short", "uint16": "unsigned short", "int32": "int",
    "uint32": "unsigned int", "int64": "long", "uint64": "unsigned long", "float32": "float", "float64": "double",
}  # fmt: skip


# A branch of a C++ long has a leaf TLeafG; we write TLeafL, which long long has.
SCALARS = {**TYPES, "int64": "long long", "uint64": "unsigned long long"}


def tree_code() -> str:
    """C++ that fills a tree with one scalar and one vector branch of each type."""
    lines = ["void fill(const char *path) { TFile file(path, \"RECREATE\"); TTree tree(\"t\", \"t\");"]
    for name, cpp in TYPES.items():
        lines.append(f"{SCALARS[name]} s_{name} = 0; std::vector<{cpp}> v_{name}(1);")
        lines.append(f'tree.Branch("s_{name}", &s_{name}); tree.Branch("v_{name}", &v_{name});')
    return "\n".join([*lines, "tree.Fill(); tree.Write(); }"])


def streamer_list(path: Path) -> bytes:
    """The uncompressed TList of TStreamerInfo. Its record has a 4-byte TKey, 64 bytes long."""
    raw = path.read_bytes()
    seek, size = int.from_bytes(raw[37:41], "big"), int.from_bytes(raw[41:45], "big")
    length = int.from_bytes(raw[seek + 6 : seek + 10], "big")
    key_length = int.from_bytes(raw[seek + 14 : seek + 16], "big")
    assert key_length == 64, key_length
    payload = raw[seek + 64 : seek + size]
    assert payload[:2] == b"ZL"
    out = zlib.decompress(payload[9:])
    assert len(out) == length
    return out


with tempfile.TemporaryDirectory() as folder:
    path = Path(folder) / "all.root"
    ROOT.gInterpreter.Declare(tree_code())
    ROOT.fill(str(path))
    blob = base64.b64encode(zlib.compress(streamer_list(path), 9)).decode()
    tree = uproot.open(path)["t"]
    vectors = {name: tree[f"v_{name}"].all_members for name in TYPES}

print("// Written by make-streamer-info.py from what ROOT", ROOT.__version__, "writes; do not edit.\n")
print("/** How ROOT names and fingerprints the std::vector of each type (TBranchElement's fClassName, fCheckSum). */")
print("export const vectorClasses = {")
for name, members in vectors.items():
    print(f"  {name}: {{ className: '{members['fClassName']}', checkSum: {int(members['fCheckSum'])} }},")
print("} as const;\n")
print("/** ROOT's TList of TStreamerInfo for TTree, its branches and leaves: zlib, base64. */")
print("export const streamerInfoBase64 = [")
for line in textwrap.wrap(blob, 100):
    print(f"  '{line}',")
print("].join('');")
