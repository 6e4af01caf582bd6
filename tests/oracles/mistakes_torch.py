# What PyTorch says of the mistakes of tests/docs/messages, made in its own words: JSON, by name.

import torch
from torch import nn
from torch.nn import functional as F

from mistakes import tell

def flattened():
    net = nn.Sequential(
        nn.Conv2d(1, 32, 3), nn.MaxPool2d(2), nn.Conv2d(32, 64, 3), nn.MaxPool2d(2), nn.Flatten(), nn.Linear(64 * 7 * 7, 10)
    )
    net(torch.zeros(32, 1, 28, 28))


def skip():
    down, pool, up = nn.Conv2d(3, 8, 3, padding=1), nn.MaxPool2d(2), nn.Upsample(scale_factor=2)
    next_ = nn.Conv2d(8, 8, 3, padding=1)
    d1 = down(torch.zeros(1, 3, 30, 30))
    d2 = next_(pool(d1))
    d3 = next_(pool(d2))
    torch.cat([up(d3), d2], dim=1)


def heads():
    nn.MultiheadAttention(100, 8)


def residual():
    x = torch.zeros(1, 64, 32, 32)
    x + nn.Sequential(nn.Conv2d(64, 128, 3, padding=1), nn.BatchNorm2d(128), nn.ReLU())(x)


def softmax():
    net = nn.Sequential(nn.Linear(4, 16), nn.ReLU(), nn.Linear(16, 3), nn.Softmax(dim=1))
    F.cross_entropy(net(torch.zeros(8, 4)), torch.zeros(8, dtype=torch.long)).backward()


def target():
    net = nn.Sequential(nn.Linear(4, 16), nn.ReLU(), nn.Linear(16, 1))
    F.mse_loss(net(torch.zeros(8, 4)), torch.zeros(8)).backward()


def classes():
    net = nn.Sequential(nn.Flatten(), nn.Linear(784, 9))
    F.cross_entropy(net(torch.zeros(8, 1, 28, 28)), torch.tensor([0, 1, 2, 3, 4, 5, 6, 9]))


def channels():
    nn.Conv2d(3, 16, 3)(torch.zeros(1, 224, 224, 3))


def inner():
    torch.zeros(2, 8) @ torch.zeros(16, 4)


def argument():
    nn.Linear(8, out_feature=4)


def vocabulary():
    nn.Embedding(50000, 64)(torch.tensor([[1, 50256]]))


def window():
    conv, pool = nn.Conv2d(8, 8, 3), nn.MaxPool2d(2)
    nn.Sequential(nn.Conv2d(1, 8, 3), pool, conv, pool, conv, pool, conv)(torch.zeros(1, 1, 28, 28))


made = [flattened, skip, heads, residual, softmax, target, classes, channels, inner, argument, vocabulary, window]
tell(torch.__version__.split("+")[0], made)
