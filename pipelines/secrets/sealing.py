"""Sealing a text with a master key: scrypt and AES-256-GCM, as one JSON document.

Everything in the document but nonce and ciphertext is authenticated: whose secret it is and how the key was
derived cannot be changed without notice. `key_check` is half of what scrypt gives, used for nothing else; it
tells a wrong master key from a document that was altered.
"""

from __future__ import annotations

import base64
import hmac
import json
import os
from typing import Any

FORMAT, VERSION = "incident-marts sealed secret", 1
# 33 MB and about 0.1 s for a guess. Master keys are long random texts, so this is the second line of defence.
SCRYPT = {"name": "scrypt", "n": 2**15, "r": 8, "p": 1}
# A document may ask for more than this version writes, but not for so much that reading it stalls the machine.
LARGEST_N, LARGEST_R, LARGEST_P = 2**20, 16, 4
KEY_BYTES, SALT_BYTES, NONCE_BYTES = 32, 16, 12
SEALED = ("nonce", "ciphertext")


class NotSealedError(Exception):
    """The document is not one of ours, or of a newer version."""


class WrongMasterKeyError(Exception):
    """The master key is not the one that sealed the document."""


class AlteredError(Exception):
    """The master key is right, but the document is not as it was written."""


def seal(text: str, master_key: bytes, bound_to: dict[str, str]) -> bytes:
    """The text as a JSON document that only `master_key` opens; `bound_to` stays readable and is authenticated."""
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM  # noqa: PLC0415 - only when a secret is used

    salt, nonce = os.urandom(SALT_BYTES), os.urandom(NONCE_BYTES)
    key, check = _derive(master_key, salt, SCRYPT)
    document: dict[str, Any] = {
        "format": FORMAT,
        "version": VERSION,
        "bound_to": bound_to,
        "kdf": {**SCRYPT, "salt": _text(salt)},
        "key_check": _text(check),
        "cipher": "AES-256-GCM",
    }
    sealed = AESGCM(key).encrypt(nonce, text.encode(), _authenticated(document))
    document |= {"nonce": _text(nonce), "ciphertext": _text(sealed)}
    return (json.dumps(document, indent=2, ensure_ascii=False) + "\n").encode()


def bound_to(content: bytes) -> dict[str, str]:
    """What the document says it is bound to, not yet verified; raises :class:`NotSealedError`."""
    return {str(name): str(value) for name, value in _document(content)["bound_to"].items()}


def unseal(content: bytes, master_key: bytes) -> str:
    """The text of a document made by :func:`seal`.

    Raises :class:`NotSealedError`, :class:`WrongMasterKeyError` or :class:`AlteredError`.
    """
    from cryptography.exceptions import InvalidTag  # noqa: PLC0415
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM  # noqa: PLC0415

    document = _document(content)
    try:
        kdf = document["kdf"]
        salt, nonce = _bytes(kdf["salt"]), _bytes(document["nonce"])
        check, sealed = _bytes(document["key_check"]), _bytes(document["ciphertext"])
        costs = {name: int(kdf[name]) for name in ("n", "r", "p")}
    except (KeyError, TypeError, ValueError):
        raise NotSealedError("parts are missing or unreadable") from None
    if not _is_affordable(costs) or len(nonce) != NONCE_BYTES:
        raise NotSealedError("its key derivation is outside the accepted bounds")
    key, expected = _derive(master_key, salt, costs)
    if not hmac.compare_digest(check, expected):
        raise WrongMasterKeyError
    try:
        return AESGCM(key).decrypt(nonce, sealed, _authenticated(document)).decode()
    except (InvalidTag, ValueError):
        raise AlteredError from None


def _document(content: bytes) -> dict[str, Any]:
    try:
        document = json.loads(content)
    except ValueError:
        raise NotSealedError("it is not JSON") from None
    if not isinstance(document, dict) or document.get("format") != FORMAT:
        raise NotSealedError("it has another format")
    if document.get("version") != VERSION:
        raise NotSealedError("it was written by another version")
    if not isinstance(document.get("bound_to"), dict):
        raise NotSealedError("parts are missing or unreadable")
    return document


def _is_affordable(costs: dict[str, int]) -> bool:
    n, r, p = costs["n"], costs["r"], costs["p"]
    return 1 < n <= LARGEST_N and n & (n - 1) == 0 and 0 < r <= LARGEST_R and 0 < p <= LARGEST_P


def _derive(master_key: bytes, salt: bytes, costs: dict[str, Any]) -> tuple[bytes, bytes]:
    from cryptography.hazmat.primitives.kdf.scrypt import Scrypt  # noqa: PLC0415

    scrypt = Scrypt(salt=salt, length=2 * KEY_BYTES, n=costs["n"], r=costs["r"], p=costs["p"])
    derived = scrypt.derive(master_key)
    return derived[:KEY_BYTES], derived[KEY_BYTES:]


def _authenticated(document: dict[str, Any]) -> bytes:
    header = {name: value for name, value in document.items() if name not in SEALED}
    return json.dumps(header, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()


def _text(value: bytes) -> str:
    return base64.b64encode(value).decode()


def _bytes(text: str) -> bytes:
    return base64.b64decode(text, validate=True)
