"""Seed folders for tests: headers everywhere, rows where a test gives them."""

from pathlib import Path

from pipelines.seeds import SeedsError, load_seeds

HEADERS = {
    "teams": "team_id,team_name,parent_team_id,incident_io_team",
    "team_mapping": "custom_field,field_value,team_id,field_priority",
    "service_ownership": "service,team_id,valid_from,valid_to",
    "incident_owners": "incident,team_id",
    "team_members": "person,team_id,valid_from,valid_to",
    "timestamp_roles": "role,timestamp_name,priority",
}


def write_seeds(folder: Path, **rows: str | list[str]) -> Path:
    """Every seed file in `folder`, with the given lines below the header of the files they are given for."""
    folder.mkdir(exist_ok=True)
    for name, header in HEADERS.items():
        given = rows.get(name, [])
        lines = [header, *([given] if isinstance(given, str) else given)]
        (folder / f"{name}.csv").write_bytes(("\n".join(lines) + "\n").encode())
    return folder


def problems_in(folder: Path, known_team_ids: set[str] | None = None) -> list[str]:
    """The problems `load_seeds` finds; none when the seeds are good."""
    try:
        load_seeds(folder, known_team_ids)
    except SeedsError as error:
        return error.problems
    return []
