"""Drawing a part of the exhaustive cases."""

import pytest

from tests.faults.sampling import sampled


def test_a_seed_draws_the_same_cases_again_and_without_a_number_all_are_tried(monkeypatch: pytest.MonkeyPatch) -> None:
    cases = list(range(100))
    monkeypatch.delenv("SAMPLE", raising=False)
    assert sampled(cases, "update") == cases

    monkeypatch.setenv("SAMPLE", "5")
    monkeypatch.setenv("SEED", "7")
    drawn = sampled(cases, "update")
    assert len(drawn) == 5
    assert drawn == sorted(drawn)
    assert drawn == sampled(cases, "update")
    assert drawn != sampled(cases, "close")
    assert sampled(cases[:3], "update") == cases[:3]
    monkeypatch.setenv("SEED", "8")
    assert drawn != sampled(cases, "update")
