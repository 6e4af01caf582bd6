# What Keras says of the mistakes of tests/docs/messages, made in its own words: JSON, by name.
import os

os.environ["KERAS_BACKEND"] = "torch"
import keras
import numpy as np
from keras import layers, losses, ops

from mistakes import tell


def flattened():
    keras.Sequential(
        [
            keras.Input((28, 28, 1)),
            layers.Conv2D(32, 3),
            layers.MaxPooling2D(2),
            layers.Conv2D(64, 3),
            layers.MaxPooling2D(2),
            layers.Reshape((64 * 7 * 7,)),
            layers.Dense(10),
        ]
    )


def skip():
    image = keras.Input((30, 30, 3))
    d1 = layers.Conv2D(8, 3, padding="same")(image)
    d2 = layers.Conv2D(8, 3, padding="same")(layers.MaxPooling2D(2)(d1))
    d3 = layers.Conv2D(8, 3, padding="same")(layers.MaxPooling2D(2)(d2))
    layers.Concatenate()([layers.UpSampling2D(2)(d3), d2])


def heads():
    # Each head has a width of its own here, and what is left over is lost without a word.
    x = keras.Input((16, 100))
    layers.MultiHeadAttention(8, key_dim=100 // 8)(x, x)


def residual():
    x = keras.Input((32, 32, 64))
    h = layers.ReLU()(layers.BatchNormalization()(layers.Conv2D(128, 3, padding="same")(x)))
    layers.Add()([x, h])


def softmax():
    net = keras.Sequential([keras.Input((4,)), layers.Dense(16, "relu"), layers.Dense(3, "softmax")])
    net.compile("adam", losses.SparseCategoricalCrossentropy(from_logits=True))
    net.fit(np.zeros((8, 4), "f4"), np.zeros(8, "i4"), verbose=0)


def target():
    net = keras.Sequential([keras.Input((4,)), layers.Dense(16, "relu"), layers.Dense(1)])
    net.compile("adam", "mse")
    net.fit(np.zeros((8, 4), "f4"), np.zeros(8, "f4"), verbose=0)


def classes():
    net = keras.Sequential([keras.Input((28, 28, 1)), layers.Flatten(), layers.Dense(9)])
    net.compile("adam", losses.SparseCategoricalCrossentropy(from_logits=True))
    net.fit(np.zeros((8, 28, 28, 1), "f4"), np.array([0, 1, 2, 3, 4, 5, 6, 9]), verbose=0)


def channels():
    keras.Sequential(
        [keras.Input((3, 224, 224)), layers.Conv2D(16, 3, padding="same"), layers.GlobalAveragePooling2D(), layers.Dense(10)]
    )


def inner():
    ops.matmul(keras.Input((8,)), keras.KerasTensor((16, 4)))


def argument():
    layers.Dense(unit=4)


def vocabulary():
    layers.Embedding(50000, 64)(np.array([[1, 50256]]))


def window():
    net = [keras.Input((28, 28, 1))]
    for _ in range(3):
        net += [layers.Conv2D(8, 3), layers.MaxPooling2D(2)]
    keras.Sequential([*net, layers.Conv2D(8, 3)])


made = [flattened, skip, heads, residual, softmax, target, classes, channels, inner, argument, vocabulary, window]
tell(keras.__version__, made)
