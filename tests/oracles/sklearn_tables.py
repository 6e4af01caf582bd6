"""What scikit-learn makes of tables, for comparison with modelc: preparation, and a plain pipeline.

    python3 sklearn_tables.py < REQUEST   REQUEST is a JSON list of tables: the file, how it is written (delimiter, quote,
                                          columns), its missing marks, the columns of numbers and of words, the target, and
                                          the rows of the train and the test split; prints a list of what is prepared of
                                          the rows of the test split, and of the figure of a plain pipeline on them
"""
import csv
import json
import sys

import numpy as np
from sklearn.compose import ColumnTransformer
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LogisticRegression, Ridge
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder, OrdinalEncoder, StandardScaler


def read(table):
    with open(table["path"], newline="") as file:
        rows = list(csv.reader(file, delimiter=table["delimiter"], quotechar=table["quote"], skipinitialspace=True))
    rows = [[cell.strip() for cell in row] for row in rows if row]
    names = table["columns"] or rows.pop(0)
    marks = {"", "NA", "?", "nan"}
    return {name: [None if row[at] in marks else row[at] for row in rows] for at, name in enumerate(names)}


def numbers(cells):
    return np.array([np.nan if cell is None else float(cell) for cell in cells])


def words(cells):
    return np.array([np.nan if cell is None else cell for cell in cells], dtype=object)


found = []
for table in json.load(sys.stdin):
    cells = read(table)
    some, named = table["numbers"], table["words"]
    real = np.stack([numbers(cells[name]) for name in some], -1)
    spoken = np.stack([words(cells[name]) for name in named], -1) if named else np.empty((len(real), 0), object)
    whole = np.concatenate([real.astype(object), spoken], -1)
    train, test = table["train"], table["test"]
    columns = list(range(len(some), whole.shape[1]))
    scaled = make_pipeline(SimpleImputer(strategy=table["strategy"]), StandardScaler())
    encoded = make_pipeline(SimpleImputer(strategy="most_frequent"), OneHotEncoder(handle_unknown="ignore"))
    result = {"numbers": scaled.fit(real[train]).transform(real[test]).tolist()}
    if named:
        full = SimpleImputer(strategy="most_frequent").fit(spoken[train])
        ordinal = OrdinalEncoder().fit(full.transform(spoken[train])) if table["compare"] else None
        if ordinal is not None:
            result["words"] = ordinal.transform(full.transform(spoken[test])).tolist()
            result["rows"] = (
                OneHotEncoder(sparse_output=False).fit(full.transform(spoken[train])).transform(full.transform(spoken[test]))
            ).tolist()
    if table["task"] is not None:
        target = cells[table["target"]]
        if table["task"] == "class":
            y = np.array(target, dtype=object)
            if table["least"] is not None:
                y = np.array([float(cell) >= table["least"] for cell in target])
            model = LogisticRegression(max_iter=2000)
        else:
            y, model = numbers(target), Ridge()
        prepared = ColumnTransformer([("n", scaled, list(range(len(some)))), ("w", encoded, columns)])
        pipeline = make_pipeline(prepared, model).fit(whole[train], y[train])
        result["figure"] = pipeline.score(whole[test], y[test])
    found.append(result)
print(json.dumps(found))
