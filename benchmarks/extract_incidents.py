"""Extract and load the incident list alone, with the product's own source; the counterpart of `floor_extract`.

Run as `python -m benchmarks.extract_incidents` with the product's settings in the environment.
"""

from __future__ import annotations

from pipelines.incident_io.pipeline import extract
from pipelines.settings import load_settings


def main() -> None:
    """Print the number of incidents read."""
    print(extract(load_settings(), tables=("incidents",)).rows["incidents"])


if __name__ == "__main__":
    main()
