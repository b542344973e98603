"""AF_RDS ``(host, port)``: RDS sockets have addresses of AF_INET.

The kernel's Documentation/networking/rds.rst.
"""

from __future__ import annotations

from ._codec import Codec
from .inet import pack_inet, unpack_inet

CODEC = Codec(pack_inet, unpack_inet, stable=True)
