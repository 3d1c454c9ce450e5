"""What our processes listen on: the public socket of the service and nothing else.

Convention: each process is asked by its own list of open sockets; one that cannot be asked leaves the whole unchecked.
"""

from collections.abc import Iterator, Mapping, Sequence
from ipaddress import ip_address
from typing import TypeAlias

import psutil

from bokgi.operations.security.finding import Finding, found, not_checked

NAME = "listening"
Door: TypeAlias = tuple[str, int]
"""Address and port."""


def check_listening(processes: Mapping[str, int], public: Door, *, has_token: bool) -> Finding:
    """Every port on which a process of ours, or a child of one, takes connections.

    public : address and port of the service; has_token : whether a client must know a token
    """
    try:
        doors = sorted({door for pid in processes.values() for door in _doors(pid)})
    except psutil.Error as error:
        return not_checked(NAME, f"{type(error).__name__}: {error}"[:300])
    return judged_doors(doors, public, has_token=has_token)


def judged_doors(doors: Sequence[Door], public: Door, *, has_token: bool) -> Finding:
    """Whether the public door is the only one, and who may come in by it."""
    if public not in doors:
        return not_checked(
            NAME, f"none of our processes is seen to listen on {public[0]}:{public[1]}", seen=[_words(door) for door in doors]
        )
    problems = [f"something of ours listens on {_words(door)}, too" for door in doors if door != public]
    if not ip_address(public[0]).is_loopback and not has_token:
        problems.append(f"{_words(public)} can be reached from other machines, and asks for no token")
    return found(NAME, problems, doors=[_words(door) for door in doors], has_token=has_token)


def _doors(pid: int) -> Iterator[Door]:
    process = psutil.Process(pid)
    for each in (process, *process.children(recursive=True)):
        for connection in each.net_connections(kind="inet"):
            if connection.status == psutil.CONN_LISTEN and connection.laddr:
                yield connection.laddr.ip, connection.laddr.port


def _words(door: Door) -> str:
    return f"[{door[0]}]:{door[1]}" if ":" in door[0] else f"{door[0]}:{door[1]}"
