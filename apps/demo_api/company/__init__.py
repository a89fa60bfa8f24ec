"""A generated company: `build_account` makes the same `Account` for the same seed, size and instant."""

from apps.demo_api.company.build import DEFAULT_INCIDENTS, DEFAULT_SEED, build_account
from apps.demo_api.company.calendar import HISTORY_START, REFERENCE_END

__all__ = ["DEFAULT_INCIDENTS", "DEFAULT_SEED", "HISTORY_START", "REFERENCE_END", "build_account"]
