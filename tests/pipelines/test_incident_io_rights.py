"""What a key may read: one small request for each resource, and what the answers mean."""

from __future__ import annotations

from typing import Any

import pytest

from apps.demo_api.access import Key
from apps.demo_api.account import Account
from apps.demo_api.server import DemoServer
from pipelines.incident_io.client import Client
from pipelines.incident_io.endpoints import ENDPOINTS
from pipelines.incident_io.errors import AuthenticationError
from pipelines.incident_io.rights import GRANTED, LOST, MISSING, Right, check_rights


def rights_of(key: Key, account: Account | None = None, **options: Any) -> dict[str, Right]:
    server = (
        DemoServer(account, keys={"k": key})
        if account
        else DemoServer.generated(incidents=5, keys={"k": key}, **options)
    )
    with server:
        return {right.resource: right for right in check_rights(Client(server.url, "k"))}


def test_a_full_key_may_read_everything_and_is_asked_for_one_row_at_a_time():
    with DemoServer.generated(incidents=5, keys={"k": Key()}) as server:
        rights = check_rights(Client(server.url, "k"))
        paged = [dict(request.query) for request in server.requests if "page_size" in dict(request.query)]
        count = len(server.requests)
    assert {right.status for right in rights} == {GRANTED}
    assert {query["page_size"] for query in paged} == {"1"}
    # One for every resource but the participants, which are read on demand, and one to find an incident.
    assert count == len(ENDPOINTS)


def test_a_missing_scope_takes_the_lists_below_it_along():
    rights = rights_of(Key.without("catalog_types.view"))
    missing = {name: right.scope for name, right in rights.items() if right.status == MISSING}
    assert missing == {"catalog_types": "catalog_types.view", "catalog_entries": "catalog_types.view"}


def test_an_account_without_parents_is_judged_by_another_resource_of_the_same_scope():
    account = Account()
    rights = rights_of(Key(), account)
    # Attachments hang on an incident, and no other list needs their scope.
    assert {name for name, right in rights.items() if right.status != GRANTED} == {"incident_attachments"}
    narrow = rights_of(Key.without("custom_fields.view"), account)
    assert narrow["custom_field_options"].status == MISSING


def test_a_key_that_is_not_accepted_is_no_answer_about_rights():
    with DemoServer(Account(), keys={"k": Key()}) as server, pytest.raises(AuthenticationError):
        check_rights(Client(server.url, "other"))


def test_every_resource_says_what_is_lost_without_it():
    assert set(LOST) == {endpoint.name for endpoint in ENDPOINTS}
