"""The OpenAPI document is complete, is what the snapshot says, and no request gets an answer outside it."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import requests
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.core.result import Ok
from schemathesis.schemas import APIOperation
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from tests.api.running_service import DAY_TRADE, RunningService, running
from tools.build_openapi import SNAPSHOT, main

ROOT = Path(__file__).parents[2]
DOCUMENT: dict[str, Any] = json.loads(SNAPSHOT.read_text(encoding="utf-8"))
CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
]
EXAMPLES, DRILL_EXAMPLES = 12, 300
EVERYWHERE = {"400", "401", "403", "408", "413", "421", "429", "500", "503"}
OPERATIONS = [
    (f"{method.upper()} {path}", operation) for path, methods in DOCUMENT["paths"].items() for method, operation in methods.items()
]
SCHEMA = schemathesis.openapi.from_dict(DOCUMENT)
SEARCHED = [found.ok() for found in SCHEMA.get_all_operations() if isinstance(found, Ok)]
OF_A_RUN = [operation for operation in SEARCHED if "{id}" in operation.path and "/api/backtest/" in operation.path + "/api/results/"]


# ------------------------------------------------------------ the document


def test_the_snapshot_is_the_document_of_the_application() -> None:
    assert main(["--check"]) == 0, "run `make pages`"


def test_every_operation_has_a_name_for_a_typescript_client() -> None:
    names = [operation["operationId"] for _, operation in OPERATIONS]
    assert [name for name in names if not re.fullmatch("[a-z]+([A-Z][a-z]+)*", name)] == []
    assert len(set(names)) == len(names)


@pytest.mark.parametrize(("name", "operation"), OPERATIONS, ids=[name for name, _ in OPERATIONS])
def test_every_operation_lists_its_errors_and_explains_itself(name: str, operation: dict[str, Any]) -> None:
    answers = operation["responses"]
    assert answers.keys() >= EVERYWHERE
    assert "422" not in answers
    assert operation["tags"]
    assert len(operation["description"]) > 15
    for status, answer in answers.items():
        assert answer["description"]
        assert status == "304" or answer["content"], f"{status} has no schema"
    if "{" in name and "/api/backtest" in name + "s":
        assert "404" in answers or "/specific/" in name
    for parameter in operation.get("parameters", []):
        assert parameter.get("description"), parameter["name"]


@pytest.mark.parametrize(("name", "operation"), OPERATIONS, ids=[name for name, _ in OPERATIONS])
def test_every_error_is_the_one_error_body_or_more(name: str, operation: dict[str, Any]) -> None:
    for status, answer in operation["responses"].items():
        if status >= "400" and not (name == "GET /api/health" and status == "503"):
            schema = resolved(answer["content"]["application/json"]["schema"])
            assert {"success", "error", "error_ko", "code", "field"} <= schema["properties"].keys(), status


def resolved(schema: dict[str, Any]) -> dict[str, Any]:
    name = schema.get("$ref", "").rpartition("/")[2]
    found: dict[str, Any] = DOCUMENT["components"]["schemas"][name] if name else schema
    return found


# ------------------------------------------------------------ answers


@pytest.fixture(scope="module")
def searched(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[RunningService, str]]:
    """A service without a worker, so that nothing else draws chance, over a home that has a finished run."""
    home = tmp_path_factory.mktemp("searched")
    with running(home) as service:
        finished = service.finished(DAY_TRADE | {"stock_codes": ["005930", "000660"]})
    with running(home, has_worker=False) as service:
        yield service, finished


def searching(examples: int, *, is_repeated: bool) -> settings:
    checks = [HealthCheck.too_slow, HealthCheck.filter_too_much, HealthCheck.data_too_large, HealthCheck.function_scoped_fixture]
    phases = (Phase.explicit, Phase.generate)
    return settings(max_examples=examples, derandomize=is_repeated, database=None, suppress_health_check=checks, phases=phases)


def search(operation: APIOperation[Any, Any, Any, Any], base_url: str, examples: int, *, is_repeated: bool, **known: Any) -> None:
    """Ask with right and wrong values in turns; every answer must be in the document."""
    session = requests.Session()
    session.trust_env = False
    modes = [operation.as_strategy(mode, **known) for mode in (GenerationMode.POSITIVE, GenerationMode.NEGATIVE)]

    @searching(examples, is_repeated=is_repeated)
    @given(case=st.one_of(modes))
    def asked(case: schemathesis.Case[Any]) -> None:
        answer = case.call(base_url=base_url, session=session, timeout=30)
        may_be_unwell = case.operation.label == "GET /api/health"  # 503 is its answer where no worker is
        case.validate_response(answer, checks=CHECKS[1:] if may_be_unwell else CHECKS)

    asked()


@pytest.mark.parametrize("operation", SEARCHED, ids=lambda operation: operation.label)
def test_no_request_gets_a_5xx_or_an_answer_outside_the_document(
    searched: tuple[RunningService, str], operation: APIOperation[Any, Any, Any, Any]
) -> None:
    search(operation, str(searched[0].client.base_url), EXAMPLES, is_repeated=True)
    assert searched[0].client.get("/api/health/live").status_code == 200


@pytest.mark.parametrize("operation", OF_A_RUN, ids=lambda operation: operation.label)
def test_no_request_about_a_finished_run_gets_an_answer_outside_the_document(
    searched: tuple[RunningService, str], operation: APIOperation[Any, Any, Any, Any]
) -> None:
    service, finished = searched
    known = {"id": finished} | ({"number": 1} if "{number}" in operation.path else {})
    search(operation, str(service.client.base_url), EXAMPLES, is_repeated=True, path_parameters=known)
    assert service.progress(finished)["status"] == "completed"


@pytest.mark.drill
@pytest.mark.parametrize("operation", SEARCHED, ids=lambda operation: operation.label)
def test_no_request_of_many_gets_an_answer_outside_the_document(
    searched: tuple[RunningService, str], operation: APIOperation[Any, Any, Any, Any]
) -> None:
    search(operation, str(searched[0].client.base_url), DRILL_EXAMPLES, is_repeated=False)
    assert searched[0].client.get("/api/health/live").status_code == 200


@pytest.mark.parametrize(
    "path",
    [
        "/api/backtest/result/{id}",
        "/api/backtest/result/{id}/equity",
        "/api/backtest/result/{id}/trades",
        "/api/backtest/result/{id}/trades/{number}/chart",
        "/api/backtests",
        "/api/backtest/progress",
    ],
)
def test_the_answer_of_a_real_result_is_what_the_document_says(searched: tuple[RunningService, str], path: str) -> None:
    service, finished = searched
    answer = service.client.get(path.format(id=finished, number=1), params={"id": finished} if path.endswith("progress") else None)
    assert answer.status_code == 200
    assert SCHEMA[path]["GET"].is_valid_response(answer)
    SCHEMA[path]["GET"].validate_response(answer)


def test_the_validation_notices_a_key_that_nobody_declared(searched: tuple[RunningService, str]) -> None:
    service, finished = searched
    answer = service.client.get(f"/api/backtest/result/{finished}/equity")
    spoilt = answer.json() | {"surprise": 1}
    answer._content = json.dumps(spoilt).encode()
    assert not SCHEMA["/api/backtest/result/{id}/equity"]["GET"].is_valid_response(answer)
