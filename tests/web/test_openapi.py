"""docs/openapi.yaml against the running application, by generated requests."""

from __future__ import annotations

from pathlib import Path

import pytest
import schemathesis
import yaml
from flask import Flask
from hypothesis import HealthCheck, settings
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from tests.web.conftest import MakeApp

CONTRACT = Path(__file__).parents[2] / "docs" / "openapi.yaml"
schema = schemathesis.openapi.from_dict(yaml.safe_load(CONTRACT.read_text("utf-8")))


@pytest.fixture
def app(make_app: MakeApp) -> Flask:
    return make_app()


@schema.parametrize()
@settings(max_examples=15, deadline=None, suppress_health_check=list(HealthCheck), derandomize=True)
def test_every_reply_keeps_the_contract(case: schemathesis.Case, app: Flask) -> None:
    case.call_and_validate(
        app=app,
        base_url="http://localhost/api/v1",
        checks=(
            not_a_server_error,
            status_code_conformance,
            content_type_conformance,
            response_schema_conformance,
        ),
    )


def test_the_contract_is_served(app: Flask) -> None:
    served = app.test_client().get("/api/v1/openapi.json").get_json()
    assert served == yaml.safe_load(CONTRACT.read_text("utf-8"))
