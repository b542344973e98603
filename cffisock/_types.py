"""The names in annotations: ``t.Any`` or ``t.Seconds``, after ``from . import _types as t``.

Annotations are not evaluated until somebody asks for them, as typing.get_type_hints() does.  What
they need is imported then, since importing typing takes as long as all the rest of cffisock.
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ._annotations import *
else:

    def __getattr__(name: str) -> object:
        from . import _annotations  # noqa: PLC0415  (the reason for this file)

        if name not in _annotations.__all__:
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        return getattr(_annotations, name)
