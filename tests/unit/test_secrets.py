"""Where the key is found, and that errors never show it."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from pipelines.secrets import SecretError, find_api_key
from pipelines.settings import Settings, load_settings


def settings_with(tmp_path: Path, api_key: str | None = None, credential: bytes | None = None) -> Settings:
    if credential is not None:
        (tmp_path / "incident_io_api_key").write_bytes(credential)
    return Settings(
        home=tmp_path,
        seeds=tmp_path,
        as_of=datetime(2026, 1, 1, tzinfo=UTC),
        api_key=api_key,
        credentials_dir=tmp_path,
    )


def test_no_store_holds_a_key(tmp_path: Path) -> None:
    assert find_api_key(settings_with(tmp_path)) is None


def test_the_environment_comes_before_the_credentials_directory(tmp_path: Path) -> None:
    key = find_api_key(settings_with(tmp_path, "one", b"two\n"))
    assert key is not None
    assert (key.value, key.source) == ("one", "INCIDENT_IO_API_KEY")


def test_the_credential_of_systemd_is_read_without_its_line_end(tmp_path: Path) -> None:
    key = find_api_key(settings_with(tmp_path, credential=b"two\n"))
    assert key is not None
    assert (key.value, key.source) == ("two", "$CREDENTIALS_DIRECTORY/incident_io_api_key")


def test_the_credentials_directory_is_a_setting(tmp_path: Path) -> None:
    settings = load_settings({"CREDENTIALS_DIRECTORY": str(tmp_path)}, tmp_path / "none.env")
    assert settings.credentials_dir == tmp_path
    assert load_settings({}, tmp_path / "none.env").credentials_dir is None


def test_the_value_is_in_neither_repr_nor_str(tmp_path: Path) -> None:
    key = find_api_key(settings_with(tmp_path, "s3cret"))
    assert "s3cret" not in f"{key!r} {key}"


@pytest.mark.parametrize("value", [b"s3cret\nmore", b"s3cret more", "s3crét".encode(), b"\xffs3cret"])
def test_what_cannot_be_a_key_is_refused_without_showing_it(tmp_path: Path, value: bytes) -> None:
    with pytest.raises(SecretError) as caught:
        find_api_key(settings_with(tmp_path, credential=value))
    assert "CREDENTIALS_DIRECTORY" in str(caught.value)
    assert "s3cr" not in str(caught.value)
    assert caught.value.__cause__ is None


def test_an_empty_credential_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(SecretError, match="empty"):
        find_api_key(settings_with(tmp_path, credential=b"\n"))
