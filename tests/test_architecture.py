"""The shape of the code: layers, purity and size, held by numbers."""

from __future__ import annotations

from tests import budget


def test_imports_point_down_only_and_the_core_stays_pure() -> None:
    assert budget.layer_breaks() == []


def test_the_package_its_modules_and_functions_stay_small() -> None:
    assert [finding for finding in budget.findings() if "may not import" not in finding] == []


def test_no_module_has_a_name_that_says_nothing() -> None:
    vague = {"utils", "util", "helpers", "helper", "manager", "common", "misc", "data", "info"}
    assert [path for path in budget.modules() if path.stem in vague] == []
