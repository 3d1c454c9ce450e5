"""The listening socket of the service.

Convention: it is bound before anything else is started or even loaded, so that a port in use is said at once.
"""

import errno
import socket
from typing import TypeAlias

from bokgi.errors.processes import AddressRefused, PortInUse

BACKLOG = 2048

Listening: TypeAlias = socket.socket
"""A socket that clients connect to; this module alone makes it."""


def bind(host: str, port: int) -> Listening:
    """A listening socket.

    Raises
    ------
    PortInUse, AddressRefused
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listening = socket.socket(family, socket.SOCK_STREAM)
    try:
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listening.bind((host.strip("[]"), port))
        listening.listen(BACKLOG)
        listening.setblocking(False)
    except OSError as error:
        listening.close()
        if error.errno == errno.EADDRINUSE:
            raise PortInUse(host, port) from error
        raise AddressRefused(host, port, error.strerror or str(error)) from error
    return listening


def inherited(descriptor: int) -> Listening:
    """A listening socket that another process opened and left to this one."""
    listening = socket.socket(fileno=descriptor)
    listening.setblocking(False)
    return listening
