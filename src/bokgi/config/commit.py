"""The commit that this code was taken from, where it is known.

Convention: `git archive` writes the commit into `commit.txt`; a working copy has no commit of its own and says so with an empty text.
"""

import re
from functools import cache
from importlib.resources import files

_COMMIT = re.compile(r"[0-9a-f]{40,64}")


@cache
def own_commit() -> str:
    """Hash of the commit; empty in a working copy."""
    found = (files("bokgi.config") / "commit.txt").read_text("ascii").strip()
    return found if _COMMIT.fullmatch(found) else ""
