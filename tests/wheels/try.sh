#!/bin/bash
# Installs the wheels of a folder where there is no compiler, as those who use them do, and runs the
# demo and a part of the tests there:
#
#     tests/wheels/try.sh [--only WORD] [FOLDER]
#
# FOLDER, below the current directory, is dist, if it is not given; tests/wheels/all.sh fills it.
# The places are CPython 3.11 and PyPy in the root directory bare, CPython 3.11 in bare-arm64, CPython
# 3.14 and 3.15 and PyPy 8 in newer, which has compilers but is not asked for them.  With --only, those
# with this word in their names.  Needs root; tests/roots/run.sh has more.
set -euo pipefail

only=
if [ "${1:-}" = --only ]; then
    only=$2
    shift 2
fi
dist=${1:-dist}

# What asks the compiled module most, but for what only a compiler can tell.
tests="tests/test_base.py tests/test_connections.py tests/test_transfer.py
    tests/test_data.py tests/test_messages.py tests/test_batches.py
    tests/test_address_inet.py tests/test_address_unix.py tests/test_constants.py
    tests/test_options.py tests/test_timeouts.py tests/test_interrupted.py
    tests/test_netdb.py tests/test_netif.py
    --deselect tests/test_constants.py::test_values_agree_with_the_kernels_headers"

# Installs the wheel in an environment outside of the sources, with no index that could have another,
# and tests what is installed: only the tests are copied.
try_here='
    set -eu
    if [ "$3" = bare ] && { command -v cc gcc || find /usr -name Python.h | grep .; }; then
        echo "This place is not bare." >&2
        exit 1
    fi
    "$1" -m venv /tmp/try
    /tmp/try/bin/pip install --no-deps --no-index --only-binary :all: --find-links "$2" cffisock
    /tmp/try/bin/pip install --quiet "cffisock[test]"    # cffi, and what the tests need
    mkdir /tmp/tests
    cp -r pyproject.toml tests /tmp/tests
    cd /tmp/tests
    /tmp/try/bin/python -m cffisock info
    /tmp/try/bin/python -m cffisock demo
    shift 3
    /tmp/try/bin/python -m pytest "$@"
'

# try ROOT PYTHON
try() {
    local kind=bare assert=rewrite
    [[ "$1 $2" == *"$only"* ]] || return 0
    if [ "$1" = newer ]; then kind=full; fi
    if [ "$2" = pypy3 ]; then assert=plain; fi    # pypy/pypy#3959
    printf '\n%s, %s\n' "$1" "$2"
    # shellcheck disable=SC2086  # one word each
    tests/roots/run.sh "$1" sh -c "$try_here" sh "$2" "$dist" "$kind" "--assert=$assert" $tests
}

try bare python3
try bare pypy3
try bare-arm64 python3
try newer python3.14
try newer python3.15
try newer pypy3
