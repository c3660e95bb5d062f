#!/usr/bin/env bash
# Builds the native part of @tensorflow/tfjs-node against the TensorFlow libraries of a Python wheel, since the
# download that the package's own install script wants holds TensorFlow 2.9 and does not exist for every machine.
set -euo pipefail

usage() {
  cat <<'TEXT'
usage: build-tfjs-binding.sh [--gpu] [--tensorflow VERSION | --tensorflow-folder DIR] TARGET

TARGET                    an empty or new folder; it takes 0.4 GB beside TensorFlow's own 1.5 GB (6 GB with --gpu)
--gpu                     @tensorflow/tfjs-node-gpu and the wheel tensorflow[and-cuda]; default is the CPU
--tensorflow VERSION      version of the wheel to fetch from PyPI (default 2.21.0)
--tensorflow-folder DIR   folder of an installed package, .../site-packages/tensorflow, instead of a download

Needs python3 with pip (unless --tensorflow-folder), g++ for C++17, node and npm. Linux only.
TEXT
}

fail() {
  echo "build-tfjs-binding: $1" >&2
  exit "${2:-1}"
}

tfjs_version=4.22.0
tensorflow_version=2.21.0
tensorflow_folder=
package=@tensorflow/tfjs-node
variable=RMMSTREAM_TFJS_NODE
wheel=tensorflow-cpu
target=
while [ $# -gt 0 ]; do
  case $1 in
    --help) usage; exit 0 ;;
    --gpu)
      package=@tensorflow/tfjs-node-gpu
      variable=RMMSTREAM_TFJS_NODE_GPU
      wheel='tensorflow[and-cuda]'
      ;;
    --tensorflow | --tensorflow-folder)
      [ $# -ge 2 ] || fail "$1 needs a value" 2
      if [ "$1" = --tensorflow ]; then tensorflow_version=$2; else tensorflow_folder=$2; fi
      shift
      ;;
    -*) usage >&2; fail "unknown option $1" 2 ;;
    *)
      [ -z "$target" ] || fail "one TARGET is expected, found $target and $1" 2
      target=$1
      ;;
  esac
  shift
done
[ -n "$target" ] || { usage >&2; fail 'no TARGET was given' 2; }
[ "$(uname -s)" = Linux ] || fail "this works on Linux only, found $(uname -s)"

need() {
  command -v "$1" >/dev/null || fail "$1 is not installed; $2"
}
check_libraries() {
  local file
  for file in libtensorflow_cc.so.2 libtensorflow_framework.so.2 include/tensorflow/c/eager/c_api.h; do
    [ -e "$1/$file" ] || fail "$1 holds no $file; a wheel of TensorFlow 2.15 or newer has it"
  done
}
need node 'install Node 20.19 or newer'
need npm 'it comes with Node'
need g++ 'on Debian and Ubuntu: apt-get install g++'
if [ -z "$tensorflow_folder" ]; then
  need python3 'on Debian and Ubuntu: apt-get install python3 python3-pip'
  python3 -m pip --version >/dev/null 2>&1 || fail 'python3 has no pip; on Debian and Ubuntu: apt-get install python3-pip'
else
  [ -d "$tensorflow_folder" ] || fail "--tensorflow-folder: there is no folder $tensorflow_folder"
  tensorflow_folder=$(cd "$tensorflow_folder" && pwd -P)
  check_libraries "$tensorflow_folder"
fi

mkdir -p "$target"
target=$(cd "$target" && pwd -P)
[ -z "$(ls -A "$target")" ] || fail "$target is not empty; give a new folder"
cd "$target"

echo "1/4 JavaScript of $package $tfjs_version"
echo '{ "private": true }' >package.json
npm install --ignore-scripts --no-audit --no-fund --loglevel=error "$package@$tfjs_version" node-api-headers@1.8.0

if [ -z "$tensorflow_folder" ]; then
  echo "2/4 TensorFlow: wheel $wheel $tensorflow_version"
  # The CPU wheel's libraries stand alone; those for CUDA are wheels of their own, found beside TensorFlow's folder.
  dependencies=--no-deps
  [ "$wheel" = tensorflow-cpu ] || dependencies=
  python3 -m pip install --quiet --disable-pip-version-check --only-binary :all: $dependencies \
    --target python "$wheel==$tensorflow_version" ||
    fail "pip has no wheel $wheel $tensorflow_version for $(python3 --version); ask for another --tensorflow"
  tensorflow_folder=python/tensorflow
  check_libraries "$tensorflow_folder"
else
  echo "2/4 TensorFlow: $tensorflow_folder"
fi
# The binding finds the libraries through this link, so that TARGET can be moved together with them.
ln -s "$tensorflow_folder" tensorflow

echo '3/4 compiling'
source=node_modules/$package/binding
output=node_modules/$package/lib/napi-v8
mkdir -p "$output"
g++ -shared -fPIC -O2 -std=c++17 -w -DNAPI_VERSION=8 \
  -I "node_modules/$package" -I node_modules/node-api-headers/include -I tensorflow/include \
  "$source/tfjs_backend.cc" "$source/tfjs_binding.cc" \
  -L tensorflow -l:libtensorflow_cc.so.2 -l:libtensorflow_framework.so.2 \
  -Wl,-rpath,'$ORIGIN/../../../../../tensorflow' -o "$output/tfjs_binding.node" ||
  fail 'the compiler refused; its messages stand above'

echo '4/4 trying it'
TF_CPP_MIN_LOG_LEVEL=2 node - "$package" <<'SCRIPT' || fail "it was built in $target, but does not compute here; the reason stands above"
const util = require('node:util');
util.isNullOrUndefined ??= (value) => value === undefined || value === null;
const { createRequire } = require('node:module');
const name = process.argv[2];
const tf = createRequire(`${process.cwd()}/package.json`)(name);
const problem = (text) => {
  console.error(text);
  process.exit(1);
};
const [product] = tf.matMul([[2, 3]], [[4], [5]]).dataSync();
if (product !== 23) problem(`(2 3) x (4 5) gives ${product}, expected 23`);
const gpu = tf.backend().isUsingGpuDevice;
const library = `TensorFlow ${tf.backend().binding.TF_Version}`;
console.log(`${name} ${tf.version['tfjs-node']} on ${library} ${gpu ? 'with' : 'without'} a GPU`);
if (name.endsWith('-gpu') && !gpu) problem(`${library} finds no GPU that it can use; does nvidia-smi list one?`);
SCRIPT

echo
echo 'Built. Tell rmmstream where it lies:'
echo "    export $variable=$target"
