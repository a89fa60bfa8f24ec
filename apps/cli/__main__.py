"""`python -m apps.cli`, for environments where the console script is not on the path."""

from __future__ import annotations

from apps.cli.main import main

if __name__ == "__main__":
    main()
