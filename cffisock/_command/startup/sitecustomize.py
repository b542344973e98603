"""Puts cffisock in the place of ``socket`` while an interpreter starts.

``python -m cffisock run`` makes this folder the first of PYTHONPATH, and ``site`` imports what is
called so.  Every Python that gets the same environment does, so any version can read this file,
and one that is not meant is left as it was.
"""

import os
import sys

FOLDER = os.path.dirname(__file__)
HOME = os.path.dirname(os.path.dirname(os.path.dirname(FOLDER)))

# run.py has written there: how this process was started, and which interpreter is meant.
how, _, meant = os.environ.get("CFFISOCK_RUN", "").partition(" ")
if meant == "%x %s" % (sys.hexversion, sys.prefix):
    # What this process starts is not the first any more.
    if how == "only-here":
        del os.environ["CFFISOCK_RUN"]
        path = os.environ.pop("PYTHONPATH").partition(os.pathsep)[2]
        if path:
            os.environ["PYTHONPATH"] = path
    else:
        os.environ["CFFISOCK_RUN"] = "child " + meant
    from importlib.machinery import PathFinder

    class Finder:
        """Finds the copy that this file is a part of, also where sys.path has another or none."""

        @staticmethod
        def find_spec(name, path=None, target=None):  # type: ignore[no-untyped-def]
            return PathFinder.find_spec(name, [HOME]) if name == "cffisock" else None

    sys.meta_path.insert(0, Finder)
    try:
        import cffisock

        cffisock.install()
    except (ImportError, RuntimeError) as error:
        what = "" if how != "child" else "process %d goes on without it: " % os.getpid()
        sys.stderr.write("python -m cffisock run: %s%s\n" % (what, error))
        sys.stderr.flush()
        if how != "child":
            os._exit(1)
    finally:
        sys.meta_path.remove(Finder)

# As if this had not been there, for the program and for a sitecustomize that it hides.
sys.path[:] = [entry for entry in sys.path if entry != FOLDER]
sys.path_importer_cache.pop(FOLDER, None)
del sys.modules["sitecustomize"]
__import__("sitecustomize")
