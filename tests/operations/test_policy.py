"""A policy that says nothing, or something unknown, is refused when it is read."""

import pytest

from bokgi.errors.operations import PolicyRefused
from bokgi.operations.policy import BrowserRule, Metric, Weight, default_policy, read_policy


def test_the_default_policy_judges_every_metric() -> None:
    policy = read_policy(default_policy())
    assert {limit.metric for limit in policy.limits} == set(Metric)
    assert policy.browser is BrowserRule.IF_PRESENT
    by_name = {limit.metric: limit for limit in policy.limits}
    assert (by_name[Metric.CPU].below, by_name[Metric.DISK].below, by_name[Metric.API_TIME].below) == (80, 90, 2)
    assert by_name[Metric.LOST_RESULTS].weight is Weight.HARD
    assert by_name[Metric.SERVER_ERRORS].at_most == 0


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("", "file"),
        ("[]", "file"),
        ("limits: {", "file"),
        ("limits: {}", "limits"),
        ("browser: required", "file"),
        ("limits: {cpu_percent: {below: 80, weight: soft}}\nnote: x", "file"),
        ("limits: {cpu_percent: {}}", "limits.cpu_percent"),
        ("limits: {cpu_percent: }", "limits.cpu_percent"),
        ("limits: {cpu_percent: {below: 80}}", "limits.cpu_percent"),
        ("limits: {cpu_percent: {weight: soft}}", "limits.cpu_percent"),
        ("limits: {cpu_percent: {below: 80, at_most: 80, weight: soft}}", "limits.cpu_percent"),
        ("limits: {cpu_percent: {below: high, weight: soft}}", "limits.cpu_percent.below"),
        ("limits: {cpu_percent: {below: .inf, weight: soft}}", "limits.cpu_percent.below"),
        ("limits: {cpu_percent: {below: .nan, weight: soft}}", "limits.cpu_percent.below"),
        ("limits: {cpu_percent: {below: 0, weight: soft}}", "limits.cpu_percent.below"),
        ("limits: {cpu_percent: {below: 80, weight: gentle}}", "limits.cpu_percent.weight"),
        ("limits: {cpu_percent: {above: 80, weight: soft}}", "limits.cpu_percent"),
        ("limits: {heat: {below: 80, weight: soft}}", "limits.heat"),
        ("limits: {cpu_percent: {below: 80, weight: soft}}\nbrowser: maybe", "browser"),
        ("limits: {cpu_percent: {below: 80, weight: soft}}\ntolerance_seconds: -1", "tolerance_seconds"),
    ],
)
def test_a_policy_that_cannot_be_kept_or_broken_is_refused(text: str, place: str) -> None:
    with pytest.raises(PolicyRefused) as refused:
        read_policy(text.encode(), "policy.yaml")
    assert refused.value.field == place


def test_the_hash_is_that_of_the_text() -> None:
    text = "limits: {cpu_percent: {below: %d, weight: soft}}"
    assert read_policy((text % 80).encode()).sha256 != read_policy((text % 81).encode()).sha256
