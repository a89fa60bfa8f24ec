"""The floor of extraction: plain HTTP and DuckDB's own JSON reader, nothing else.

Run as `python -m benchmarks.floor_extract URL KEY_VARIABLE`; prints the number of incidents.
"""

from __future__ import annotations

import os
import sys
import tempfile
from pathlib import Path

import duckdb
import orjson
import requests

MODES = ("standard", "retrospective", "test", "tutorial")
CATEGORIES = ("triage", "declined", "merged", "canceled", "live", "learning", "closed", "paused")


def main() -> None:
    """Read every incident page into a file and load the files into one table of typed and JSON columns."""
    url, key_variable = sys.argv[1:]
    session = requests.Session()
    session.headers["Authorization"] = f"Bearer {os.environ[key_variable]}"
    params: dict[str, object] = {
        "page_size": 250,
        "mode[one_of]": MODES,
        "status_category[one_of]": CATEGORIES,
        "sort_by": "created_at_oldest_first",
    }
    with tempfile.TemporaryDirectory() as folder:
        pages = 0
        while True:
            response = session.get(f"{url}/v2/incidents", params=params, timeout=60)
            response.raise_for_status()
            Path(folder, f"{pages:06}.json").write_bytes(response.content)
            pages += 1
            # Only the cursor is looked at, in the last bytes of the page, so that no parser is paid for twice.
            tail = response.content.rfind(b'"pagination_meta"')
            after = orjson.loads(b"{" + response.content[tail:]).get("pagination_meta", {}).get("after")
            if not after:
                break
            params["after"] = after
        connection = duckdb.connect(str(Path(folder, "floor.duckdb")))
        connection.execute(
            f"""
            create table incidents as
            select unnest(incidents, max_depth := 2)
            from read_json('{folder}/*.json', columns = {{incidents: 'STRUCT(
                id VARCHAR, reference VARCHAR, name VARCHAR, summary VARCHAR, mode VARCHAR, visibility VARCHAR,
                permalink VARCHAR, incident_status JSON, severity JSON, incident_type JSON, creator JSON,
                incident_role_assignments JSON, custom_field_entries JSON, incident_timestamp_values JSON,
                duration_metrics JSON, team_ids JSON, external_issue_reference JSON, created_at TIMESTAMPTZ,
                updated_at TIMESTAMPTZ, workload_minutes_total DOUBLE)[]'}}, maximum_object_size = 67108864)
            """
        )
        print(connection.execute("select count(*) from incidents").fetchone()[0])
        connection.close()


if __name__ == "__main__":
    main()
