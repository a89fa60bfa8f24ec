"""What the marts must hold, computed in plain Python from the written definitions and not from the SQL.

One module per subject, each naming the part of the definitions it follows. Slow and obvious on purpose: no rule is
shared with the project, not even the reading of timestamps, so that one mistake cannot hide on both sides.
"""

from tests.dbt.oracle.expected import Expected, expect

__all__ = ["Expected", "expect"]
