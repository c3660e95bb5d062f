"""Scoring dense scaled rows with Keras and onnxruntime, for bench/score-rivals.ts.

usage: python score-rivals.py NETWORK ROWS COLUMNS TRAINED BATCH THREADS FOLDER
FOLDER holds reconstruct-WIDTH.onnx. Reads the name of a variant a line, scores all rows, prints the
seconds it took by the clock and of processor time.
"""

import os
import sys
import time

os.environ["KERAS_BACKEND"] = "tensorflow"
os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
network, rows, columns, trained, batch, threads = sys.argv[1], *map(int, sys.argv[2:7])
folder = sys.argv[7]

import numpy as np  # noqa: E402
import onnxruntime as ort  # noqa: E402
import tensorflow as tf  # noqa: E402

tf.config.threading.set_intra_op_parallelism_threads(threads)
tf.config.threading.set_inter_op_parallelism_threads(threads)
import keras  # noqa: E402


def leaky(value):
    return keras.layers.LeakyReLU(negative_slope=0.3)(value)


def dense(units, activation):
    return lambda value: activation(keras.layers.Dense(units)(value))


def build(width):
    tanh, relu = keras.layers.Activation("tanh"), keras.layers.Activation("relu")
    inputs = keras.Input((width,))
    value = tanh(inputs)
    steps = [dense(150, leaky)]
    if network == "ae_large":
        steps = [dense(450, tanh), dense(300, leaky), dense(200, relu), dense(150, leaky)]
        steps += [dense(200, relu), dense(300, leaky), dense(450, tanh)]
    for step in [*steps, dense(width, leaky)]:
        value = step(value)
    return keras.Model(inputs, value)


def batches(x):
    return [x[low : low + batch] for low in range(0, rows, batch)]


random = np.random.default_rng(1)
variants = {}
for width in (columns, trained):
    x = random.normal(size=(rows, width)).astype(np.float32)
    model = build(width)

    def predict(model=model, x=x):
        return np.square(x - model.predict(x, batch_size=batch, verbose=0)).mean(axis=1)

    variants[f"predict {width}"] = predict
    for name, xla in (("function", False), ("xla", True)):

        @tf.function(jit_compile=xla)
        def error(part, model=model):
            return tf.reduce_mean(tf.square(part - model(part, training=False)), axis=1)

        variants[f"{name} {width}"] = lambda error=error, x=x: [error(part).numpy() for part in batches(x)]
    options = ort.SessionOptions()
    options.intra_op_num_threads = threads
    session = ort.InferenceSession(
        f"{folder}/reconstruct-{width}.onnx", options, providers=["CPUExecutionProvider"]
    )

    def onnx(session=session, x=x):
        return [np.square(part - session.run(None, {"x": part})[0]).mean(axis=1) for part in batches(x)]

    variants[f"onnxruntime {width}"] = onnx
for run in variants.values():
    run()
print("ready", flush=True)
for line in sys.stdin:
    wall, cpu = time.perf_counter(), time.process_time()
    variants[line.strip()]()
    print(time.perf_counter() - wall, time.process_time() - cpu, flush=True)
