"""The loss of WGAN-GP's critic with its penalty, and its gradients, as PyTorch's autograd.grad(create_graph=True) gives them.

    python3 torch_penalty.py < CASE    CASE is JSON: tensors by name, each {"shape": [...], "data": [...]}, in modelc's
                                       logical order; prints {"loss": number, "gradients": {path: list}}
"""
import json
import sys

import torch
from torch.nn import functional

torch.set_default_dtype(torch.float64)
case = {name: torch.tensor(it["data"]).reshape(it["shape"]) for name, it in json.load(sys.stdin).items()}
weights = {name.removeprefix("param/"): it.requires_grad_() for name, it in case.items() if name.startswith("param/")}


def convolution(image, name, pads, stride):
    kernel = weights[f"critic.{name}.kernel"].permute(3, 2, 0, 1)
    return functional.conv2d(functional.pad(image, pads), kernel, weights[f"critic.{name}.bias"], stride=stride)


def critic(image):
    h = functional.leaky_relu(convolution(image.permute(0, 3, 1, 2), "conv2d_0", (1, 1, 1, 1), 1), 0.2)
    h = convolution(h, "conv2d_1", (0, 1, 0, 1), 2).permute(0, 2, 3, 1)
    scale, bias = weights["critic.layer_norm_0.scale"], weights["critic.layer_norm_0.bias"]
    h = functional.leaky_relu(functional.layer_norm(h, scale.shape, scale, bias, eps=1e-3), 0.2)
    score = h.flatten(1) @ weights["critic.dense_0.kernel"] + weights["critic.dense_0.bias"]
    return score[:, 0]


image, made, share = (case[f"batch/{name}"] for name in ("image", "made", "share"))
mixed = (image + share * (made - image)).requires_grad_()
(slope,) = torch.autograd.grad(critic(mixed).sum(), mixed, create_graph=True)
penalty = ((slope.flatten(1).square().sum(1) + 1e-12).sqrt() - 1).square().mean()
loss = critic(made).mean() - critic(image).mean() + 10 * penalty
loss.backward()
print(json.dumps({"loss": loss.item(), "gradients": {name: it.grad.flatten().tolist() for name, it in weights.items()}}))
