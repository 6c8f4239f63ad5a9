"""Numbers of a serving endpoint in the form that monitoring reads, and requests and answers."""

from __future__ import annotations

import json

import pytest

from tui.domain.serving import MOST_SENT, Body, Sample, as_request, body_refusal, health, samples

TEXT = """# HELP request_count_total Number of requests
# TYPE request_count_total counter
request_count_total{endpoint_name="e",served_model_name="churn-11"} 200 1700000000000
request_5xx_count_total{endpoint_name="e",served_model_name="churn-11"} 3
request_latency_ms_bucket{served_model_name="churn-11",le="10"} 100
request_latency_ms_bucket{served_model_name="churn-11",le="50"} 197
request_latency_ms_bucket{served_model_name="churn-11",le="+Inf"} 200
request_latency_ms_sum{served_model_name="churn-11"} 5000
request_latency_ms_count{served_model_name="churn-11"} 200
cpu_usage_percentage{served_model_name="churn-11"} 41.5
of_tomorrow{served_model_name="churn-11",why="a \\"b\\""} 7
this is no number
broken{ nan
"""


def test_requests_errors_and_latency_of_each_served_entity() -> None:
    assert dict(health(samples(TEXT))) == {
        "churn-11: requests": "200",
        "churn-11: errors of the server (5xx)": "3  1.5% of the requests",
        "churn-11: CPU": "41.5%",
        "churn-11: latency": "p50 ≤ 10 ms · p99 > 50 ms · mean 25 ms",
        "churn-11: of_tomorrow": "7",
    }


def test_quantiles_and_numbers_of_the_whole_endpoint() -> None:
    found = [
        Sample("request_latency_ms", {"quantile": "0.5"}, 12.0),
        Sample("request_latency_ms", {"quantile": "0.99"}, 80.0),
        Sample("cpu_usage_percentage", {}, float("nan")),
    ]
    assert health(found) == [("latency", "p50 12 ms · p99 80 ms")]
    assert health(samples("")) == []


@pytest.mark.parametrize(
    ("kept", "is_ready", "sent"),
    [
        ('{"inputs": {"columns": ["a"]}}', True, {"inputs": {"columns": ["a"]}}),
        ('{"columns": ["a"], "data": [[1]]}', False, {"dataframe_split": {"columns": ["a"], "data": [[1]]}}),
        ('{"messages": [{"role": "user"}]}', False, {"messages": [{"role": "user"}]}),
        ("[[1, 2]]", False, {"inputs": [[1, 2]]}),
    ],
)  # fmt: skip
def test_an_input_example_becomes_a_request(kept: str, is_ready: bool, sent: object) -> None:
    assert json.loads(as_request(kept, is_ready=is_ready)) == sent


def test_what_cannot_be_sent() -> None:
    assert body_refusal('{"inputs": [1]}') == ""
    assert "no JSON" in body_refusal("{") and "JSON object" in body_refusal("[1]")
    assert "too large" in body_refusal(json.dumps({"inputs": "x" * MOST_SENT}))


def test_a_body_never_tells_its_content() -> None:
    body = Body('{"inputs": ["s3cret"]}')
    assert str(body) == repr(body) == "22 bytes"
