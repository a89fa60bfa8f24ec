"""Storing, replacing, finding and forgetting the key of a home over all stores."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from secret_stores import ACCOUNT, connection_in, settings_of, use_keyring

from pipelines.secrets import (
    ApiKey,
    SecretError,
    choose_store,
    find_api_key,
    forget_key,
    keep_key,
    keyring_store,
    overriding_source,
    read_connection,
)
from pipelines.settings import Settings, load_settings


def keep(settings: Settings, store_name: str, value: str) -> list[str]:
    store = choose_store(settings, store_name)
    return keep_key(settings, store, ApiKey(value, "a test"), connection_in(store_name))


def found(settings: Settings) -> str | None:
    key = find_api_key(settings)
    return key.value if key else None


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return settings_of(tmp_path / "home")


@pytest.fixture
def no_keyring(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PYTHON_KEYRING_BACKEND", "keyring.backends.null.Keyring")


def test_the_keyring_is_preferred_and_the_file_is_next(settings: Settings, monkeypatch: pytest.MonkeyPatch):
    use_keyring(monkeypatch)
    assert choose_store(settings).name == "keyring"


@pytest.mark.usefixtures("no_keyring")
def test_without_a_keyring_the_file_is_used(settings: Settings):
    assert choose_store(settings).name == "file"


@pytest.mark.usefixtures("no_keyring")
def test_without_any_store_every_reason_is_told(settings: Settings):
    with pytest.raises(SecretError) as caught:
        choose_store(replace(settings, master_key=None))
    assert "keyring: " in str(caught.value)
    assert "file: " in str(caught.value)
    assert "Nothing was changed" in str(caught.value)


def test_connecting_again_stays_with_the_store_in_use(settings: Settings, monkeypatch: pytest.MonkeyPatch):
    use_keyring(monkeypatch)
    keep(settings, "file", "one")
    assert choose_store(settings).name == "file"


@pytest.mark.parametrize("store", ["keyring", "file"])
def test_a_stored_key_is_found_replaced_and_forgotten(
    settings: Settings, monkeypatch: pytest.MonkeyPatch, store: str
):
    use_keyring(monkeypatch)
    keep(settings, store, "one")
    assert found(settings) == "one"
    keep(settings, store, "two")
    assert found(settings) == "two"
    assert len(forget_key(settings)) == 1
    assert found(settings) is None
    assert forget_key(settings) == []


@pytest.mark.parametrize(("first", "second"), [("keyring", "file"), ("file", "keyring")])
def test_a_key_in_another_store_leaves_nothing_in_the_first(
    settings: Settings, monkeypatch: pytest.MonkeyPatch, first: str, second: str
):
    keyring = use_keyring(monkeypatch)
    keep(settings, first, "one")
    assert keep(settings, second, "two") == []
    assert found(settings) == "two"
    file = settings.home / "secrets" / "incident_io_api_key.json"
    assert (len(keyring.entries), file.exists()) == ((1, False) if second == "keyring" else (0, True))


def test_a_store_that_refuses_the_new_key_leaves_the_old_one(settings: Settings, monkeypatch: pytest.MonkeyPatch):
    keyring = use_keyring(monkeypatch)
    keep(settings, "file", "one")
    monkeypatch.setattr(keyring, "set_password", lambda *_: None)
    with pytest.raises(SecretError):
        keep(settings, "keyring", "two")
    assert found(settings) == "one"


def test_an_old_store_that_cannot_be_cleaned_is_a_warning(settings: Settings, monkeypatch: pytest.MonkeyPatch):
    keyring = use_keyring(monkeypatch)
    keep(settings, "keyring", "one")
    store = choose_store(settings, "file")
    keyring.locked = True
    [warning] = keep_key(settings, store, ApiKey("two", "a test"), connection_in("file"))
    assert "still in the store keyring" in warning
    assert found(settings) == "two"


def test_the_environment_wins_over_what_is_stored_and_is_named(settings: Settings):
    keep(settings, "file", "stored")
    with_key = replace(settings, api_key="given")
    assert found(with_key) == "given"
    assert overriding_source(with_key) == "INCIDENT_IO_API_KEY"
    assert overriding_source(settings) is None


def test_a_home_that_was_never_connected_does_not_touch_the_keyring(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
):
    def touched() -> None:
        raise AssertionError("the keyring was asked")

    monkeypatch.setattr(keyring_store, "usable_backend", touched)
    assert found(settings) is None


def test_the_demo_never_takes_a_stored_key(settings: Settings):
    keep(settings, "file", "stored")
    assert found(replace(settings, is_demo=True)) is None


def test_a_keyring_that_cannot_be_reached_is_an_error_and_not_an_unconnected_home(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
):
    keyring = use_keyring(monkeypatch)
    keep(settings, "keyring", "one")
    keyring.locked = True
    with pytest.raises(SecretError, match="Unlock"):
        find_api_key(settings)
    with pytest.raises(SecretError, match="Unlock"):
        forget_key(settings)
    assert read_connection(settings.home) is not None


@pytest.mark.parametrize("store", ["keyring", "file"])
def test_a_stored_key_is_not_sent_to_another_address(
    settings: Settings, monkeypatch: pytest.MonkeyPatch, store: str
):
    keyring = use_keyring(monkeypatch)
    keep(settings, store, "one")
    elsewhere = replace(settings, api_url="https://elsewhere.example")
    with pytest.raises(SecretError, match=r"is not sent to https://elsewhere\.example"):
        find_api_key(elsewhere)
    keep_key(
        elsewhere,
        choose_store(elsewhere, store),
        ApiKey("two", "a test"),
        connection_in(store, elsewhere.api_url),
    )
    assert found(elsewhere) == "two"
    assert len(keyring.entries) == (store == "keyring")


def test_a_key_that_vanished_from_its_store_is_an_error(settings: Settings, monkeypatch: pytest.MonkeyPatch):
    keyring = use_keyring(monkeypatch)
    keep(settings, "keyring", "one")
    keyring.entries.clear()
    with pytest.raises(SecretError, match="connect` again"):
        find_api_key(settings)
    keep(settings, "file", "two")
    (settings.home / "secrets" / "incident_io_api_key.json").unlink()
    with pytest.raises(SecretError, match="is missing"):
        find_api_key(settings)


def test_the_encrypted_file_is_found_without_the_record_of_the_connection(settings: Settings):
    keep(settings, "file", "one")
    (settings.home / "connection.json").unlink()
    (settings.home / "account.json").write_text(f'{{"dashboard_url": "{ACCOUNT}"}}')
    assert found(settings) == "one"


def test_the_record_of_the_connection_holds_no_key(settings: Settings):
    keep(settings, "file", "s3cret")
    assert "s3cret" not in (settings.home / "connection.json").read_text()


def test_a_broken_record_is_a_sentence_and_can_be_forgotten(settings: Settings):
    keep(settings, "file", "one")
    (settings.home / "connection.json").write_text("{")
    with pytest.raises(SecretError, match=r"connection\.json: cannot be read"):
        find_api_key(settings)
    forget_key(settings)
    assert found(settings) is None


def test_the_master_key_is_a_setting_that_does_not_show_itself(tmp_path: Path):
    environ = {"INCIDENT_MARTS_MASTER_KEY": "m4ster", "INCIDENT_MARTS_MASTER_KEY_FILE": str(tmp_path / "key")}
    loaded = load_settings(environ, tmp_path / "none.env")
    assert (loaded.master_key, loaded.master_key_file) == ("m4ster", tmp_path / "key")
    assert "m4ster" not in repr(loaded)
