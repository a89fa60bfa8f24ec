"""Extract and load a whole account with the product's own source, or read it one page after another.

Run as `python -m benchmarks.extract_account [--one-after-another]` with the product's settings in the environment;
prints JSON: `seconds` of the work without imports, `requests`, and `minimum`, the fewest requests that could have
brought the same rows, by path.
"""

from __future__ import annotations

import sys
import time
from datetime import timedelta
from math import ceil

import duckdb
import orjson

from pipelines.incident_io.client import Client
from pipelines.incident_io.cursors import Plan
from pipelines.incident_io.endpoints import BY_NAME, ENDPOINTS, FOLLOW_UP_MODES, Endpoint
from pipelines.incident_io.pages import read_pages
from pipelines.incident_io.pipeline import extract, rules_of
from pipelines.incident_io.series import SERIES, Parents, created_params
from pipelines.settings import Settings, load_settings
from pipelines.warehouse import RAW_SCHEMA, read_only


def minimum_requests(settings: Settings) -> dict[str, int]:
    """Fewest requests per path for the rows in the warehouse: full pages, and one request for every empty part."""
    with read_only(settings.warehouse) as connection:
        minimum = {endpoint.path: _minimum(connection, endpoint, settings) for endpoint in ENDPOINTS}
    return {"/v1/identity": 1, **minimum}


def _minimum(connection: duckdb.DuckDBPyConnection, endpoint: Endpoint, settings: Settings) -> int:
    if endpoint.is_per_incident:
        rule = rules_of(settings).per_incident[endpoint.name]
        since = settings.as_of - timedelta(days=rule.days)
        (count,) = connection.execute(
            f"select count(*) from {RAW_SCHEMA}.incidents where created_at >= ?", [since]
        ).fetchone() or (0,)
        return min(count, rule.requests) if rule.is_wanted else 0
    if endpoint.page_size is None:
        return 1
    partition = endpoint.partition or "''"
    counts = dict(
        connection.execute(
            f"select {partition}, count(*) from {RAW_SCHEMA}.{endpoint.name} group by all"
        ).fetchall()
    )
    least = len(FOLLOW_UP_MODES) if endpoint.partition == "incident_mode" else 1
    return max(sum(ceil(count / endpoint.page_size) for count in counts.values()), least)


def one_after_another(settings: Settings) -> int:
    """Read every list from its first page to its last, and then the next list; the number of requests."""
    client = Client(settings.api_url, settings.api_key or "")
    parents = Parents(client)
    created: dict[str, str] = {}
    for endpoint in sorted(ENDPOINTS, key=lambda endpoint: endpoint.is_per_incident):
        plan = Plan()
        if endpoint.is_per_incident:
            rule = rules_of(settings).per_incident[endpoint.name]
            since = (settings.as_of - timedelta(days=rule.days)).isoformat()
            recent = [incident_id for incident_id, moment in created.items() if moment >= since]
            plan = Plan(incident_ids=tuple(recent[: rule.requests]) if rule.is_wanted else ())
        for series in SERIES[endpoint.series](parents, plan):
            if series.known is None:
                for page in read_pages(client, endpoint, [*series.params, *created_params(*series.created)]):
                    if endpoint is BY_NAME["incidents"]:
                        created |= {row["id"]: row["created_at"] for row in page.rows}
    return client.count_requests


def main() -> None:
    """Do the one or the other and print what it took."""
    settings = load_settings()
    started = time.perf_counter()
    if "--one-after-another" in sys.argv:
        found = {"requests": one_after_another(settings), "seconds": time.perf_counter() - started}
    else:
        client = Client(settings.api_url, settings.api_key or "")
        report = extract(settings, client=client)
        seconds = time.perf_counter() - started
        found = {"requests": report.requests, "seconds": seconds, "rows": report.rows}
        found["minimum"] = minimum_requests(settings)
        found["attachments"] = client.requests_of(BY_NAME["incident_attachments"].path)
    sys.stdout.write(orjson.dumps(found).decode())


if __name__ == "__main__":
    main()
