#!/bin/bash
# Makes the wheel for Windows, in dist, and tries it by Wine, away from the sources:
#
#     tests/wine/wheel.sh
#
# Its Python files are those of the wheel that python3 makes here, its module is that of
# tests/wine/build.py, which keeps to the stable ABI of 3.9.
set -euo pipefail

cd "$(dirname "$(readlink -f "$0")")/../.."
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

python3 -m venv "$work/venv"
"$work/venv/bin/pip" install --quiet wheel twine
"$work/venv/bin/pip" wheel --quiet --no-deps --wheel-dir "$work" .
"$work/venv/bin/wheel" unpack --dest "$work/unpacked" "$work"/cffisock-*.whl

tests/wine/run.sh -c pass    # which builds the module
rm "$work"/unpacked/*/cffisock/_cffi.*so
cp cffisock/_cffi.pyd "$work"/unpacked/*/cffisock
mkdir "$work/packed"
"$work/venv/bin/wheel" pack --dest-dir "$work/packed" "$work"/unpacked/cffisock-*
"$work/venv/bin/wheel" tags --remove --python-tag cp39 --abi-tag abi3 --platform-tag win_amd64 \
    "$work"/packed/*.whl
mkdir -p dist
rm -f dist/cffisock-*-win_amd64.whl
mv "$work"/packed/*.whl dist
"$work/venv/bin/twine" check --strict dist/cffisock-*-win_amd64.whl

"$work/venv/bin/pip" install --quiet --no-deps --target "$work/installed" --platform win_amd64 \
    --python-version 39 --only-binary :all: dist/cffisock-*-win_amd64.whl
run=$PWD/tests/wine/run.sh
cd "$work"
export CFFISOCK_DIR=$work/installed
"$run" -c 'import sys, cffisock; print(cffisock.__file__); sys.exit("installed" not in cffisock.__file__)'
"$run" -m cffisock demo
