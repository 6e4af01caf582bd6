"""Metrics as scikit-learn, Keras 3 and NumPy give them in double precision, for comparison with modelc's.

    python3 sklearn_metrics.py < REQUEST   REQUEST is JSON: columns by name (type, shape of an example, data), and cases, each
                                           an expression: prints the list of figures, null where its library cannot be had
"""
import json
import os
import sys
import warnings

os.environ["KERAS_BACKEND"] = "torch"
import numpy as np

warnings.simplefilter("ignore")
try:
    from sklearn import metrics as sk
except ImportError:
    sk = None
try:
    import keras

    keras.backend.set_floatx("float64")
except ImportError:
    keras = None


def p(x):
    return 1 / (1 + np.exp(-x))


def pred(logits):
    return logits.argmax(-1)


def flat(x):
    return x.reshape(-1)


def softmax(x):
    e = np.exp(x - x.max(-1, keepdims=True))
    return e / e.sum(-1, keepdims=True)


def within(lengths, size=3):
    return (np.arange(size) < lengths[:, None]).astype(np.float64)


def bins(logits, thresholds):
    # Scores that lie between the same two thresholds are alike.
    return np.maximum(np.ceil(p(logits).astype(np.float32) * np.float32(thresholds - 1)), 1)


def pearson(a, b, weight=None):
    found = []
    for x, y in zip(a.T, b.T):
        c = np.cov(x, y, aweights=weight)
        found.append(c[0, 1] / np.sqrt(c[0, 0] * c[1, 1]))
    return np.mean(found)


def distance(a, b):
    costs = list(range(len(b) + 1))
    for i, x in enumerate(a):
        before, costs = costs, [i + 1]
        for j, y in enumerate(b):
            costs.append(min(before[j] + (x != y), before[j + 1] + 1, costs[j] + 1))
    return costs[-1]


def edits(found, real, lengths=None, real_lengths=None):
    rows = [list(x)[: None if lengths is None else lengths[i]] for i, x in enumerate(found)]
    wanted = [list(x)[: None if real_lengths is None else real_lengths[i]] for i, x in enumerate(real)]
    return sum(map(distance, rows, wanted)) / sum(map(len, wanted))


def greedy(logits, blank, lengths=None):
    # torchaudio's greedy decoding: the likeliest class of each step, repetitions as one, blanks left out.
    rows = []
    for i, x in enumerate(pred(logits)):
        path = list(x)[: None if lengths is None else lengths[i]]
        rows.append([c for t, c in enumerate(path) if c != blank and (t == 0 or c != path[t - 1])])
    return rows


def keras_figure(name, real, guess, weight=None, **settings):
    metric = getattr(keras.metrics, name)(**settings)
    metric.update_state(real, guess, sample_weight=weight)
    return metric.result().item()


request = json.load(sys.stdin)
columns = {}
for name, it in request["columns"].items():
    whole = it["type"].startswith(("class", "i32"))
    columns[name] = np.array(it["data"], np.int64 if whole else np.float64).reshape([-1, *it["shape"]])
results = []
for expression in request["cases"]:
    lacks = ("sk." in expression and sk is None) or ("keras_" in expression and keras is None)
    results.append(None if lacks else np.asarray(eval(expression, {**globals(), **columns}), np.float64).tolist())
print(json.dumps(results))
