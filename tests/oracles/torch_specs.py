"""The six specs as a PyTorch user writes them, for comparison with what modelc compiles.

    python3 torch_specs.py             prints PyTorch's version
    python3 torch_specs.py FOLDER      reads request.json, weights.safetensors and batches.safetensors of FOLDER,
                                       writes answer.safetensors there

Everything is computed twice, in f32 and in f64 (names under `f32/` and `f64/`): the distance between the two is what
floating point alone makes of the same formulas.

PyTorch's layouts and modelc's differ: `nn.Linear` and `nn.LSTM` keep [out, in] where modelc keeps [in, out];
convolutions are OIHW in both files; nn.LSTM has two biases, whose sum matters: the second one stays 0 and is not
trained. Gates are in the same order (input, forget, cell, output).

Optimizers: modelc follows Keras.
- sgd, momentum: torch.optim.SGD is the same (its velocity is Keras's over -lr, and lr is constant here).
- adam, adamw: Keras adds epsilon to sqrt(v), PyTorch to sqrt(v / (1 - beta2^t)): torch.optim.Adam with an epsilon of
  eps / sqrt(1 - beta2^t), set before every step, is Keras's.
- rmsprop: Keras has epsilon under the root, torch.optim.RMSprop beside it: written by hand below.
- clipping: torch.nn.utils.clip_grad_norm_ (which adds 1e-6 to the norm; Keras does not).
"""
import json
import math
import sys
from pathlib import Path

import torch
from torch import nn
from torch.nn import functional

from torch_dropout import Clock, Dropout
from torch_files import read_tensors, write_tensors


def same(tensor):
    return tensor


def turned(tensor):
    return tensor.T


def dense(path, module):
    return {f"{path}.kernel": (f"{module}.weight", turned), f"{path}.bias": (f"{module}.bias", same)}


def norm(path, module):
    return {f"{path}.scale": (f"{module}.weight", same), f"{path}.bias": (f"{module}.bias", same)}


class Regression(nn.Module):
    """Linear and logistic regression."""

    def __init__(self, features):
        super().__init__()
        self.linear = nn.Linear(features, 1)
        self.table = dense("dense_0", "linear")

    def forward(self, x):
        return self.linear(x)


class Cnn(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv1 = nn.Conv2d(1, 32, 3)
        self.conv2 = nn.Conv2d(32, 64, 3)
        self.hidden = nn.Linear(1600, 128)
        self.head = nn.Linear(128, 10)
        self.table = {
            "conv2d_0.kernel": ("conv1.weight", same),
            "conv2d_0.bias": ("conv1.bias", same),
            "conv2d_1.kernel": ("conv2.weight", same),
            "conv2d_1.bias": ("conv2.bias", same),
            **dense("dense_0", "hidden"),
            **dense("dense_1", "head"),
        }

    def forward(self, image):
        x = image.permute(0, 3, 1, 2)
        x = functional.max_pool2d(functional.relu(self.conv1(x)), 2)
        x = functional.max_pool2d(functional.relu(self.conv2(x)), 2)
        # The language flattens images with their channels last.
        x = x.permute(0, 2, 3, 1).flatten(1)
        return self.head(functional.relu(self.hidden(x)))


class StackedLstm(nn.Module):
    def __init__(self):
        super().__init__()
        self.lstm = nn.LSTM(64, 128, num_layers=3, batch_first=True)
        self.head = nn.Linear(128, 10)
        self.table = dense("dense_0", "head")
        for layer in range(3):
            self.table[f"lstm_{layer}.kernel"] = (f"lstm.weight_ih_l{layer}", turned)
            self.table[f"lstm_{layer}.recurrent"] = (f"lstm.weight_hh_l{layer}", turned)
            self.table[f"lstm_{layer}.bias"] = (f"lstm.bias_ih_l{layer}", same)
            second = self.get_parameter(f"lstm.bias_hh_l{layer}")
            second.requires_grad_(False).zero_()

    def forward(self, x):
        return self.head(self.lstm(x)[0][:, -1])


class SimpleRnn(nn.Module):
    def __init__(self):
        super().__init__()
        self.rnn = nn.RNN(1, 32, batch_first=True)
        self.head = nn.Linear(32, 1)
        self.table = {
            "cell.kernel": ("rnn.weight_ih_l0", turned),
            "cell.recurrent": ("rnn.weight_hh_l0", turned),
            "cell.bias": ("rnn.bias_ih_l0", same),
            **dense("dense_0", "head"),
        }
        self.rnn.bias_hh_l0.requires_grad_(False).zero_()

    def forward(self, wave):
        return self.head(self.rnn(wave)[0])


class Attention(nn.Module):
    """nn.MultiheadAttention where nothing is dropped; its formula with our masks where something is."""

    def __init__(self, width, heads, rate, clock, layer):
        super().__init__()
        self.heads = heads
        self.attend = nn.MultiheadAttention(width, heads, batch_first=True)
        path = "layer.attention.dropout_{}.dropout_0"
        self.drop_weights = Dropout(clock, rate, path.format(0), layer)
        self.drop_output = Dropout(clock, rate, path.format(1), layer)

    def forward(self, x):
        batch, length, width = x.shape
        future = torch.ones(length, length, dtype=torch.bool).triu(1)
        if not self.training or self.drop_weights.rate == 0:
            return self.attend(x, x, x, attn_mask=future, need_weights=False)[0]
        projected = functional.linear(x, self.attend.in_proj_weight, self.attend.in_proj_bias)
        q, k, v = (
            it.view(batch, length, self.heads, -1).transpose(1, 2) for it in projected.chunk(3, dim=-1)
        )
        scores = q @ k.transpose(-2, -1) / math.sqrt(q.shape[-1])
        weights = self.drop_weights(scores.masked_fill(future, -math.inf).softmax(-1))
        joined = (weights @ v).transpose(1, 2).reshape(batch, length, width)
        return self.drop_output(self.attend.out_proj(joined))


class Block(nn.Module):
    def __init__(self, width, heads, rate, clock, layer):
        super().__init__()
        self.norm1 = nn.LayerNorm(width, eps=1e-5)
        self.attention = Attention(width, heads, rate, clock, layer)
        self.norm2 = nn.LayerNorm(width, eps=1e-5)
        self.up = nn.Linear(width, 4 * width)
        self.down = nn.Linear(4 * width, width)
        self.drop = Dropout(clock, rate, "layer.dropout_0.dropout_0", layer)

    def forward(self, x):
        x = x + self.attention(self.norm1(x))
        return x + self.drop(self.down(functional.gelu(self.up(self.norm2(x)), approximate="tanh")))


class TinyGpt(nn.Module):
    def __init__(self, rate, clock, vocab=65, context=64, width=128, depth=2, heads=4):
        super().__init__()
        self.wte = nn.Embedding(vocab, width)
        self.wpe = nn.Embedding(context, width)
        self.drop = Dropout(clock, rate, "dropout_0.dropout_0")
        self.blocks = nn.ModuleList(Block(width, heads, rate, clock, layer) for layer in range(depth))
        self.final = nn.LayerNorm(width, eps=1e-5)
        self.table = {"wte.table": ("wte.weight", same), "wpe.table": ("wpe.weight", same), **norm("final_norm", "final")}
        for layer in range(depth):
            theirs, ours = f"layer.{layer}", f"blocks.{layer}"
            self.table |= {
                **norm(f"{theirs}.norm1", f"{ours}.norm1"),
                f"{theirs}.attention.qkv.kernel": (f"{ours}.attention.attend.in_proj_weight", turned),
                f"{theirs}.attention.qkv.bias": (f"{ours}.attention.attend.in_proj_bias", same),
                **dense(f"{theirs}.attention.output", f"{ours}.attention.attend.out_proj"),
                **norm(f"{theirs}.norm2", f"{ours}.norm2"),
                **dense(f"{theirs}.up", f"{ours}.up"),
                **dense(f"{theirs}.down", f"{ours}.down"),
            }

    def forward(self, tokens):
        x = self.drop(self.wte(tokens) + self.wpe(torch.arange(tokens.shape[1])))
        for block in self.blocks:
            x = block(x)
        return self.final(x) @ self.wte.weight.T


class RmsProp(torch.optim.Optimizer):
    """Keras's: epsilon under the root."""

    def __init__(self, params, lr, rho=0.9, eps=1e-7):
        super().__init__(params, {"lr": lr, "rho": rho, "eps": eps})

    @torch.no_grad()
    def step(self):
        for group in self.param_groups:
            for p in group["params"]:
                square = self.state[p].setdefault("square", torch.zeros_like(p))
                square.mul_(group["rho"]).addcmul_(p.grad, p.grad, value=1 - group["rho"])
                p.sub_(group["lr"] * p.grad / (square + group["eps"]).sqrt())


def keras_epsilon(optimizer, step, eps=1e-7):
    """Makes PyTorch's Adam add what Keras's adds, at a step counted from 0."""
    for group in optimizer.param_groups:
        group["eps"] = eps / math.sqrt(1 - group["betas"][1] ** (step + 1))


def cosine(peak, warmup, floor, total):
    """The learning rate at a step: up in a line, then down half a wave."""

    def rate(step):
        if step < warmup:
            return peak * (step + 1) / warmup
        along = min(1.0, (step - warmup) / (total - warmup))
        return floor + (peak - floor) * (1 + math.cos(math.pi * along)) / 2

    return rate


def classes(logits, labels):
    return functional.cross_entropy(logits.flatten(0, -2), labels.long().flatten())


def hits(logits, labels):
    return (logits.argmax(-1) == labels).double().mean()


class Spec:
    """A network with its data and its training; `settings` are what request.json says."""

    clip = None
    output = "logits"

    def __init__(self, settings):
        pass

    def before_step(self, optimizer, step):
        pass


class LinearRegression(Spec):
    output, input, target = "y", "x", "target"
    metric, measure = "mean_absolute_error", staticmethod(functional.l1_loss)
    loss = staticmethod(functional.mse_loss)

    def features(self, raw, train):
        x = torch.stack([raw["x1"], raw["x2"], raw["x3"]], dim=-1)
        return {"x": x, "target": raw["y"].unsqueeze(-1)}

    def network(self):
        return Regression(3)

    def optimizer(self, network):
        return torch.optim.SGD(network.parameters(), lr=0.1)


class LogisticRegression(Spec):
    input, target = "x", "label"
    metric = "binary_accuracy"
    loss = staticmethod(functional.binary_cross_entropy_with_logits)

    @staticmethod
    def measure(logits, label):
        return ((logits > 0) == (label > 0.5)).double().mean()

    def features(self, raw, train):
        x = train["x"].double()
        return {
            "x": ((raw["x"].double() - x.mean(0)) / x.std(0, unbiased=False)).float(),
            "label": raw["label"].unsqueeze(-1).float(),
        }

    def network(self):
        return Regression(2)

    def optimizer(self, network):
        return torch.optim.SGD(network.parameters(), lr=0.1, momentum=0.9)


class MnistCnn(Spec):
    input, target = "image", "label"
    metric, measure, loss = "accuracy", staticmethod(hits), staticmethod(classes)

    def features(self, raw, train):
        return {"image": raw["image"] / 255, "label": raw["label"]}

    def network(self):
        return Cnn()

    def optimizer(self, network):
        return torch.optim.Adam(network.parameters(), lr=1e-3)

    def before_step(self, optimizer, step):
        keras_epsilon(optimizer, step)


class StackedLstmSpec(MnistCnn):
    input, target, clip = "x", "label", 1.0

    def features(self, raw, train):
        return {"x": raw["x"], "label": raw["last"]}

    def network(self):
        return StackedLstm()

    def optimizer(self, network):
        return torch.optim.Adam([it for it in network.parameters() if it.requires_grad], lr=1e-3)


class SimpleRnnSpec(Spec):
    output, input, target, clip = "forecast", "wave", "next", 1.0
    metric, measure = "mean_absolute_error", staticmethod(functional.l1_loss)
    loss = staticmethod(functional.mse_loss)

    def features(self, raw, train):
        return {"wave": raw["wave"], "next": raw["next"]}

    def network(self):
        return SimpleRnn()

    def optimizer(self, network):
        return RmsProp([it for it in network.parameters() if it.requires_grad], lr=1e-3)


class TinyGptSpec(Spec):
    input, target, clip = "tokens", "next", 1.0
    metric, loss = "perplexity", staticmethod(classes)

    def __init__(self, settings):
        self.clock = Clock(settings["seed"])
        self.dropout = settings["dropout"]
        self.rate = cosine(peak=1e-3, warmup=settings["warmup"], floor=1e-4, total=settings["total"])

    @staticmethod
    def measure(logits, labels):
        return classes(logits, labels).exp()

    def features(self, raw, train):
        tokens, following = raw["window_64_0"], raw["window_64_1"]
        assert torch.equal(tokens[:, 1:], following[:, :-1]), "the second window is the first, a character further on"
        return {"tokens": tokens, "next": following}

    def network(self):
        return TinyGpt(self.dropout, self.clock)

    def optimizer(self, network):
        spared = [it for name, it in network.named_parameters() if name.endswith("bias") or "norm" in name or "final" in name]
        decayed = [it for it in network.parameters() if not any(it is other for other in spared)]
        groups = [{"params": decayed, "weight_decay": 0.1}, {"params": spared, "weight_decay": 0.0}]
        return torch.optim.AdamW(groups, lr=1e-3, betas=(0.9, 0.99))

    def before_step(self, optimizer, step):
        self.clock.step = step
        for group in optimizer.param_groups:
            group["lr"] = self.rate(step)
        keras_epsilon(optimizer, step)


SPECS = {
    "linear-regression": LinearRegression,
    "logistic-regression": LogisticRegression,
    "mnist-cnn": MnistCnn,
    "stacked-lstm": StackedLstmSpec,
    "simple-rnn": SimpleRnnSpec,
    "tiny-gpt": TinyGptSpec,
}


def run(spec, weights, batches, dtype):
    """All that is compared, by name: outputs, loss and metric of the first batch; gradients; losses; parameters."""
    network = spec.network().to(dtype)

    def parameter(path):
        name, turn = network.table[path]
        return network.get_parameter(name), turn

    with torch.no_grad():
        for path, tensor in weights.items():
            target, turn = parameter(path)
            target.copy_(turn(tensor).to(dtype))
    missing = {name for name, it in network.named_parameters() if it.requires_grad} - {name for name, _ in network.table.values()}
    assert not missing and set(weights) == set(network.table), f"parameters differ: {missing}, {set(weights) ^ set(network.table)}"

    def pair(batch):
        return [it.to(dtype) if it.is_floating_point() else it.long() for it in (batch[spec.input], batch[spec.target])]

    answer = {}
    inputs, target = pair(batches[0])
    network.eval()
    with torch.no_grad():
        output = network(inputs)
        answer[f"output/{spec.output}"] = output
        if isinstance(network, StackedLstm):
            answer["output/probs"] = output.softmax(-1)
        answer["evaluated"] = spec.loss(output, target)
        answer["metric"] = spec.measure(output, target)

    network.train()
    optimizer = spec.optimizer(network)
    losses = []
    for step, batch in enumerate(batches):
        inputs, target = pair(batch)
        spec.before_step(optimizer, step)
        optimizer.zero_grad()
        loss = spec.loss(network(inputs), target)
        loss.backward()
        losses.append(loss.item())
        if step == 0:
            for path in weights:
                source, turn = parameter(path)
                answer[f"grad/{path}"] = turn(source.grad).clone()
        if spec.clip is not None:
            trained = [it for it in network.parameters() if it.requires_grad]
            nn.utils.clip_grad_norm_(trained, spec.clip)
        optimizer.step()
    answer["losses"] = torch.tensor(losses, dtype=torch.float64)
    for path in weights:
        source, turn = parameter(path)
        answer[f"after/{path}"] = turn(source).clone()
    return answer


def main(folder):
    request = json.loads((folder / "request.json").read_text())
    weights = read_tensors(folder / "weights.safetensors")
    tensors = read_tensors(folder / "batches.safetensors")
    spec = SPECS[request["spec"]](request)

    def fields(prefix):
        return {name[len(prefix) :]: it for name, it in tensors.items() if name.startswith(prefix)}

    train = fields("train/")
    batches = [spec.features(fields(f"step/{step}/"), train) for step in range(request["steps"])]
    answer = {f"feature/{name}": it.contiguous() for name, it in batches[0].items()}
    for name, dtype in (("f32", torch.float32), ("f64", torch.float64)):
        answer |= {f"{name}/{key}": it for key, it in run(spec, weights, batches, dtype).items()}
    write_tensors(folder / "answer.safetensors", answer)


if __name__ == "__main__":
    if len(sys.argv) > 1:
        main(Path(sys.argv[1]))
    else:
        print(torch.__version__)
