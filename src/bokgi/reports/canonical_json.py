"""One byte sequence for one value: the JSON that hashes are taken of.

Convention: keys sorted, no spaces, UTF-8 without escapes, numbers as Python writes them (the shortest digits that read back equal),
never NaN or infinity. NumPy scalars and dates are refused: what is hashed has been made plain before.
"""

import json


def canonical_json(body: object) -> bytes:
    """Return the canonical bytes.

    Raises
    ------
    ValueError
        The body holds NaN or infinity.
    TypeError
        The body holds something that is no JSON value.
    """
    return json.dumps(body, allow_nan=False, ensure_ascii=False, separators=(",", ":"), sort_keys=True).encode("utf-8")
