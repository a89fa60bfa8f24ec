"""What may be shown of a message that was made elsewhere."""

from __future__ import annotations


def told(text: str) -> str:
    """The text without e-mail addresses where a salt says that people are pseudonyms, else as it is."""
    from pipelines.pseudonyms import without_addresses
    from pipelines.settings import SettingsError, load_settings

    try:
        salt = load_settings().pii_salt
    except SettingsError:  # then the text is about settings, and says so itself
        return text
    return without_addresses(text, salt) if salt else text
