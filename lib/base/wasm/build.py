"""Compiles NAME.c to NAME-wasm.ts beside it. Needs the compiler of PyPI's ziglang (0.17.1 was used).

usage: python build.py NAME.c ["command that runs zig"]   (default: python -m ziglang)
"""
import base64
import hashlib
import os
import shlex
import subprocess
import sys
import tempfile

source = os.path.abspath(sys.argv[1])
name = os.path.basename(source).removesuffix(".c")
zig = shlex.split(sys.argv[2]) if len(sys.argv) > 2 else [sys.executable, "-m", "ziglang"]
with tempfile.TemporaryDirectory() as scratch:
    out = os.path.join(scratch, "out.wasm")
    subprocess.run(
        [*zig, "cc", "--target=wasm32-freestanding", "-mcpu=generic+simd128+bulk_memory+sign_ext", "-O3", "-fno-sanitize=all",
         "-nostdlib", "-Wall", "-Wextra", "-Wl,--no-entry", "-Wl,--export=__heap_base", "-Wl,--strip-all", "-Wl,-z,stack-size=65536", source, "-o", out],
        check=True)
    wasm = open(out, "rb").read()
text = base64.b64encode(wasm).decode()
digest = hashlib.sha256(open(source, "rb").read()).hexdigest()
lines = [text[i:i + 100] for i in range(0, len(text), 100)]
with open(source.removesuffix(".c") + "-wasm.ts", "w") as file:
    file.write(f"// Made by build.py from {name}.c; do not edit.\n")
    file.write("// biome-ignore-all format: generated\n\n")
    file.write(f"/** sha256 of the {name}.c that this was compiled from. */\n")
    file.write(f"export const {name}Source = '{digest}';\n\n")
    file.write("/** The WebAssembly module in base64. */\n")
    file.write(f"export const {name}Wasm =\n  " + " +\n  ".join(f"'{line}'" for line in lines) + ";\n")
print(len(wasm), "bytes")
