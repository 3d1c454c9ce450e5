"""Signatures over the evidence: at the end of each phase a statement over head and count of the log.

Convention: an in-toto statement (subject: tag and commit; predicate: phase, head, count) in a DSSE envelope, signed with ed25519. Seal
files lie beside the log as `seals/<count>-<phase>.json`. A chain alone can be made anew by whoever may write the file; a seal cannot,
without the key.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from securesystemslib.dsse import Envelope
from securesystemslib.exceptions import FormatError, VerificationError
from securesystemslib.signer import CryptoSigner, SSlibKey

from bokgi.errors.operations import KeyRefused
from bokgi.operations.evidence_log import EvidenceLog, write_synced
from bokgi.reports.canonical_json import canonical_json

SEALS_NAME = "seals"
PAYLOAD_TYPE = "application/vnd.in-toto+json"
STATEMENT_TYPE = "https://in-toto.io/Statement/v1"
PREDICATE_TYPE = "https://bokgi.invalid/release-evidence/v1"
_OWNER_ONLY = 0o600


@dataclass(frozen=True, slots=True)
class Seal:
    """What was signed at the end of a phase: hash of the last line and number of the lines."""

    phase: str
    head: str
    count: int
    tag: str
    commit: str


def new_key(path: Path) -> SSlibKey:
    """Make a pair of keys: the private one at the path, readable by its owner alone, the public one beside it as `.pub`.

    Raises
    ------
    KeyRefused
        There is a key already: with another one, old seals would no longer be ours.
    """
    if path.exists():
        raise KeyRefused(str(path), "there is one already")
    signer = CryptoSigner.generate_ed25519()
    path.touch(_OWNER_ONLY)
    path.write_bytes(signer.private_bytes)
    write_synced(public_path(path), canonical_json({"keyid": signer.public_key.keyid, **signer.public_key.to_dict()}))
    return signer.public_key


def public_path(path: Path) -> Path:
    """Where the public half of a key lies."""
    return path.with_name(path.name + ".pub")


def read_signer(path: Path) -> CryptoSigner:
    """The private key of a file.

    Raises
    ------
    KeyRefused
    """
    try:
        key = serialization.load_pem_private_key(path.read_bytes(), None)
    except (OSError, ValueError, TypeError, UnsupportedAlgorithm) as error:
        raise KeyRefused(str(path), str(error)) from error
    if not isinstance(key, Ed25519PrivateKey):
        raise KeyRefused(str(path), "it is no ed25519 key")
    return CryptoSigner(key)


def read_public_key(path: Path) -> SSlibKey:
    """The public key of a file.

    Raises
    ------
    KeyRefused
    """
    try:
        given = json.loads(path.read_bytes())
        key = SSlibKey.from_dict(given.pop("keyid"), given)
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise KeyRefused(str(path), str(error)) from error
    if key.keytype != "ed25519":
        raise KeyRefused(str(path), "it is no ed25519 key")
    return key


def seal(log: EvidenceLog, signer: CryptoSigner, phase: str, tag: str, commit: str) -> Seal:
    """Sign the log as it stands."""
    made = Seal(phase, log.head, log.count, tag, commit)
    envelope = Envelope(canonical_json(_statement(made)), PAYLOAD_TYPE, {})
    envelope.sign(signer)
    folder = log.folder / SEALS_NAME
    folder.mkdir(exist_ok=True)
    write_synced(folder / f"{made.count:06}-{phase}.json", canonical_json(envelope.to_dict()))
    return made


def opened(content: bytes, key: SSlibKey) -> Seal:
    """The seal in an envelope that the key has signed.

    Raises
    ------
    ValueError
        It is no such envelope, or nobody with this key signed it.
    """
    try:
        envelope = Envelope.from_dict(json.loads(content))
        envelope.verify([key], 1)
        return _from_statement(json.loads(envelope.payload))
    except VerificationError as error:
        raise ValueError("it is not signed with this key") from error
    except (KeyError, TypeError, AttributeError, FormatError, UnicodeDecodeError) as error:
        raise ValueError(f"it is no sealed statement ({error})") from error


def _statement(made: Seal) -> Mapping[str, Any]:
    return {
        "_type": STATEMENT_TYPE,
        "subject": [{"name": made.tag, "digest": {"gitCommit": made.commit}}],
        "predicateType": PREDICATE_TYPE,
        "predicate": {"phase": made.phase, "head": made.head, "count": made.count},
    }


def _from_statement(given: Mapping[str, Any]) -> Seal:
    if given["_type"] != STATEMENT_TYPE or given["predicateType"] != PREDICATE_TYPE:
        raise ValueError("it states something else")
    subject, predicate = given["subject"][0], given["predicate"]
    return Seal(
        str(predicate["phase"]), str(predicate["head"]), int(predicate["count"]), str(subject["name"]), str(subject["digest"]["gitCommit"])
    )
