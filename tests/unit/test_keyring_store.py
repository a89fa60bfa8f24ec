"""Which keyring backends are trusted with a key, and that errors of a keyring repeat nothing."""

from __future__ import annotations

import sys
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any

import pytest
from keyring.backends import fail, null
from keyring.backends.chainer import ChainerBackend
from secret_stores import MemoryKeyring, place_of, use_keyring

from pipelines.secrets import SecretError
from pipelines.secrets.keyring_store import ALLOWED, Keyring, allowed_members, usable_backend

PLACE = place_of(Path("/srv/marts"))


def backend_named(name: str, **values: Any) -> Any:
    module, _, kind = name.rpartition(".")
    return type(kind, (SimpleNamespace,), {"__module__": module, "__qualname__": kind})(**values)


@pytest.mark.parametrize("name", sorted(ALLOWED))
def test_the_keyrings_of_operating_systems_are_allowed(name: str):
    backend = backend_named(name)
    assert allowed_members(backend) == [backend]


@pytest.mark.parametrize(
    "backend",
    [
        fail.Keyring(),
        null.Keyring(),
        backend_named("keyrings.alt.file.PlaintextKeyring"),
        backend_named("keyrings.alt.file.EncryptedKeyring"),
        backend_named("keyrings.cryptfile.cryptfile.CryptFileKeyring"),
        backend_named("somewhere.Keyring"),
    ],
    ids=lambda backend: f"{type(backend).__module__}.{type(backend).__qualname__}",
)
def test_any_other_backend_is_refused_by_name(backend: Any):
    with pytest.raises(SecretError, match="not one that is known to encrypt") as caught:
        allowed_members(backend)
    assert type(backend).__module__ in str(caught.value)


def test_a_subclass_of_an_allowed_backend_is_another_backend():
    kind = type("Recorder", (MemoryKeyring,), {"__module__": "somewhere"})
    with pytest.raises(SecretError, match="somewhere"):
        allowed_members(kind())


def test_a_chain_counts_for_its_allowed_members_only(monkeypatch: pytest.MonkeyPatch):
    good = MemoryKeyring()
    plain = backend_named("keyrings.alt.file.PlaintextKeyring", priority=9)
    monkeypatch.setattr(ChainerBackend, "backends", [plain, good])
    assert allowed_members(ChainerBackend()) == [good]
    monkeypatch.setattr(ChainerBackend, "backends", [plain])
    assert allowed_members(ChainerBackend()) == []


@pytest.mark.parametrize("name", ["keyring.backends.null.Keyring", "keyring.backends.fail.Keyring"])
def test_a_configured_backend_that_keeps_nothing_is_refused(monkeypatch: pytest.MonkeyPatch, name: str):
    monkeypatch.setenv("PYTHON_KEYRING_BACKEND", name)
    with pytest.raises(SecretError, match=name):
        Keyring().ensure_usable()


def test_a_configured_plain_text_backend_is_refused_even_where_it_works(monkeypatch: pytest.MonkeyPatch):
    module = ModuleType("plain_text_backend")
    kind = type("Keyring", (), {"__module__": module.__name__, "priority": 99})
    module.Keyring = kind  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, module.__name__, module)
    monkeypatch.setenv("PYTHON_KEYRING_BACKEND", "plain_text_backend.Keyring")
    with pytest.raises(SecretError, match=r"plain_text_backend\.Keyring"):
        usable_backend()


def test_a_configured_backend_that_is_missing_is_a_sentence(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("PYTHON_KEYRING_BACKEND", "nowhere.Keyring")
    with pytest.raises(SecretError, match=r"does not work here \(ModuleNotFoundError\)"):
        usable_backend()


def test_entries_of_two_homes_and_two_accounts_do_not_mix(monkeypatch: pytest.MonkeyPatch):
    use_keyring(monkeypatch)
    places = [PLACE, place_of(Path("/srv/other")), place_of(PLACE.home, "https://app.incident.io/other")]
    for number, place in enumerate(places):
        Keyring().write(place, f"key-{number}")
    assert [Keyring().read(place) for place in places] == ["key-0", "key-1", "key-2"]
    assert Keyring().forget(places[0]) is True
    assert [Keyring().read(place) for place in places] == [None, "key-1", "key-2"]
    assert Keyring().forget(places[0]) is False


def test_a_keyring_that_forgets_at_once_is_noticed(monkeypatch: pytest.MonkeyPatch):
    keyring = use_keyring(monkeypatch)
    monkeypatch.setattr(keyring, "set_password", lambda *_: None)
    with pytest.raises(SecretError, match="did not keep the key"):
        Keyring().write(PLACE, "s3cret")


def test_a_locked_keyring_is_a_sentence_that_repeats_nothing(monkeypatch: pytest.MonkeyPatch):
    keyring = use_keyring(monkeypatch)
    Keyring().write(PLACE, "s3cret")
    keyring.locked = True
    with pytest.raises(SecretError, match=r"keyring \(Secret Service\).*may be locked") as caught:
        Keyring().read(PLACE)
    assert "s3cret" not in str(caught.value)
    assert caught.value.__cause__ is None
