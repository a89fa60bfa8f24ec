"""Made-up accounts for the property test: the same seed always gives the same account.

They are small and nasty rather than believable: texts that differ in case, white space and Unicode only, instants
on and beside local midnights, histories that contradict timestamps, ids that nothing knows.
"""

from tests.dbt.generator.accounts import VARIANTS, generate_account

__all__ = ["VARIANTS", "generate_account"]
