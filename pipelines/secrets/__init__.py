"""Where the API key comes from and where it is kept. It is looked up when a run starts, never at import.

`find_api_key` asks the stores in the order of `STORES`. `incident-marts connect` fills the operating system's
keyring or an encrypted file through `keep_key` and `forget_key`.
"""

from pipelines.secrets.api_key import CREDENTIAL_NAME, ApiKey, SecretError, checked_key
from pipelines.secrets.connection import Connection, known_account, read_connection
from pipelines.secrets.keeping import choose_store, forget_key, keep_key
from pipelines.secrets.lookup import (
    STORES,
    find_api_key,
    from_credentials_directory,
    from_encrypted_file,
    from_keyring,
    from_settings,
    overriding_source,
)

__all__ = [
    "CREDENTIAL_NAME",
    "STORES",
    "ApiKey",
    "Connection",
    "SecretError",
    "checked_key",
    "choose_store",
    "find_api_key",
    "forget_key",
    "from_credentials_directory",
    "from_encrypted_file",
    "from_keyring",
    "from_settings",
    "keep_key",
    "known_account",
    "overriding_source",
    "read_connection",
]
