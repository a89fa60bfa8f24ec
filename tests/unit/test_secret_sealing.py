"""What a sealed secret gives away, and how it notices a wrong master key and every alteration."""

from __future__ import annotations

import json
from typing import Any

import pytest

from pipelines.secrets import sealing
from pipelines.secrets.sealing import AlteredError, NotSealedError, WrongMasterKeyError, bound_to, seal, unseal

MASTER = b"sixteen or more bytes"
BOUND = {"home": "/srv/marts", "account": "https://app.incident.io/a"}


@pytest.fixture(autouse=True)
def cheap_derivation(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sealing, "SCRYPT", {"name": "scrypt", "n": 2, "r": 8, "p": 1})


def altered(content: bytes, *path: str, value: Any) -> bytes:
    document = json.loads(content)
    inner = document
    for name in path[:-1]:
        inner = inner[name]
    assert path[-1] in inner
    inner[path[-1]] = value
    return json.dumps(document).encode()


def test_what_was_sealed_comes_back_with_the_same_master_key():
    content = seal("s3cret", MASTER, BOUND)
    assert unseal(content, MASTER) == "s3cret"
    assert bound_to(content) == BOUND


def test_the_document_holds_neither_the_secret_nor_the_master_key():
    content = seal("s3cret", MASTER, BOUND)
    assert b"s3cret" not in content
    assert MASTER not in content


def test_salt_and_nonce_are_new_every_time():
    one, two = (json.loads(seal("s3cret", MASTER, BOUND)) for _ in range(2))
    assert one["nonce"] != two["nonce"]
    assert one["kdf"]["salt"] != two["kdf"]["salt"]
    assert one["ciphertext"] != two["ciphertext"]


def test_the_cost_of_the_derivation_is_in_the_document_and_read_from_there(monkeypatch: pytest.MonkeyPatch):
    content = seal("s3cret", MASTER, BOUND)
    monkeypatch.setattr(sealing, "SCRYPT", {"name": "scrypt", "n": 4, "r": 8, "p": 1})
    assert json.loads(content)["kdf"]["n"] == 2
    assert unseal(content, MASTER) == "s3cret"


def test_another_master_key_is_told_from_an_alteration():
    with pytest.raises(WrongMasterKeyError):
        unseal(seal("s3cret", MASTER, BOUND), MASTER + b"!")


@pytest.mark.parametrize(
    ("path", "value"),
    [
        (("bound_to",), {**BOUND, "account": "https://app.incident.io/b"}),
        (("bound_to",), {**BOUND, "home": "/elsewhere"}),
        (("cipher",), "none"),
        (("kdf", "name"), "other"),
        (("nonce",), "AAAAAAAAAAAAAAAA"),
        (("ciphertext",), "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"),
        (("ciphertext",), ""),
    ],
)
def test_every_alteration_is_noticed(path: tuple[str, ...], value: Any):
    with pytest.raises(AlteredError):
        unseal(altered(seal("s3cret", MASTER, BOUND), *path, value=value), MASTER)


@pytest.mark.parametrize("costs", [{"n": 4}, {"r": 1}, {"salt": "AAAA"}])
def test_an_altered_derivation_gives_no_key(costs: dict[str, Any]):
    [(name, value)] = costs.items()
    with pytest.raises(WrongMasterKeyError):
        unseal(altered(seal("s3cret", MASTER, BOUND), "kdf", name, value=value), MASTER)


@pytest.mark.parametrize(("name", "value"), [("n", 2**40), ("n", 3), ("n", 1), ("r", 10**6), ("p", 0), ("n", "x")])
def test_a_derivation_that_would_stall_the_machine_is_not_tried(name: str, value: Any):
    with pytest.raises(NotSealedError):
        unseal(altered(seal("s3cret", MASTER, BOUND), "kdf", name, value=value), MASTER)


@pytest.mark.parametrize("content", [b"", b"s3cret", b"[]", b"{}", b"\xff", b'{"format": "other"}'])
def test_another_document_is_refused(content: bytes):
    with pytest.raises(NotSealedError):
        unseal(content, MASTER)


def test_a_document_of_another_version_is_refused():
    with pytest.raises(NotSealedError, match="version"):
        unseal(altered(seal("s3cret", MASTER, BOUND), "version", value=2), MASTER)
