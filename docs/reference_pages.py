"""What Sphinx has to be told for these pages: signatures as a person writes them, links to the
manual pages of system calls, the table of constants, and what each interpreter lacks."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from docutils import nodes
from sphinx import addnodes
from sphinx.application import Sphinx
from sphinx.transforms import SphinxTransform
from sphinx.util import logging
from sphinx.util.docutils import SphinxDirective

from cffisock._command import surface
from cffisock._constants import ASM_GENERIC, CONSTANTS

HERE = Path(__file__).parent
NO_BREAK_SPACE = "\N{NO-BREAK SPACE}"
logger = logging.getLogger(__name__)

# --- signatures ---------------------------------------------------------------------------------

# Where Python's own says less: what was not given is told from None, or depends on the rest.
SIGNATURES = {
    "socket": "(family=AF_INET, type=SOCK_STREAM, proto=0, fileno=None)",
    "socket.getsockopt": "(level, optname[, buflen])",
    "socket.sendmsg_afalg": "([msg], *, op[, iv[, assoclen[, flags]]])",
    "socket.sendto": "(data[, flags], address)",
    "socket.setsockopt": "(level, optname, value[, optlen])",
    "create_connection": "(address[, timeout], source_address=None, *, all_errors=False, "
    "happy_eyeballs_delay=None, interleave=None)",
    "getaddrinfo": "(host, port, family=0, type=0, proto=0, flags=0[, *, timeout])",
    "getservbyname": "(servicename[, protocolname])",
    "getservbyport": "(port[, protocolname])",
    "socketpair": "(family=AF_UNIX, type=SOCK_STREAM, proto=0)",
}


def signature(
    _app: Sphinx, _what: str, name: str, _obj: Any, _options: Any, given: str | None, returns: Any
) -> tuple[str | None, Any]:
    """The signature of ``cffisock.NAME``, without the marks that are for the interpreter."""
    text = SIGNATURES.get(name.partition(".")[2], given)
    if text is not None:
        text = re.sub(r"\b(AddressFamily|SocketKind)\.", "", text).replace(", /", "")
        if "<" in text:
            logger.warning("the signature of %s is not fit to read: %s", name, text)
    return text, returns


def brackets(_app: Sphinx, _domain: str, _objtype: str, content: Any) -> None:
    """Leaves brackets where they are; Sphinx moves their commas."""
    for line in content.parent.findall(addnodes.desc_signature):
        text = SIGNATURES.get(line.get("fullname", ""), "")
        if "[" in text:
            (arguments,) = line.findall(addnodes.desc_parameterlist)
            arguments.children = [addnodes.desc_parameter("", text[1:-1])]


# --- manual pages -------------------------------------------------------------------------------

PAGE = re.compile(r"\b([a-z][a-z0-9_]+)\(([2-8])\)")
MANUAL = "https://man7.org/linux/man-pages/man{section}/{page}.{section}.html"
NO_LINKS = (nodes.literal, nodes.FixedTextElement, nodes.reference, nodes.title)


class ManualPages(SphinxTransform):
    """Makes ``recv(2)`` a link to the manual page, wherever it is text."""

    default_priority = 500

    def apply(self, **_: Any) -> None:
        for text in list(self.document.findall(nodes.Text)):
            if PAGE.search(text) and not has_parent(text, NO_LINKS):
                text.parent.replace(text, list(linked(text)))


def has_parent(node: Any, kinds: Any) -> bool:
    while node is not None:
        if isinstance(node, kinds):
            return True
        node = node.parent
    return False


def linked(text: str) -> Iterator[nodes.Node]:
    """The parts of a text, with links for those that name a manual page."""
    end = 0
    for found in PAGE.finditer(text):
        yield nodes.Text(text[end : found.start()])
        page, section = found.groups()
        yield nodes.reference("", found.group(), refuri=MANUAL.format(page=page, section=section))
        end = found.end()
    yield nodes.Text(text[end:])


# --- constants ----------------------------------------------------------------------------------


def interpreters() -> dict[str, list[str]]:
    """Which constants came with which interpreter's socket module, by their names and versions."""
    text = (HERE / "interpreters.txt").read_text(encoding="utf-8")
    parts = re.split(r"^\[(.*)\]$", text, flags=re.MULTILINE)
    return {name: names.split() for name, names in zip(parts[1::2], parts[2::2])}


def lacking(constant: str) -> str:
    """Which interpreters have no such constant in their socket module."""
    since = [name for name, names in interpreters().items() if constant in names]
    found = []
    for kind in ("CPython", "PyPy"):
        ours = [name for name in interpreters() if name.startswith(kind)]
        first = next((name for name in ours if name in since), None)
        if first is None:
            found.append(kind)
        elif first != ours[0]:
            found.append(f"{kind} before {first.partition(' ')[2]}")
    return ", ".join(found)


class Constants(SphinxDirective):
    """``.. constants::``: the table of all constants, by groups and by who lacks them."""

    def run(self) -> list[nodes.Node]:
        head = row("Constant", "Not in the socket module of")
        body = nodes.tbody()
        for group, text in {**CONSTANTS, "Newer socket options": ASM_GENERIC}.items():
            by_lack: dict[str, list[str]] = {}
            for word in text.split():
                name = word.partition("=")[0]
                by_lack.setdefault(lacking(name), []).append(name)
            title = nodes.entry("", nodes.paragraph("", "", nodes.strong("", group)), morecols=1)
            body += nodes.row("", title)
            for who, names in by_lack.items():
                body += row(names, who or "\N{EN DASH}")
        return [table(head, body, 3, 1)]


class Lacking(SphinxDirective):
    """``.. lacking::``: which names each interpreter's module has not, the newest first."""

    def run(self) -> list[nodes.Node]:
        public = [*surface.MODULE, *(f"socket.{name}" for name in surface.SOCKET)]
        head = row("Interpreter", f"Lacks, of {len(public)}", "Besides those of the row above")
        body = nodes.tbody()
        listed = {name for names in interpreters().values() for name in names}
        for kind in ("CPython", "PyPy"):
            ours = {who: names for who, names in interpreters().items() if who.startswith(kind)}
            lacked = listed.intersection(public).difference(*ours.values())
            besides = lacked
            for who, names in reversed(ours.items()):
                cell = [name for name in public if name in besides]
                body += row(who.replace(" ", NO_BREAK_SPACE), str(len(lacked)), cell)
                besides = set(names).intersection(public)
                lacked = lacked | besides
        return [table(head, body, 2, 1, 9)]


def table(head: nodes.row, body: nodes.tbody, *widths: int) -> nodes.table:
    columns = [nodes.colspec(colwidth=width) for width in widths]
    group = nodes.tgroup("", *columns, nodes.thead("", head), body, cols=len(widths))
    return nodes.table("", group, classes=["constants"])


def row(*cells: str | list[str]) -> nodes.row:
    """A row of a table, whose cells are texts, or names."""
    return nodes.row("", *(nodes.entry("", paragraph(cell)) for cell in cells))


def paragraph(cell: str | list[str]) -> nodes.paragraph:
    if isinstance(cell, str):
        return nodes.paragraph("", cell)
    names = nodes.paragraph()
    for name in cell:
        names += [nodes.literal("", name), nodes.Text(" ")]
    return names


def skip_fields(
    _app: Sphinx, _what: str, _name: str, obj: Any, _skip: bool, _options: Any
) -> bool | None:
    """Leaves out the fields of records, which their signatures and docstrings have."""
    return True if type(obj).__name__ == "_tuplegetter" else None


def setup(app: Sphinx) -> dict[str, Any]:
    app.connect("autodoc-process-signature", signature)
    app.connect("autodoc-skip-member", skip_fields)
    app.connect("object-description-transform", brackets)
    app.add_transform(ManualPages)
    app.add_directive("constants", Constants)
    app.add_directive("lacking", Lacking)
    return {"parallel_read_safe": True}
