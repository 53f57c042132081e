"""Nothing leaves the machine: a connection to anywhere but loopback fails the test."""

from __future__ import annotations

import ipaddress
import socket
from typing import Any


class OutsideForbidden(RuntimeError):
    """A test tried to talk to another machine."""


def _inside(address: Any) -> bool:
    if not isinstance(address, tuple):
        return True  # a unix socket
    host = str(address[0])
    if host in {"localhost", ""}:
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def forbid_the_outside() -> None:
    """Guard `socket.connect` for the rest of this process."""
    real = socket.socket.connect

    def connect(self: socket.socket, address: Any) -> None:
        if not _inside(address):
            raise OutsideForbidden(f"a test tried to reach {address!r}")
        real(self, address)

    socket.socket.connect = connect  # type: ignore[method-assign,assignment]  # replaced for the whole process, on purpose
