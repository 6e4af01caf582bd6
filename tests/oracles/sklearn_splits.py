"""How many of each class stratified splits of scikit-learn have, which values NumPy's quantiles keep, and which rows are the
first of their kind, for comparison with modelc's.

    python3 sklearn_splits.py < REQUEST   REQUEST is JSON: cases of stratified splits (labels, sizes of the splits), values
                                          with two quantiles, rows: prints counts, and the places of what stays; null where
                                          scikit-learn cannot be had
"""
import json
import sys

import numpy as np

try:
    from sklearn.model_selection import StratifiedShuffleSplit
except ImportError:
    StratifiedShuffleSplit = None


class FirstOfAlike(np.random.RandomState):
    """Where remainders are equal scikit-learn draws which class gets one more; modelc gives it to the first."""

    def choice(self, a, size=None, replace=True, p=None):
        return np.asarray(a)[:size]


def counts(labels, classes):
    return [int((labels == c).sum()) for c in classes]


def stratified(labels, sizes):
    if StratifiedShuffleSplit is None:
        return None
    labels = np.array(labels)
    classes = np.unique(labels)
    found = []
    rest = labels
    for size in sizes[:-1]:
        splitter = StratifiedShuffleSplit(1, train_size=size, test_size=len(rest) - size, random_state=FirstOfAlike(0))
        taken, left = next(splitter.split(rest, rest))
        found.append(counts(rest[taken], classes))
        rest = rest[left]
    return [*found, counts(rest, classes)]


def within(values, low, high):
    values = np.array(values, np.float64)
    ends = np.quantile(values, [low, high])
    return [int(at) for at in np.flatnonzero((values >= ends[0]) & (values <= ends[1]))]


def distinct(rows):
    return sorted(int(at) for at in np.unique(np.array(rows), axis=0, return_index=True)[1])


request = json.load(sys.stdin)
print(
    json.dumps(
        {
            "stratified": [stratified(it["labels"], it["sizes"]) for it in request["stratified"]],
            "within": [within(it["values"], it["low"], it["high"]) for it in request["within"]],
            "distinct": [distinct(it) for it in request["distinct"]],
        }
    )
)
