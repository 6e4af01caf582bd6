"""Losses and their gradients as PyTorch and Keras 3 (on PyTorch) give them, for comparison with modelc's.

    python3 torch_losses.py < REQUEST   REQUEST is JSON: inputs by name (dtype, shape, data), and cases, each an expression
                                        and the input whose gradient is wanted: prints the list of values and gradients,
                                        null where Keras is wanted and cannot be had
"""
import json
import os
import sys

os.environ["KERAS_BACKEND"] = "torch"
import torch
from torch.nn import functional as F

try:
    import keras

    keras.backend.set_floatx("float64")
except ImportError:
    keras = None

request = json.load(sys.stdin)
types = {"f32": torch.float64, "i32": torch.int64, "bool": torch.bool}
results = []
for expression, of in request["cases"]:
    if "keras" in expression and keras is None:
        results.append(None)
        continue
    names = {
        name: torch.tensor(it["data"], dtype=torch.float64).reshape(it["shape"]).to(types[it["dtype"]])
        for name, it in request["inputs"].items()
    }
    names[of].requires_grad_()

    def rows(x):
        return x.flatten(0, 1)

    def ctc(lengths, label_lengths, blank):
        written = names["written"].clamp(1, 3) if blank == 4 else names["written"]
        spoken = F.log_softmax(names["heard"], -1).transpose(0, 1)
        return F.ctc_loss(spoken, written, lengths, label_lengths, blank=blank, reduction="none").mean()

    value = eval(expression, {"torch": torch, "F": F, "keras": keras, "rows": rows, "ctc": ctc, **names})
    value.backward()
    results.append([value.item(), names[of].grad.flatten().tolist()])
print(json.dumps(results))
