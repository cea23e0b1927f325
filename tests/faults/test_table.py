"""The table of the fault plan names tests that exist and computes bounds rightly."""

from __future__ import annotations

import pytest

from tests.faults.table import PLAN, ROOT, named, upper_bound


@pytest.mark.parametrize("row", PLAN, ids=lambda row: row.id)
def test_every_test_named_exists(row: object) -> None:
    for test in row.tests:  # type: ignore[attr-defined]
        path, _, name = test.partition("::")
        assert (
            f"def {name}(" in (ROOT / path).read_text("utf-8") if name else (ROOT / path).exists()
        )


@pytest.mark.parametrize(("failures", "n", "bound"), [(0, 200, 0.01487), (0, 1, 0.95),
                                                      (1, 100, 0.04656), (5, 5, 1.0)])  # fmt: skip
def test_bounds_are_those_of_clopper_and_pearson(failures: int, n: int, bound: float) -> None:
    assert upper_bound(failures, n) == pytest.approx(bound, abs=1e-4)


def test_a_test_is_found_by_its_file_and_by_its_name() -> None:
    assert [row.id for row in named("tests/faults/test_privacy.py::test_x[1]")] == ["P1"]
    assert list(named("tests/faults/test_privacy_more.py::test_x")) == []
