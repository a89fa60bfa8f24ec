"""The operating system's keyring, through an allow-list of backends.

The library's own choice may be one that stores plain text, forgets at once, or fails: packages on the machine can
add such backends and rank them first. So only backends named here are used, and only they are imported unless the
user configured the library otherwise; what was configured is then either on the list or refused by name.
"""

from __future__ import annotations

from typing import Any

from pipelines.secrets.api_key import Place, SecretError

SERVICE = "incident-marts"
ALLOWED = {
    "keyring.backends.macOS.Keyring": "macOS Keychain",
    "keyring.backends.Windows.WinVaultKeyring": "Windows Credential Locker",
    "keyring.backends.SecretService.Keyring": "Secret Service",
    "keyring.backends.libsecret.Keyring": "libsecret",
    "keyring.backends.kwallet.DBusKeyring": "KWallet",
    "keyring.backends.kwallet.DBusKeyringKWallet4": "KWallet 4",
}
CHAINER = "keyring.backends.chainer.ChainerBackend"
INSTEAD = "Use `--store file` with a master key, or set INCIDENT_IO_API_KEY."


class Keyring:
    """The key as one entry of the keyring, named after account and home."""

    name = "keyring"

    def __init__(self) -> None:
        self.label = "the operating system's keyring"

    def ensure_usable(self) -> None:
        """Raises :class:`SecretError` when no allowed backend works here; names the one in use otherwise."""
        self.label = _label(usable_backend())

    def read(self, place: Place) -> str | None:
        """The key, or None when the keyring has no entry; raises :class:`SecretError` when it cannot be asked."""
        backend = usable_backend()
        self.label = _label(backend)
        value = _asked(backend, "get_password", place)
        return str(value) if value is not None else None

    def write(self, place: Place, value: str) -> None:
        """Store or replace the entry, and read it back: some backends accept what they then do not keep."""
        backend = usable_backend()
        self.label = _label(backend)
        _asked(backend, "set_password", place, value)
        if _asked(backend, "get_password", place) != value:
            raise SecretError(f"{self.label} did not keep the key. {INSTEAD}")

    def forget(self, place: Place) -> bool:
        """Remove the entry; whether there was one."""
        backend = usable_backend()
        self.label = _label(backend)
        if _asked(backend, "get_password", place) is None:
            return False
        _asked(backend, "delete_password", place)
        return True


def entry_name(place: Place) -> str:
    """The user name of the entry: readable in the keyring's own program, different for every place."""
    return f"{place.account} ({place.api_url}) in {place.home}"


def usable_backend() -> Any:
    """The allowed backend to use; raises :class:`SecretError` saying why there is none."""
    configured = _configured()
    candidates = allowed_members(configured) if configured is not None else _detected()
    if not candidates:
        raise SecretError(
            "No keyring of the operating system can be reached (on Linux: a Secret Service or KWallet in this "
            f"D-Bus session). {INSTEAD}"
        )
    return max(candidates, key=lambda backend: backend.priority)


def allowed_members(backend: Any) -> list[Any]:
    """The backend itself, or the allowed members of a chain; raises :class:`SecretError` for any other."""
    name = class_name(backend)
    if name == CHAINER:
        return [member for member in backend.backends if class_name(member) in ALLOWED]
    if name not in ALLOWED:
        raise SecretError(
            f"The keyring backend {name} is configured (PYTHON_KEYRING_BACKEND or keyringrc.cfg), and it is not "
            f"one that is known to encrypt: {', '.join(sorted(ALLOWED.values()))}. {INSTEAD}"
        )
    return [backend]


def class_name(backend: Any) -> str:
    """Module and class. A subclass is another class: what it does with a secret is not known."""
    return f"{type(backend).__module__}.{type(backend).__qualname__}"


def _configured() -> Any:
    """The backend that the user configured for the keyring library, if any."""
    from keyring import core  # noqa: PLC0415 - only homes that use a keyring pay for the import

    try:
        return core.load_env() or core.load_config()
    except Exception as error:
        raise SecretError(
            "The keyring backend configured by PYTHON_KEYRING_BACKEND or keyringrc.cfg does not work here "
            f"({type(error).__name__}). Correct it, or: {INSTEAD}"
        ) from None


def _detected() -> list[Any]:
    from keyring import core  # noqa: PLC0415

    found = []
    for name in ALLOWED:
        try:
            kind = core._load_keyring_class(name)
            if kind.viable and kind.priority > 0:
                found.append(kind())
        except Exception:  # noqa: S112 - a backend of another system: its modules are missing here
            continue
    return found


def _asked(backend: Any, method: str, place: Place, *values: str) -> Any:
    """The backend's answer. Its errors are of many libraries; their texts are left out, they may repeat values."""
    try:
        return getattr(backend, method)(SERVICE, entry_name(place), *values)
    except Exception as error:
        raise SecretError(
            f"{_label(backend)} did not answer as expected ({type(error).__name__}): it may be locked, or this "
            f"session may not reach it. Unlock it and try again. {INSTEAD}"
        ) from None


def _label(backend: Any) -> str:
    return f"the keyring ({ALLOWED.get(class_name(backend), class_name(backend))})"
