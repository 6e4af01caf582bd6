"""Convolutions and pools with their gradients as PyTorch and Keras 3 (on PyTorch) give them, for comparison with modelc's.

    python3 torch_windows.py < REQUEST   REQUEST is a JSON list of cases: an expression of x (and k, a kernel), channels
                                         last, or of Keras' layer; and the arrays x, seed and others (shape, data) by
                                         name. Prints for each the result and the gradients of sum(result * seed) with
                                         respect to x and to k or the layer's weights; null where Keras is wanted and absent
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


def first(x):
    return x.movedim(-1, 1)


def last(x):
    return x.movedim(1, -1)


def padded(x, sides):
    """x, channels first, with zeros: those before each axis and then those behind each."""
    n = len(sides) // 2
    return F.pad(x, [it for axis in reversed(range(n)) for it in (sides[axis], sides[n + axis])])


def conv(x, k, sides, **settings):
    n = x.dim() - 2
    kernel = k.movedim(-1, 0).movedim(-1, 1)
    return last(getattr(F, f"conv{n}d")(padded(first(x), sides), kernel, **settings))


def transposed(x, k, **settings):
    n = x.dim() - 2
    return last(getattr(F, f"conv_transpose{n}d")(first(x), k.movedim(-1, 0).movedim(-1, 1), **settings))


def pool(name, x, *args, **settings):
    return last(getattr(F, f"{name}{x.dim() - 2}d")(first(x), *args, **settings))


def same_averages(x, size, stride):
    """Averages with the padding of `same`, which is not counted: Keras on PyTorch repeats the border where it is uneven."""
    total = [max((-(-it // stride) - 1) * stride + size - it, 0) for it in x.shape[1:-1]]
    sides = [it // 2 for it in total] + [it - it // 2 for it in total]
    sums, counts = (
        getattr(F, f"avg_pool{x.dim() - 2}d")(padded(first(it), sides), size, stride) for it in (x, torch.ones_like(x))
    )
    return last(sums / counts)


results = []
for case in json.load(sys.stdin):
    if case["layer"] and keras is None:
        results.append(None)
        continue
    tensors = {
        name: torch.tensor(it["data"], dtype=torch.float64).reshape(it["shape"]) for name, it in case["arrays"].items()
    }
    x = tensors["x"].requires_grad_()
    names = {"conv": conv, "transposed": transposed, "pool": pool, "same_averages": same_averages, "F": F, "keras": keras, "x": x}
    wanted = [x]
    if case["layer"]:
        layer = eval(case["expression"], names)
        layer.build(tuple(x.shape))
        given = [it for name, it in tensors.items() if name not in ("x", "seed")]
        layer.set_weights([it.reshape(tuple(w.shape)).numpy() for it, w in zip(given, layer.weights, strict=True)])
        wanted += [it.value for it in layer.weights]
        y = layer(x)
    else:
        if "k" in tensors:
            wanted.append(tensors["k"].requires_grad_())
        y = eval(case["expression"], {**names, "k": tensors.get("k")})
    gradients = torch.autograd.grad((y * tensors["seed"]).sum(), wanted)
    results.append([list(y.shape), y.detach().flatten().tolist()] + [it.flatten().tolist() for it in gradients])
print(json.dumps(results))
