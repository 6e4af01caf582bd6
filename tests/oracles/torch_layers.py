"""Layers and functions with their gradients as PyTorch and Keras 3 (on PyTorch) give them, for comparison with modelc's.

    python3 torch_layers.py < REQUEST   REQUEST is a JSON list of cases: an expression; inputs, weights and seeds, lists of
                                        arrays (name, dtype, shape, data). The expression gives a result or several, of
                                        which the first have a seed; it reads inputs by their names, weights as w[name].
                                        Prints for each case the shapes and numbers of the results, and those of the
                                        gradients of sum(result * seed) with respect to inputs and weights; null where
                                        Keras is wanted and absent, and a text where the expression fails
"""
import json
import os
import sys

os.environ["KERAS_BACKEND"] = "torch"
import torch
from torch import nn
from torch.nn import functional as F

try:
    import keras

    keras.backend.set_floatx("float64")
except ImportError:
    keras = None

types = {"f32": torch.float64, "i32": torch.int64, "bool": torch.bool}


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


def module(it, weights, *given, **more):
    """A module of PyTorch with these weights in place of its own."""
    return torch.func.functional_call(it.double(), weights, given, more)


def gates(order, size, of):
    """Columns of gates in another order, as rows: kernels of Keras are those of PyTorch transposed."""
    parts = of.split(size, dim=-1)
    joined = torch.cat([parts[at] for at in order], dim=-1)
    return joined if of.dim() == 1 else joined.T


orders = {"LSTM": [0, 1, 2, 3], "GRU": [1, 0, 2], "RNN": [0]}


def recurrent_weights(kind, size, w, prefix="", suffix="_l0"):
    order, bias = orders[kind], w[f"{prefix}bias"]
    both = (bias, torch.zeros_like(bias)) if bias.dim() == 1 else (bias[0], bias[1])
    parts = {"weight_ih": w[f"{prefix}kernel"], "weight_hh": w[f"{prefix}recurrent"], "bias_ih": both[0], "bias_hh": both[1]}
    return {f"{name}{suffix}": gates(order, size, it) for name, it in parts.items()}


def recurrent(kind, size, weights, x, *states, lengths=None, **settings):
    """A recurrent module on x and states [B, size] of its layers: the steps and the last states."""
    net = getattr(nn, kind)(x.shape[-1], size, batch_first=True, **settings).double()
    ahead = [torch.stack(it) if isinstance(it, tuple) else it[None] for it in states]
    given = () if len(ahead) == 0 else (tuple(ahead),) if kind == "LSTM" else (ahead[0],)
    if lengths is None:
        steps, ends = torch.func.functional_call(net, weights, (x, *given))
    else:
        packed = nn.utils.rnn.pack_padded_sequence(x, lengths, batch_first=True, enforce_sorted=False)
        steps, ends = torch.func.functional_call(net, weights, (packed, *given))
        steps, _ = nn.utils.rnn.pad_packed_sequence(steps, batch_first=True, total_length=x.shape[1])
    ends = ends if isinstance(ends, tuple) else (ends,)
    return [steps] + [end[at] for end in ends for at in range(end.shape[0])]


def stacked(kind, size, w, x):
    weights = recurrent_weights(kind, size, w, "under.") | recurrent_weights(kind, size, w, "over.", "_l1")
    steps, *ends = recurrent(kind, size, weights, x, num_layers=2)
    return [steps] + ends[1::2]


def both_ways(kind, size, w, x, lengths):
    weights = recurrent_weights(kind, size, w, "forward.")
    weights |= recurrent_weights(kind, size, w, "backward.", "_l0_reverse")
    return recurrent(kind, size, weights, x, lengths=lengths, bidirectional=True)[0]


def averaging(it, x, layer):
    """A batch normalisation of Keras in training, and its averages thereafter."""
    y = layer(it, x, training=True)
    return [y, it.moving_mean.value, it.moving_variance.value]


def batch_norm(x, w, momentum=None):
    """F.batch_norm, in training its averages as well: of variances as they are, where PyTorch's is that of a sample."""
    rows = last(first(x)).reshape(-1, x.shape[-1])
    mean, variance = w["mean"].detach().clone(), w["variance"].detach().clone()
    y = F.batch_norm(rows, mean, variance, w["scale"], w["bias"], momentum is not None, momentum or 0).reshape(x.shape)
    if momentum is None:
        return y
    kept = (1 - momentum) * w["variance"]
    return [y, mean, kept + (variance - kept) * (len(rows) - 1) / len(rows)]


def attention_weights(w):
    """The weights of nn.MultiheadAttention, of maps that are Dense layers."""
    maps = ["query_map", "key_map", "value_map"]
    same = {w[f"{it}.kernel"].shape for it in maps}
    named = {"out_proj.weight": w["output.kernel"].T}
    if len(same) == 1:
        named["in_proj_weight"] = torch.cat([w[f"{it}.kernel"].T for it in maps])
    else:
        named |= {f"{it[0]}_proj_weight": w[f"{it}.kernel"].T for it in maps}
    if "output.bias" in w:
        named |= {"out_proj.bias": w["output.bias"], "in_proj_bias": torch.cat([w[f"{it}.bias"] for it in maps])}
    return named


def turned(x, start=0, base=10000.0):
    """Rotary positions by complex numbers, whose parts are the halves of the channels."""
    half = x.shape[-1] // 2
    angle = torch.arange(start, start + x.shape[-2])[:, None] * base ** (-torch.arange(half).double() / half)
    y = torch.complex(x[..., :half], x[..., half:]) * torch.polar(torch.ones_like(angle), angle)
    return torch.cat([y.real, y.imag], -1)


def attend(x, w, heads, groups, seen, rotary=False, past=None, relative=0):
    """Attention by F.scaled_dot_product_attention: the result, keys and values of each head."""
    start = 0 if past is None else past[0].shape[2]

    def split(name, count):
        y = F.linear(x, w[f"{name}.kernel"].T, w.get(f"{name}.bias"))
        return y.unflatten(-1, (count, -1)).transpose(1, 2)

    q, k, v = split("query_map", heads), split("key_map", groups), split("value_map", groups)
    if rotary:
        q, k = turned(q, start), turned(k, start)
    if past is not None:
        k, v = torch.cat([past[0], k], 2), torch.cat([past[1], v], 2)
    apart = torch.arange(q.shape[2])[:, None] + start - torch.arange(k.shape[2])
    mask = torch.zeros(apart.shape).double().masked_fill(~seen(apart), -1e9) + relative
    y = F.scaled_dot_product_attention(q, k, v, mask, enable_gqa=True).transpose(1, 2).flatten(2)
    return F.linear(y, w["output.kernel"].T, w.get("output.bias")), k, v


def tensor(it):
    return torch.tensor([float(at) for at in it["data"]], dtype=torch.float64).reshape(it["shape"]).to(types[it["dtype"]])


def answer(case):
    inputs = {it["name"]: tensor(it) for it in case["inputs"]}
    weights = {it["name"]: tensor(it).requires_grad_() for it in case["weights"]}
    seeds = [tensor(it) for it in case["seeds"]]
    wanted = [it.requires_grad_() for it in inputs.values() if it.is_floating_point()]
    owned = list(weights.values())

    def layer(it, *given, **more):
        """A layer of Keras with the weights of the case, in their order."""
        nonlocal owned
        with torch.no_grad():
            it(*given, **more)
        it.set_weights(
            [a.detach().reshape(tuple(b.shape)).numpy() for a, b in zip(weights.values(), it.weights, strict=True)]
        )
        owned = [variable.value for variable in it.weights]
        return it(*given, **more)

    names = {**globals(), **inputs, "w": weights, "layer": layer}
    results = eval(case["expression"], names)
    results = list(results) if isinstance(results, (tuple, list)) else [results]
    total = sum((a * b).sum() for a, b in zip(results, seeds))
    learned = [it for it, at in zip(owned, case["weights"], strict=True) if at["learned"]]
    asked = wanted + learned
    gradients = torch.autograd.grad(total, asked, allow_unused=True) if len(seeds) > 0 and total.requires_grad else [None] * len(asked)
    gradients = [torch.zeros_like(a) if b is None else b for a, b in zip(asked, gradients)]
    return [[list(it.shape), it.detach().double().flatten().tolist()] for it in (*results, *gradients)]


answers = []
for case in json.load(sys.stdin):
    if "keras" in case["expression"] and keras is None:
        answers.append(None)
        continue
    try:
        answers.append(answer(case))
    except Exception as error:
        answers.append(f"{type(error).__name__}: {error}")
print(json.dumps(answers))
