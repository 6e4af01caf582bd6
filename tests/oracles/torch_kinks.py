"""Slopes of expressions at kinks and ties, as PyTorch gives them, for comparison with those that modelc keeps to.

    python3 torch_kinks.py CASES       CASES is a JSON list of [expression, value]: prints the list of slopes at both
                                       elements of w, each of which has the value, of the sum of two results
"""
import json
import sys

import torch
from torch.nn import functional

slopes = []
for expression, value in json.loads(sys.argv[1]):
    w = torch.full((2,), float(value), dtype=torch.float64, requires_grad=True)
    zeros = torch.zeros(2, dtype=torch.float64)
    result = eval(expression, {"torch": torch, "functional": functional, "w": w, "zeros": zeros})
    (zeros + result).sum().backward()
    slopes.append(w.grad.tolist())
print(json.dumps(slopes))
