"""The same networks in PyTorch: reads requests as JSON lines, runs training steps, answers with milliseconds a step."""

import json
import sys
import time

import torch
from torch import nn
from torch.nn import functional

torch.manual_seed(0)
threads = int(sys.argv[1]) if len(sys.argv) > 1 else 2
torch.set_num_threads(threads)


class Cnn(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv1 = nn.Conv2d(1, 32, 3)
        self.conv2 = nn.Conv2d(32, 64, 3)
        self.hidden = nn.Linear(1600, 128)
        self.head = nn.Linear(128, 10)

    def forward(self, x):
        x = functional.max_pool2d(functional.relu(self.conv1(x)), 2)
        x = functional.max_pool2d(functional.relu(self.conv2(x)), 2)
        return self.head(functional.relu(self.hidden(x.flatten(1))))


class Guarded(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv1 = nn.Conv2d(1, 32, 3)
        self.norm1 = nn.BatchNorm2d(32)
        self.conv2 = nn.Conv2d(32, 64, 3)
        self.norm2 = nn.BatchNorm2d(64)
        self.table = nn.Embedding(1000, 64)
        self.hidden = nn.Linear(1664, 128)
        self.head = nn.Linear(128, 10)

    def forward(self, x, k):
        x = functional.max_pool2d(functional.relu(self.norm1(self.conv1(x))), 2)
        x = functional.max_pool2d(functional.relu(self.norm2(self.conv2(x))), 2)
        x = torch.cat([x.flatten(1), self.table(k)], dim=1)
        return self.head(torch.sigmoid(self.hidden(x)))


class Recurrent(nn.Module):
    def __init__(self, features=64, units=128, classes=10):
        super().__init__()
        self.lstm = nn.LSTM(features, units, batch_first=True)
        self.head = nn.Linear(units, classes)

    def forward(self, x):
        y, _ = self.lstm(x)
        return self.head(y).flatten(0, 1)


def contestant(name):
    if name == "cnn":
        model = Cnn()
        batch = (torch.randn(32, 1, 28, 28),), torch.randint(0, 10, (32,))
    elif name == "guarded":
        model = Guarded()
        batch = (torch.randn(32, 1, 28, 28), torch.randint(0, 10, (32,))), torch.randint(0, 10, (32,))
    else:
        model = Recurrent()
        batch = (torch.randn(32, 64, 64),), torch.randint(0, 10, (32 * 64,))
    optimizer = torch.optim.Adam(model.parameters(), lr=1e-3, eps=1e-7)

    def step():
        optimizer.zero_grad()
        loss = functional.cross_entropy(model(*batch[0]), batch[1])
        loss.backward()
        optimizer.step()
        return float(loss)

    return step


contestants = {}
print(json.dumps({"version": torch.__version__, "threads": threads}), flush=True)
for line in sys.stdin:
    request = json.loads(line)
    if request["model"] == "gemm":
        n = request["size"]
        a, b = torch.randn(n, n), torch.randn(n, n)
        run = lambda: torch.matmul(a, b)
    else:
        run = contestants.setdefault(request["model"], None) or contestant(request["model"])
        contestants[request["model"]] = run
    start = time.perf_counter()
    for _ in range(request["steps"]):
        run()
    print(json.dumps({"ms": (time.perf_counter() - start) * 1000 / request["steps"]}), flush=True)
