"""The Markdown that people wrote on experiments, runs, models and versions."""

from __future__ import annotations

CHURN_EXPERIMENT = """\
# Weekly churn

Who leaves within **30 days**? Retrained by `ci` every week, reviewed by @ana.

- target: `left_30d` on `growth.features.customers`
- score: `val_auc`, *then* `logloss`; a candidate must beat the champion by 0.002
- on call: ben, runbook at <https://wiki.example.com/churn#runbook>
"""

CHURN_RUN = """\
# gallant-ox-12

The first run with `tenure_days`. It beats the champion on **every** segment but one.

## Result

| segment    |    auc | champion |       Δ |
|:-----------|-------:|---------:|--------:|
| all        | 0.9341 |   0.9312 | +0.0029 |
| new        | 0.9107 |   0.9015 | +0.0092 |
| enterprise | 0.9402 |   0.9411 | -0.0009 |

## What changed

1. `tenure_days` joined the features
2. the window went from 21 to 28 days
   - weekends weigh half
   - see [the notebook](https://git.example.com/growth/models/-/blob/main/tenure.ipynb)

> The calibration is off above 0.8. Not a blocker, but look at it before the campaign.

```python
model = mlflow.sklearn.load_model("models:/churn@challenger")
model.predict_proba(frame)[:, 1]
```

- [x] backtest over 8 weeks
- [x] fairness report
- [ ] shadow traffic for a day

---
~~Ready for review~~ **Approved** by ben.
"""

FAILED_RUN = """\
Out of memory on the 8 GB runner, again. The join with `events` explodes when `data.window` > 28d.

```
MemoryError: Unable to allocate 11.3 GiB for an array with shape (189213, 8000)
```
"""

SWEEP = """\
## sweep-41

Random search over `lr`, `max_depth`, `subsample` and `l2`: 188 trials, the best four in 3 folds each.

**Finding:** depth beyond 6 buys nothing; `lr` near `3e-2` wins; diverges above `0.5`.
"""

BACKFILL_EXPERIMENT = """\
Churn scores month by month, with the model as it was *then*. Used by finance; do not delete.
"""

FRAUD_EXPERIMENT = """\
# Fraud

Card transactions, scored within 40 ms. Positive class is 0.17 %, so look at `pr_auc`, never at accuracy.
"""

FRAUD_LONG = """\
4000 steps. Loss spikes at 1 700 come from one poisoned shard (`shard-0231`), since quarantined.
"""

FRAUD_NAN = """\
Diverged at step 1 200: `loss` is NaN from there on, `grad_norm` reached +∞ before.
Mixed precision without loss scaling.
"""

PRICING_EXPERIMENT = """\
Nightly prices for the lodging marketplace. **Nothing of this is in production yet.**
"""

HOSTILE_EXPERIMENT = """\
Names and texts that try to break whoever shows them. All of them are legal in MLflow.
"""

HOSTILE_RUN = """\
# A note with \x1b[31mred\x1b[0m escapes, [bold]markup[/bold] and a [link](javascript:alert(1))

<script>alert("html")</script> <b>bold?</b> <img src=x onerror=alert(1)>

\u202etxet desrever\u202c · zero\u200bwidth · \a bell · null-ish \x01 · e\u0301 combining · 👩‍👩‍👧‍👦 family

| 列 | 値 |
|---|---|
| 解約率 | 3.2 % |

Unclosed `code and **bold
"""

MODEL_CHURN = """\
Probability that a customer leaves within 30 days. Owner: growth. Serves the retention campaign and the account page.
"""

MODEL_FRAUD = "Fraud score of a card transaction, 0 to 1. Above 0.92 a transaction is held."
MODEL_PRICING = "Price a night. Not reviewed; no version has been promoted."
MODEL_LTV = "Lifetime value. Registered by ben for the next quarter; there is no version yet."
