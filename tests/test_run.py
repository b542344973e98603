"""python -m cffisock run: what a program is told and says is as with plain Python."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import zipfile
from pathlib import Path
from typing import Any

import pytest

from cffisock._command import run

from .support import IMPORTABLE, IS_PYPY, LONG, ROOT, environ, python

RUN = ("-m", "cffisock", "run")

# What a program can see of how it was started.
SEEN = """
import builtins, os, sys
print(__name__, __package__, type(__loader__).__name__, __builtins__ is builtins)
print(globals().get("__file__"), globals().get("__cached__"), __spec__ and __spec__.name)
print(sorted(globals()))
print(sys.argv, sys.path, sys.flags, sys.warnoptions, sys._xoptions, sys.stdin.encoding)
print(getattr(sys, "orig_argv", None), sys.executable)
print(vars(sys.modules["__main__"]) is globals())
print("sitecustomize" in sys.modules, [getattr(x, '__name__', type(x)) for x in sys.meta_path])
print(not __debug__, __doc__)
"""


# By which the package can be imported; the CPython for Windows that is tested has no cffi itself.
PATH = os.pathsep.join(IMPORTABLE) if sys.platform == "win32" else str(ROOT)


def both(*arguments: str, **options: Any) -> tuple[Any, Any]:
    """What plain Python does with a command line, and what `run` does with it."""
    done = [python(*words, *arguments, **options) for words in ((), RUN)]
    plain, ran = [(each.returncode, each.stdout, each.stderr) for each in done]
    return plain, ran


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with a script, a module, a package, a folder and a zip file that can be run."""
    (tmp_path / "beside.py").write_text("import socket\n")
    package = tmp_path / "package"
    package.mkdir()
    (package / "__init__.py").write_text("")
    inside = tmp_path / "inside"
    inside.mkdir()
    for path in (tmp_path / "script.py", package / "__main__.py", inside / "__main__.py"):
        path.write_text(SEEN)
    with zipfile.ZipFile(tmp_path / "zipped", "w") as file:
        file.writestr("__main__.py", SEEN)
    return tmp_path


COMMANDS = {
    "script": "script.py a -m --help run -E",
    "relative": "./package/../script.py",
    "double dash": "-- script.py",
    "module": "-m script a -c",
    "module in one word": "-mscript a",
    "package": "-m package",
    "folder": "inside a",
    "zip file": "zipped",
    "standard input": "- a",
    "-c": ["-c", SEEN, "a", "-E"],
    "-c in one word": ["-c" + SEEN, "a"],
    "-O": "-O script.py",
    "-OO": "-OO -m script",
    "-u -b -q -v": "-ubq -m script",
    "-W": "-W error -Wdefault::ImportWarning script.py",
    "-W E": "-W ignore -WE script.py",  # which is no -E
    "-X": "-X dev -Xutf8 script.py",
    "-s": "-s script.py",
    "-x": "-x script.py",
    "-B": "-B script.py",
    "hashes": "--check-hash-based-pycs default script.py",
    "version": "-V",
    "no script": "no-such-script.py",
    "no module": "-m no_such_module",
    "no module inside": "-m package.no_such_module",
    "no program in it": "-m beside.inside",
    "a folder without": "package/..",
    "an unknown option": "-Z script.py",
    "an option without its value": "-W",
    "no code": "-c",
}
if IS_PYPY:
    COMMANDS["jit"] = "--jit off script.py"
    del COMMANDS["hashes"]  # an option that PyPy does not have
elif sys.version_info >= (3, 11):
    COMMANDS["-P"] = "-P script.py"


@pytest.mark.parametrize("words", COMMANDS.values(), ids=COMMANDS)
def test_the_command_line_is_pythons(words: Any, folder: Path) -> None:
    """What the program sees of its start, what Python says where there is none, and the status."""
    arguments = words.split() if isinstance(words, str) else words
    options = {"input": SEEN} if arguments[0] == "-" else {}
    plain, ran = both(*arguments, cwd=folder, **options)
    assert ran == plain


def test_an_absolute_path(folder: Path) -> None:
    plain, ran = both(str(folder / "script.py"))
    assert plain[0] == 0
    assert ran == plain


PROGRAMS = {
    "traceback": "def f():\n    1 / 0\n\n\nf()\n",
    "syntax": "print('never')\n(\n",
    "syntax of a module": "import wrong\n",
    "chained": "try:\n    {}['x']\nexcept KeyError:\n    raise OSError(2, 'x')\n",
    "too deep": "import sys\nsys.setrecursionlimit(60)\ndef f(): f()\nf()\n",
    "in a thread": "import threading\nt = threading.Thread(target=lambda: 1 / 0)\nt.run()\n",
    "of a hook": "import sys\nsys.excepthook = lambda *a: print(a[2].tb_next is None)\n1 / 0\n",
    "frames": "import sys\nframe = sys._getframe().f_back\nprint(frame and frame.f_code.co_name)\n",
    "warning": "import warnings\nwarnings.warn('careful')\n",
    "sorry": "import sys\nsys.exit('sorry')\n",
    "status": "import sys\nsys.exit(7)\n",
    "system exit": "raise SystemExit\n",
    "_exit": "import os\nos._exit(3)\n",
    "killed": "import os\nos.kill(os.getpid(), 9)\n",
    "interrupted": "raise KeyboardInterrupt\n",
    "atexit": "import atexit\natexit.register(lambda: print('bye'))\n1 / 0\n",
}


@pytest.mark.parametrize("program", PROGRAMS.values(), ids=PROGRAMS)
@pytest.mark.parametrize("way", ["script", "module"])
def test_an_end_is_pythons(program: str, way: str, tmp_path: Path) -> None:
    """Tracebacks and statuses, character by character."""
    (tmp_path / "script.py").write_text(program)
    (tmp_path / "wrong.py").write_text("def f(:\n    pass\n")
    plain, ran = both(*{"script": ["script.py"], "module": ["-m", "script"]}[way], cwd=tmp_path)
    assert ran == plain


# The interrupt comes in one line of it.
INTERRUPTED = """
import signal
signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGINT])
print("ready", flush=True)
while not signal.sigpending():
    pass
signal.pthread_sigmask(signal.SIG_UNBLOCK, [signal.SIGINT])
"""


def test_an_interrupt_is_pythons(tmp_path: Path) -> None:
    script = tmp_path / "script.py"
    script.write_text(INTERRUPTED)
    ends = []
    for words in ((), RUN):
        with subprocess.Popen(
            [sys.executable, *words, str(script)],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            env=environ(),
        ) as process:
            assert process.stdout is not None
            assert process.stdout.readline() == b"ready\n"
            process.send_signal(signal.SIGINT)
            _, said = process.communicate(timeout=LONG)
        ends.append((process.returncode, said))
    assert b"KeyboardInterrupt" in ends[0][1]
    assert ends[1] == ends[0]


def test_interactive() -> None:
    """-i: the program, then the lines of the standard input, in its namespace."""
    plain, ran = both("-q", "-i", "-c", "x = 1", input="print(x)\n1 / 0\nx = 2\nprint(x)\n")
    assert "1" in plain[1]
    assert ran == plain


PICKLES = """
import atexit, multiprocessing, multiprocessing.pool, pickle, socket, threading, time

class Thing:
    pass

def dump():
    print(pickle.loads(pickle.dumps(Thing())).__class__)

def work(thing):
    return type(thing).__module__

def later():
    # The main part ends meanwhile.  join() of it may fail: Python before 3.13 asserts that nobody
    # has its lock.
    time.sleep(0.2)
    dump()

if __name__ == "__main__":
    dump()
    with multiprocessing.get_context(METHOD).Pool(1) as pool:
        print(pool.map(work, [Thing()]))
        pool.close()
        pool.join()
    atexit.register(dump)
    threading.Thread(target=later).start()
"""


@pytest.mark.parametrize("method", ["fork", "spawn", "forkserver"])
def test_pickling_what_main_has(method: str, tmp_path: Path) -> None:
    """Also when the main part has ended, and in processes that import it anew."""
    script = tmp_path / "script.py"
    script.write_text(PICKLES.replace("METHOD", repr(method)))
    plain, ran = both(str(script))
    assert plain[0] == 0
    assert plain[1].count("Thing") == 3
    assert ran == plain, ran


def test_the_script_that_pip_makes_for_windows(folder: Path) -> None:
    """It is a zip file, which changes its name to what is said in messages."""
    code = "import cffisock._command, sys; sys.argv[0] = sys.argv[0][:-4]; cffisock._command.main()"
    with zipfile.ZipFile(folder / "cffisock.exe", "w") as file:
        file.writestr("__main__.py", code)
    plain, ran = (
        python("-O", *words, "script.py", cwd=folder) for words in ((), ("cffisock.exe", "run"))
    )
    assert (ran.returncode, ran.stdout, ran.stderr) == (0, plain.stdout, "")


# --- the options before `run`, and the environment ------------------------------------------------


@pytest.mark.parametrize(
    "words",
    [
        "-O -m cffisock",
        "-Om cffisock",
        "-mcffisock",
        "-X dev -u -W error -m cffisock",
        "-Bmcffisock",
    ],
)
def test_options_before_it(words: str, folder: Path) -> None:
    """The program has them too."""
    options = re.sub(r"-?m ?cffisock$", "", words).split()
    before = python(*options, "script.py", cwd=folder)
    after = python(*words.split(), "run", "script.py", cwd=folder)
    assert (after.returncode, after.stdout, after.stderr) == (0, before.stdout, "")


@pytest.mark.parametrize(
    "environment",
    [
        {"LC_ALL": "C"},
        {"LC_ALL": "", "LANG": "", "LC_CTYPE": ""},
        {"LC_ALL": "C.UTF-8"},
        {"PYTHONIOENCODING": "latin-1", "PYTHONOPTIMIZE": "1"},
    ],
    ids=str,
)
def test_the_environment(environment: Any, folder: Path) -> None:
    """Python's own part of it is as it was, also where Python has changed it already."""
    show = "import locale, os; print({k: os.environ[k] for k in os.environ if k[:2] == 'LC'})"
    for words in (["script.py"], ["-c", f"{show}; print(locale.setlocale(0, ''))"]):
        plain, ran = both(*words, cwd=folder, env=environment)
        assert plain[0] == 0
        assert ran == plain


def test_the_environment_without_proc(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(name: str) -> Any:
        raise FileNotFoundError(2, "No such file or directory", f"/proc/self/{name}")

    monkeypatch.setattr(run, "read_proc", refuse)
    monkeypatch.setenv("PYTHONPATH", f"/a{os.pathsep}/b")
    monkeypatch.setenv("OTHER", "x=y")
    found = run.environment(only_here=True)
    assert found["PYTHONPATH"] == os.pathsep.join([run.STARTUP, "/a", "/b"])
    assert found["OTHER"] == "x=y"
    assert found["CFFISOCK_RUN"].split(" ") == ["only-here", f"{sys.hexversion:x}", sys.prefix]


def test_the_command_line_cannot_be_had(monkeypatch: pytest.MonkeyPatch) -> None:
    """As on Python 3.9 for Windows."""

    def refuse(name: str) -> Any:
        raise FileNotFoundError(2, "No such file or directory", f"/proc/self/{name}")

    monkeypatch.setattr(run, "read_proc", refuse)
    monkeypatch.delattr(sys, "orig_argv", raising=False)
    assert run.command_before() == [sys.executable]


def test_called_by_code_that_names_it(folder: Path) -> None:
    code = "import cffisock._command; cffisock._command.main()"
    done = python("-O", "-c", code, "run", "-c", "import socket; print(socket.__name__)")
    assert (done.stdout, done.stderr) == ("cffisock\n", "")


@pytest.mark.parametrize("path", ["{root}", "{root}::{there}", ":{root}", "{there}:{root}:", ""])
def test_a_pythonpath_that_is_set(path: str, folder: Path, tmp_path: Path) -> None:
    """It is what it was to the program, which has one entry more in the environment."""
    there = tmp_path / "there"
    there.mkdir()
    value = path.replace(":", os.pathsep).format(root=PATH, there=there)
    cwd = folder if path else ROOT  # where `-m` finds it
    plain, ran = both(str(folder / "script.py"), cwd=cwd, env={"PYTHONPATH": value})
    assert plain[0] == 0
    assert ran == plain


HIDDEN = {
    "works": "print('mine', __name__, __file__)\nimport socket\nprint(socket.socket.__name__)",
    "fails": "print('mine')\n1 / 0",
    "lacks": "import no_such_module",
    "shows": "import sys\nprint(sys.path, sys.modules[__name__].__file__)",
}


@pytest.mark.parametrize("hidden", HIDDEN.values(), ids=HIDDEN)
def test_a_sitecustomize_that_is_hidden(hidden: str, tmp_path: Path) -> None:
    """It works as ever, and so do programs that ask for it."""
    (tmp_path / "sitecustomize.py").write_text(f"{hidden}\n")
    path = {"PYTHONPATH": f"{tmp_path}{os.pathsep}{PATH}"}
    plain, ran = both("-c", "import sitecustomize; print(sitecustomize)", env=path)
    assert (plain[1] or plain[2]) != ""
    assert ran[0] == plain[0]
    # What comes before is of the process that the command itself is.
    assert ran[1].endswith(plain[1])
    assert ran[2].endswith(plain[2])
