"""Gradients of a small network in f32 and under torch.autocast in f16 and bf16, on the CPU.

    python3 torch_autocast.py < CASE    CASE is JSON: {"weights": ..., "features": ...}, tensors by name, each {"shape":
                                        [...], "data": [...]}; prints {precision: {path: list}}
"""
import json
import sys

import torch
from torch.nn import functional

case = json.load(sys.stdin)
tensor = lambda it: torch.tensor(it["data"], dtype=torch.float32).reshape(it["shape"])
features = {name: tensor(it) for name, it in case["features"].items()}
SCALE = 32768.0


def gradients(half):
    weights = {name: tensor(it).requires_grad_() for name, it in case["weights"].items()}
    dense = lambda x, name: functional.linear(x, weights[f"{name}.kernel"].T, weights[f"{name}.bias"])
    with torch.autocast("cpu", dtype=half or torch.bfloat16, enabled=half is not None):
        h = torch.tanh(dense(features["x"], "dense_0"))
        h = functional.layer_norm(h, [64], weights["layer_norm_0.scale"], weights["layer_norm_0.bias"], eps=1e-3)
        y = dense(torch.tanh(dense(h, "dense_1")), "dense_2")
    scale = SCALE if half == torch.float16 else 1.0
    (functional.mse_loss(y.float(), features["t"]) * scale).backward()
    return {name: (it.grad / scale).flatten().tolist() for name, it in weights.items()}


kinds = {"f32": None, "mixed_f16": torch.float16, "mixed_bf16": torch.bfloat16}
print(json.dumps({name: gradients(half) for name, half in kinds.items()}))
