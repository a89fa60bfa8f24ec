"""What sqlfluff sees in place of dbt's own objects, so that models can be linted without starting dbt.

Only for the linter (`library_path` in `.sqlfluff`): a dispatched macro becomes a call of its own name, and
variables have the values of `dbt_project.yml`.
"""

from pathlib import Path

import yaml

_PROJECT = yaml.safe_load((Path(__file__).resolve().parents[1] / "dbt_project.yml").read_text(encoding="utf-8"))


class _Placeholders:
    """Any macro of a package, rendered as a call of its name with the first argument."""

    def __getattr__(self, name):
        if name.startswith("type_"):
            return lambda: "varchar"
        return lambda *arguments: f"{name}({arguments[0] if arguments else ''})"


class _Adapter:
    def dispatch(self, name):
        """The macro of that name, rendered as a call."""
        return getattr(dbt, name)


class _Exceptions:
    def raise_compiler_error(self, message):
        """Stops the linting as it would stop dbt."""
        raise ValueError(message)


class _Config:
    def __call__(self, **settings):
        """Settings of a model are no part of its SQL."""
        return ""

    def meta_get(self, name, default=None):
        """An example of what the properties of the model hold, in the shape that metric_catalogue reads."""
        return [{"metric": "total_incidents"}] if name == "metrics" else default


dbt = _Placeholders()
config = _Config()
adapter = _Adapter()
exceptions = _Exceptions()
execute = False


def var(name, default=None):
    """The value in dbt_project.yml."""
    return _PROJECT["vars"].get(name, default)


def env_var(name, default=""):
    """The linter's result does not depend on the environment."""
    return default
