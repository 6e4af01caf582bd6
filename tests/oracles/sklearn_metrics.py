"""Metrics as scikit-learn, Keras 3 and NumPy give them in double precision, for comparison with modelc's.

    python3 sklearn_metrics.py < REQUEST   REQUEST is JSON: columns by name (type, shape of an example, data), and cases, each
                                           an expression: prints the list of figures, null where its library cannot be had
"""
import json
import os
import sys
import warnings
from collections import Counter

os.environ["KERAS_BACKEND"] = "torch"
import numpy as np

warnings.simplefilter("ignore")
try:
    from scipy import stats
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
    return share_bins(p(logits), thresholds)


def share_bins(shares, thresholds):
    # Scores that lie between the same two thresholds are alike.
    return np.maximum(np.ceil(shares.astype(np.float32) * np.float32(thresholds - 1)), 1)


def ovr(label, logits, average="macro", score=None, thresholds=200, weight=None):
    # scikit-learn's `multi_class="ovr"`, which refuses scores in bins, as they are no probabilities; classes without a
    # curve are left out.
    score = score or sk.roc_auc_score
    label, logits = flat(label), logits.reshape(-1, logits.shape[-1])
    weight = np.ones(label.shape) if weight is None else flat(weight)
    shares = share_bins(softmax(logits), thresholds)
    classes = [c for c in range(logits.shape[-1]) if (weight[label == c] > 0).any() and (weight[label != c] > 0).any()]
    areas = [score(label == c, shares[:, c], sample_weight=weight) for c in classes]
    return np.average(areas, weights=[weight[label == c].sum() for c in classes] if average == "weighted" else None)


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


def mean_edits(found, real, lengths=None, real_lengths=None):
    rows = [list(x)[: None if lengths is None else lengths[i]] for i, x in enumerate(found)]
    wanted = [list(x)[: None if real_lengths is None else real_lengths[i]] for i, x in enumerate(real)]
    return sum(map(distance, rows, wanted)) / len(wanted)


def without_padding(labels, blank):
    # How long each row is without the blanks at its end.
    return [max([at + 1 for at, c in enumerate(x) if c != blank], default=0) for x in labels]


def greedy(logits, blank, lengths=None):
    # torchaudio's greedy decoding: the likeliest class of each step, repetitions as one, blanks left out.
    rows = []
    for i, x in enumerate(pred(logits)):
        path = list(x)[: None if lengths is None else lengths[i]]
        rows.append([c for t, c in enumerate(path) if c != blank and (t == 0 or c != path[t - 1])])
    return rows


def bleu(found, real, order=4, lengths=None, real_lengths=None):
    # Papineni et al. 2002, for one reference an example, as NLTK's corpus_bleu without smoothing.
    rows = [tuple(x)[: None if lengths is None else lengths[i]] for i, x in enumerate(found)]
    wanted = [tuple(x)[: None if real_lengths is None else real_lengths[i]] for i, x in enumerate(real)]
    logs = 0
    for n in range(1, order + 1):
        runs = lambda x: Counter(x[i : i + n] for i in range(len(x) - n + 1))
        shared = sum(sum((runs(a) & runs(b)).values()) for a, b in zip(rows, wanted))
        if shared == 0:
            return 0
        logs += np.log(shared / sum(sum(runs(a).values()) for a in rows)) / order
    size, real_size = sum(map(len, rows)), sum(map(len, wanted))
    return np.exp(logs) * (1 if size >= real_size else np.exp(1 - real_size / size))


def grade(x, low, high, count):
    return np.clip(np.floor((np.float32(x) - np.float32(low)) * np.float32(count / (high - low))), 0, count - 1)


def spearman(guess, real, weight=None):
    # A weight is a number of examples here: those of scikit-learn's `sample_weight` that are whole.
    often = None if weight is None else np.int64(weight)
    a, b = (stats.rankdata(np.repeat(flat(x), 1 if often is None else often)) for x in (guess, real))
    return np.corrcoef(a, b)[0, 1]


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
    lacks = (("sk." in expression or "spearman(" in expression) and sk is None) or ("keras_" in expression and keras is None)
    results.append(None if lacks else np.asarray(eval(expression, {**globals(), **columns}), np.float64).tolist())
print(json.dumps(results))
