"""Training AE small or large with Keras, for bench/train-keras.ts.

usage: python train-keras.py NETWORK ROWS COLUMNS TRAINED BATCH THREADS
Reads the name of a variant a line ("plain 529", "xla 250", ...), trains one epoch, prints the
seconds it took by the clock and of processor time.
"""

import os
import sys
import time

os.environ["KERAS_BACKEND"] = "tensorflow"
os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
network, rows, columns, trained, batch, threads = sys.argv[1], *map(int, sys.argv[2:7])

import numpy as np  # noqa: E402
import tensorflow as tf  # noqa: E402

tf.config.threading.set_intra_op_parallelism_threads(threads)
tf.config.threading.set_inter_op_parallelism_threads(threads)
import keras  # noqa: E402


def leaky(value):
    return keras.layers.LeakyReLU(negative_slope=0.3)(value)


def dense(units, activation):
    return lambda value: activation(keras.layers.Dense(units)(value))


def build(width, xla):
    tanh, relu = keras.layers.Activation("tanh"), keras.layers.Activation("relu")
    inputs = keras.Input((width,))
    value = tanh(inputs)
    steps = [dense(150, leaky)]
    if network == "ae_large":
        steps = [dense(450, tanh), dense(300, leaky), dense(200, relu), dense(150, leaky)]
        steps += [dense(200, relu), dense(300, leaky), dense(450, tanh)]
    for step in [*steps, dense(width, leaky)]:
        value = step(value)
    model = keras.Model(inputs, value)
    model.compile(keras.optimizers.Adam(1e-3), "mse", jit_compile=xla)
    return model


random = np.random.default_rng(1)
weights = random.uniform(0.5, 1.5, rows).astype(np.float32)
variants = {}
for width in (columns, trained):
    x = random.normal(size=(rows, width)).astype(np.float32)
    for name, xla in (("plain", False), ("xla", True)):
        model = build(width, xla)
        model.fit(x[: 2 * batch], x[: 2 * batch], batch_size=batch, verbose=0)
        model.fit(x, x, sample_weight=weights, batch_size=batch, verbose=0)
        variants[f"{name} {width}"] = (model, x)
print("ready", flush=True)
for line in sys.stdin:
    model, x = variants[line.strip()]
    wall, cpu = time.perf_counter(), time.process_time()
    model.fit(x, x, sample_weight=weights, batch_size=batch, verbose=0)
    print(time.perf_counter() - wall, time.process_time() - cpu, flush=True)
