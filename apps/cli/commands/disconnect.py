"""`incident-marts disconnect`: forget the key of this home."""

from __future__ import annotations

import json

import click

from apps.cli import options


@click.command("disconnect")
@options.as_json
def command(as_json: bool) -> None:
    """Forget the stored API key of this home; say what stays.

    Data stays, and so does the key itself: revoke it in incident.io under Settings > API keys.
    """
    from pipelines.secrets import forget_key, known_account, overriding_source
    from pipelines.settings import load_settings

    settings = load_settings()
    account = known_account(settings.home)
    removed = forget_key(settings)
    overridden_by = overriding_source(settings)
    stays = [str(path) for path in (settings.warehouse, settings.marts, settings.export_dir) if path.exists()]
    if as_json:
        document = {
            "ok": True,
            "account": account,
            "home": str(settings.home),
            "removed_from": removed,
            "still_set": overridden_by,
            "stays": stays,
        }
        click.echo(json.dumps(document, ensure_ascii=False, indent=2))
        return
    lines = [f"The key was removed from {where}." for where in removed]
    if not removed:
        lines.append(f"No key of {settings.home} was stored.")
    if overridden_by:
        lines.append(f"{overridden_by} is still set, so runs still have a key; remove it there.")
    if stays:
        lines.append(f"What was loaded stays: {', '.join(stays)}.")
    if account:
        lines.append(
            f"The home still belongs to {account}. The key itself stays valid until it is revoked in incident.io "
            "under Settings > API keys."
        )
    click.echo("\n".join(lines))
