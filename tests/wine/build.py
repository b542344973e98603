"""Builds the module for Windows beside the sources: ``python tests/wine/build.py DIRECTORY``.

The directory is that of a CPython for Windows.  The compiler is the cross compiler of Debian's
package ``gcc-mingw-w64-x86-64``; CC is another one, as in ``CC='python -m ziglang cc -target
x86_64-windows-gnu'``.  A warning is an error.  Nothing is done if all is older than the module.

It keeps to the stable ABI, so the headers are those of the interpreter that runs this, with another
pyconfig.h, and what it links against is python3.dll, which each CPython for Windows has.
"""

from __future__ import annotations

import os
import shlex
import shutil
import struct
import subprocess
import sys
import sysconfig
import tempfile
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent.parent
sys.path.insert(0, str(ROOT))

import build_socket  # noqa: E402

MODULE = ROOT / "cffisock" / "_cffi.pyd"
TRIPLE = "x86_64-w64-mingw32"
CC = shlex.split(os.environ.get("CC", f"{TRIPLE}-gcc"))


def exports(library: Path) -> list[str]:
    """The names that a DLL of 64 bits exports."""
    data = library.read_bytes()
    (header,) = struct.unpack_from("<I", data, 60)
    count, size = struct.unpack_from("<6xH12xH", data, header)
    sections = [
        struct.unpack_from("<8x4I", data, header + 24 + size + 40 * i) for i in range(count)
    ]

    def at(address: int) -> int:
        """Where in the file that is which will be at an address in memory."""
        for length, start, _, offset in sections:
            if start <= address < start + length:
                return address - start + offset
        raise ValueError(f"{library}: {address:x} is in no section")

    table = at(struct.unpack_from("<I", data, header + 24 + 112)[0])
    number, names = struct.unpack_from("<24xI4xI", data, table)
    starts = [at(address) for address in struct.unpack_from(f"<{number}I", data, at(names))]
    return [data[start : data.index(b"\0", start)].decode() for start in starts]


def import_library(directory: Path, folder: Path) -> str:
    """Makes what the linker wants to know of the interpreter's DLL: its path."""
    dll = directory / "python3.dll"
    definition, made = folder / "python3.def", folder / "python3.lib"
    names = "".join(f"    {name}\n" for name in exports(dll))
    definition.write_text(f"LIBRARY {dll.name}\nEXPORTS\n{names}", encoding="ascii")
    command = [f"{TRIPLE}-dlltool", "-d", str(definition), "-D", dll.name, "-l", str(made)]
    subprocess.run(command, check=True)
    return str(made)


def headers(folder: Path) -> str:
    """Copies this interpreter's headers, and makes them those of Windows: their folder."""
    made = folder / "include"
    shutil.copytree(sysconfig.get_path("include"), made)
    shutil.copy(HERE / "pyconfig.h", made)
    return str(made)


def build(directory: Path, folder: Path) -> None:
    """Builds the module in a folder, then puts it into its place."""
    parts = build_socket.folders(CC)
    assert parts == ["win32"], parts
    macros = ["-DPy_LIMITED_API=0x03090000"]
    macros += [f"-DHAVE_{name}=1" for name in build_socket.features(CC)]
    places = [*build_socket.include_dirs(parts), headers(folder)]
    flags = ["-std=c11", "-O2", "-s", "-shared", "-static-libgcc", *build_socket.STRICT_FLAGS]
    sources = [*build_socket.sources(parts), *build_socket.generate(folder, parts)]
    libraries = [f"-l{name}" for name in build_socket.WINDOWS_LIBRARIES]
    made = folder / MODULE.name
    command = [*CC, *flags, *macros, *(f"-I{place}" for place in places), *sources]
    command += [import_library(directory, folder), *libraries, "-o", str(made)]
    subprocess.run(command, check=True)
    shutil.move(made, MODULE)


def main() -> None:
    os.chdir(ROOT)
    files = [*build_socket.SHIM.rglob("*.[ch]"), build_socket.TABLE, *HERE.iterdir()]
    newest = max(path.stat().st_mtime for path in [*files, Path("build_socket.py")])
    if MODULE.exists() and MODULE.stat().st_mtime > newest:
        return
    with tempfile.TemporaryDirectory() as name:
        build(Path(sys.argv[1]), Path(name))


if __name__ == "__main__":
    main()
