"""AF_RDS ``(host, port)``: RDS sockets have addresses of AF_INET.

The kernel's Documentation/networking/rds.rst.
"""

from __future__ import annotations

from .._platform import CONSTANTS
from ._codec import Codec
from .inet import pack_inet, unpack_inet

AF_RDS = CONSTANTS["AF_RDS"]

RDS = Codec(AF_RDS, pack_inet, unpack_inet, stable=True)
