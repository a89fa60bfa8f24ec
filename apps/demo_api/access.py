"""Bearer keys, what each may read, and the 401 and 403 that follow."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from apps.demo_api.errors import ApiProblem

DEFAULT_KEY = "demo-key"

ALL_SCOPES = frozenset(
    {
        "incidents.view",
        "actions.view",
        "custom_fields.view",
        "catalog_types.view",
        "catalog_entries.view",
        "users.view",
        "severities.view",
        "incident_statuses.view",
        "incident_types.view",
        "incident_roles.view",
        "attachments.view",
        "alerts.view",
        "escalations.view",
        "schedules.view",
    }
)


@dataclass(frozen=True)
class Key:
    """Rights of one API key. Without `sees_private`, private incidents are left out of every list."""

    name: str = "Demo key"
    scopes: frozenset[str] = ALL_SCOPES
    sees_private: bool = True

    @classmethod
    def without(cls, *scopes: str, name: str = "Demo key") -> Key:
        """A key that lacks the named scopes."""
        return cls(name=name, scopes=ALL_SCOPES - set(scopes))

    @property
    def roles(self) -> list[str]:
        """The vendor's role names that stand for these rights, as `/v1/identity` shows them."""
        roles = ["viewer"] if self.scopes - {"catalog_types.view", "catalog_entries.view"} else []
        if "catalog_entries.view" in self.scopes:
            roles.append("catalog_viewer")
        if self.sees_private:
            roles.append("global_access")
        return roles


def authenticate(authorization: str | None, keys: Mapping[str, Key]) -> tuple[str, Key]:
    """Token and rights behind an `Authorization` header; 401 when there are none."""
    scheme, _, token = (authorization or "").partition(" ")
    if scheme.lower() != "bearer" or not token.strip():
        raise ApiProblem(401, "missing_authorization_material", "No authorization material provided in request")
    key = keys.get(token.strip())
    if key is None:
        raise ApiProblem(401, "access_token_invalid", "The access token is invalid or has been revoked")
    return token.strip(), key


def require_scope(key: Key, scope: str | None) -> None:
    """403 naming the scope when the key lacks it."""
    if scope is not None and scope not in key.scopes:
        raise ApiProblem(
            403,
            "missing_required_scope",
            f"The API key does not have the scope required for this request: {scope}",
            metadata={"scope": scope},
        )
