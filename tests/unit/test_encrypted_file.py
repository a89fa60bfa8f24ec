"""The encrypted file of a home: who may read it, whose key it is, and where its master key comes from."""

from __future__ import annotations

import os
import stat
from pathlib import Path

import pytest
from secret_stores import MASTER_KEY, place_of, settings_of

from pipelines.secrets import SecretError
from pipelines.secrets.api_key import Place
from pipelines.secrets.encrypted_file import EncryptedFile


def mode_of(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


@pytest.fixture
def home(tmp_path: Path) -> Path:
    return tmp_path / "home"


@pytest.fixture
def place(home: Path) -> Place:
    return place_of(home)


@pytest.fixture
def store(home: Path, place: Place) -> EncryptedFile:
    store = EncryptedFile(settings_of(home))
    store.write(place, "s3cret")
    return store


def test_the_key_comes_back_and_is_not_in_the_file(store: EncryptedFile, place: Place):
    assert store.read(place) == "s3cret"
    assert b"s3cret" not in store.path.read_bytes()
    assert [path.name for path in store.path.parent.iterdir()] == ["incident_io_api_key.json"]


def test_no_file_is_no_key(home: Path, place: Place):
    assert EncryptedFile(settings_of(home)).read(place) is None


@pytest.mark.parametrize("umask", [0o000, 0o077, 0o777])
def test_folder_and_file_are_closed_to_others_under_any_umask(home: Path, place: Place, umask: int):
    home.mkdir()
    (home / "secrets").mkdir(mode=0o700)
    before = os.umask(umask)
    try:
        store = EncryptedFile(settings_of(home))
        store.write(place, "s3cret")
    finally:
        os.umask(before)
    assert (mode_of(store.path.parent), mode_of(store.path)) == (0o700, 0o600)


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o620, 0o601])
def test_a_file_that_others_can_reach_is_refused_with_the_remedy(store: EncryptedFile, place: Place, mode: int):
    store.path.chmod(mode)
    with pytest.raises(SecretError, match=f"has mode {mode:04o}.*chmod 600 {store.path}"):
        store.read(place)


def test_a_folder_that_others_can_reach_is_refused_for_reading_and_writing(store: EncryptedFile, place: Place):
    store.path.parent.chmod(0o755)
    for attempt in (lambda: store.read(place), lambda: store.write(place, "other"), store.ensure_usable):
        with pytest.raises(SecretError, match=f"chmod 700 {store.path.parent}"):
            attempt()


def test_a_file_of_another_user_is_refused(store: EncryptedFile, place: Place, monkeypatch: pytest.MonkeyPatch):
    me = os.geteuid()
    monkeypatch.setattr(os, "geteuid", lambda: me + 1)
    with pytest.raises(SecretError, match=f"belongs to user {me}, not to user {me + 1}"):
        store.read(place)


def test_a_link_in_place_of_the_file_is_refused(store: EncryptedFile, place: Place, tmp_path: Path):
    store.path.rename(tmp_path / "elsewhere.json")
    store.path.symlink_to(tmp_path / "elsewhere.json")
    with pytest.raises(SecretError, match="cannot be read"):
        store.read(place)


def test_another_master_key_is_named_as_the_reason(store: EncryptedFile, home: Path, place: Place):
    other = EncryptedFile(settings_of(home, master_key="quite-another-master-key"))
    with pytest.raises(SecretError, match="the master key is not the one it was written with"):
        other.read(place)


def test_an_altered_file_is_named_as_the_reason(store: EncryptedFile, place: Place):
    text = store.path.read_text()
    store.path.write_text(text.replace('"ciphertext": "', '"ciphertext": "AAAA'))
    with pytest.raises(SecretError, match="was altered since it was written"):
        store.read(place)
    store.path.write_text(text[:40])
    with pytest.raises(SecretError, match="cannot be used"):
        store.read(place)


def test_a_file_of_another_home_account_or_address_is_refused(store: EncryptedFile, place: Place, tmp_path: Path):
    with pytest.raises(SecretError, match="another home, account or address"):
        store.read(place_of(place.home, "https://app.incident.io/other"))
    with pytest.raises(SecretError, match="another home, account or address"):
        store.read(place_of(place.home, api_url="https://elsewhere.example"))
    other = EncryptedFile(settings_of(tmp_path / "other"))
    other.path.parent.mkdir(parents=True, mode=0o700)
    store.path.rename(other.path)
    with pytest.raises(SecretError, match="another home, account or address"):
        other.read(place_of(tmp_path / "other"))


def test_forgetting_removes_file_and_folder(store: EncryptedFile, place: Place):
    assert store.forget(place) is True
    assert not store.path.parent.exists()
    assert store.forget(place) is False


def test_a_missing_or_short_or_double_master_key_is_refused_by_name(home: Path, tmp_path: Path):
    for values, words in (
        ({"master_key": None}, "set INCIDENT_MARTS_MASTER_KEY, or INCIDENT_MARTS_MASTER_KEY_FILE"),
        ({"master_key": "short"}, "INCIDENT_MARTS_MASTER_KEY: is shorter than 16"),
        ({"master_key_file": tmp_path / "key"}, "both set"),
        ({"master_key": None, "master_key_file": tmp_path / "key"}, "does not exist"),
    ):
        with pytest.raises(SecretError, match=words) as caught:
            EncryptedFile(settings_of(home, **values)).ensure_usable()
        assert "short " not in str(caught.value)


def test_the_master_key_may_come_from_a_closed_file(
    store: EncryptedFile, home: Path, place: Place, tmp_path: Path
):
    file = tmp_path / "master.key"
    file.write_text(f"{MASTER_KEY}\n")
    file.chmod(0o600)
    from_file = EncryptedFile(settings_of(home, master_key=None, master_key_file=file))
    assert from_file.read(place) == "s3cret"
    file.chmod(0o640)
    with pytest.raises(SecretError, match=f"INCIDENT_MARTS_MASTER_KEY_FILE: {file}: has mode 0640"):
        from_file.read(place)
    file.unlink()
    file.mkdir()
    with pytest.raises(SecretError, match="MASTER_KEY_FILE"):
        from_file.read(place)
