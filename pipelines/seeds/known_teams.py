"""Teams that exist without a row in `teams.csv`, as the last published marts know them."""

from __future__ import annotations

from pathlib import Path

import duckdb

from pipelines.warehouse import read_only


def published_team_ids(marts: Path) -> set[str] | None:
    """Ids of incident.io teams that are teams of their own in the published file; None when nothing is published.

    The published copy is asked rather than the warehouse because reading it can never get in the way of a run.
    """
    if not marts.exists():
        return None
    with read_only(marts) as connection:
        try:
            found = connection.execute(
                "select team_id from marts.dim_teams where source = 'incident_io'"
            ).fetchall()
        except duckdb.CatalogException:
            return None
    return {team_id for (team_id,) in found}
