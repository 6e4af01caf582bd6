"""Dropout with the masks that the language defines, written from its definition alone (docs/language.md, randomness)."""
import torch
from torch import nn

WORD = 0xFFFFFFFF
GOLDEN = 0x9E3779B9


def mix(x):
    """lowbias32, on a Python integer or on an int64 tensor: what overflows 64 bits leaves the low 32 right."""
    x = x ^ (x >> 16)
    x = (x * 0x7FEB352D) & WORD
    x = x ^ (x >> 15)
    x = (x * 0x846CA68B) & WORD
    return x ^ (x >> 16)


def fold(key, word):
    first, second = key
    return (
        mix(first ^ mix((word + GOLDEN) & WORD)),
        mix((second + mix(word ^ 0x85EBCA6B) + GOLDEN) & WORD),
    )


def fnv1a(text):
    value = 0x811C9DC5
    for byte in text.encode():
        value = ((value ^ byte) * 0x01000193) & WORD
    return value


def uniform(key, shape):
    count = 1
    for size in shape:
        count *= size
    counter = torch.arange(count, dtype=torch.int64)
    bits = mix(mix((counter * GOLDEN + key[0]) & WORD) ^ key[1])
    return ((bits >> 8).to(torch.float32) * 2.0**-24).reshape(shape)


class Clock:
    """What all dropouts of a network share: the seed, and the step they are at."""

    def __init__(self, seed):
        self.seed = seed
        self.step = 0

    def key(self, path, indices):
        key = fold((self.seed & WORD, self.seed >> 32), self.step)
        for word in [fnv1a(path), *indices]:
            key = fold(key, word)
        return key


class Dropout(nn.Module):
    """nn.Dropout, but that the mask is a function of seed, step and place."""

    def __init__(self, clock, rate, path, *indices):
        super().__init__()
        self.clock, self.rate, self.place = clock, rate, (path, indices)

    def forward(self, x):
        if not self.training or self.rate == 0:
            return x
        kept = uniform(self.clock.key(*self.place), x.shape) >= torch.tensor(self.rate, dtype=torch.float32)
        return x * kept / (1 - self.rate)
