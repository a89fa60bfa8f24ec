"""Every answer against the project's own schemas, and against the vendor's document where that is at hand."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import requests
from demo_api_support import ask, queries_for
from jsonschema import Draft202012Validator

from apps.demo_api.access import Key
from apps.demo_api.account import RESOURCES
from apps.demo_api.company import REFERENCE_END
from apps.demo_api.endpoints import ENDPOINTS
from apps.demo_api.rate_limits import RateLimiter
from apps.demo_api.schemas import ERROR, IDENTITY, answer_schema
from apps.demo_api.server import DemoServer

# The vendor's document is not part of this project; a copy in a folder beside the checkout is used if present.
VENDOR_DOCUMENTS = sorted(Path(__file__).parents[3].glob("*/incident-io/openapi.json"))


@pytest.fixture(scope="module")
def vendor() -> dict[str, Any]:
    """The vendor's document, empty where it is not at hand: then the own schemas alone decide."""
    return json.loads(VENDOR_DOCUMENTS[0].read_text("utf-8")) if VENDOR_DOCUMENTS else {}


@pytest.fixture(scope="module")
def server():
    with DemoServer.generated(incidents=300, until=REFERENCE_END) as running:
        yield running


def check(body: Any, own: dict[str, Any], vendor: dict[str, Any], path: str, status: int = 200) -> None:
    schemas = [own]
    if vendor:
        response = vendor["paths"][path]["get"]["responses"][str(status)]
        schemas.append(response["content"]["application/json"]["schema"] | {"components": vendor["components"]})
    for schema in schemas:
        errors = [
            f"{error.json_path}: {error.message[:200]}" for error in Draft202012Validator(schema).iter_errors(body)
        ]
        assert errors == []


def test_there_is_an_endpoint_for_every_resource():
    assert {endpoint.resource for endpoint in ENDPOINTS} == set(RESOURCES)


def test_the_endpoints_need_the_scopes_the_vendor_names(vendor):
    for endpoint in ENDPOINTS if vendor else ():
        scopes = vendor["paths"][endpoint.path]["get"].get("x-rbac-scopes", [])
        assert scopes == ([endpoint.scope] if endpoint.scope else [])


def test_page_sizes_and_required_parameters_are_those_the_vendor_names(vendor):
    for endpoint in ENDPOINTS if vendor else ():
        parameters = {one["name"]: one for one in vendor["paths"][endpoint.path]["get"].get("parameters", [])}
        required = {name for name, one in parameters.items() if one.get("required")}
        ours = set(endpoint.required)
        if endpoint.paging:
            assert parameters["page_size"]["schema"]["maximum"] == endpoint.paging.accepted
            ours |= {"page_size"} if endpoint.paging.size_required else set()
        else:
            assert "page_size" not in parameters
        assert ours == required


@pytest.mark.parametrize("endpoint", ENDPOINTS, ids=lambda endpoint: endpoint.resource)
def test_every_list_answers_by_contract(server, vendor, endpoint):
    own = answer_schema(endpoint.resource, endpoint.paging is not None)
    size = [("page_size", str(min(100, endpoint.paging.accepted)))] if endpoint.paging else []
    for query in queries_for(server, endpoint):
        body = ask(server, endpoint.path, size + query).json()
        has_meta = endpoint.paging is not None and (bool(body[endpoint.resource]) or endpoint.paging.meta_required)
        assert ("pagination_meta" in body) == has_meta
        check(body, own, vendor, endpoint.path)


def test_identity_answers_by_contract(server, vendor):
    check(ask(server, "/v1/identity").json(), IDENTITY, vendor, "/v1/identity")


@pytest.mark.parametrize("status", [401, 403, 404, 422, 429])
def test_every_error_answers_by_contract(vendor, status):
    keys = {"poor": Key.without("severities.view")}
    with DemoServer(keys=keys, rate_limits=RateLimiter(default_limit=1)) as server:
        path, query = {
            401: ("/v1/severities", []),
            403: ("/v1/severities", []),
            404: ("/v3/teams", [("after", "x")]),
            422: ("/v3/teams", [("page_size", "0")]),
            429: ("/v3/teams", []),
        }[status]
        if status == 401:
            response = requests.get(server.url + path, timeout=5)
        else:
            for _ in range(2 if status == 429 else 1):
                response = ask(server, path, query)
        assert response.status_code == response.json()["status"] == status
        check(response.json(), ERROR, vendor, path, status)


def test_unset_values_are_absent_and_never_null(server):
    for endpoint in ENDPOINTS:
        table = server.api.account.tables[endpoint.resource]
        assert b":null" not in b"".join(table.read(range(len(table))))
