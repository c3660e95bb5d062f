"""Training with Keras, for bench/train-keras.ts and bench/train-ratios.ts.

usage: python train-keras.py ROWS THREADS
Reads the name of a variant a line ("xla ae_large 529 2048": way, network, columns, batch), trains one epoch, prints
the seconds it took by the clock and of processor time. Ways: plain, xla. A variant is built and trained for two
epochs when it is first named.
"""

import os
import sys

os.environ["KERAS_BACKEND"] = "tensorflow"
os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
rows, threads = map(int, sys.argv[1:3])

import numpy as np  # noqa: E402
import tensorflow as tf  # noqa: E402

tf.config.threading.set_intra_op_parallelism_threads(threads)
tf.config.threading.set_inter_op_parallelism_threads(threads)
import keras  # noqa: E402
from train_server import serve  # noqa: E402


def leaky(value):
    return keras.layers.LeakyReLU(negative_slope=0.3)(value)


def dense(units, activation):
    return lambda value: activation(keras.layers.Dense(units)(value))


class Sampling(keras.layers.Layer):
    """z = mean + exp(log variance / 2) eps, and the KL divergence of each event."""

    def __init__(self):
        super().__init__()
        self.random = keras.random.SeedGenerator(1)

    def call(self, inputs):
        mean, log_variance = inputs
        eps = keras.random.normal(keras.ops.shape(mean), seed=self.random)
        kl = -0.5 * keras.ops.sum(
            1 + log_variance - keras.ops.square(mean) - keras.ops.exp(log_variance), axis=1
        )
        return mean + keras.ops.exp(0.5 * log_variance) * eps, kl


class Variational(keras.Model):
    """The mean squared error times the number of columns, and the KL divergence, beta 1."""

    def train_step(self, data):
        x, _, weights = keras.utils.unpack_x_y_sample_weight(data)
        with tf.GradientTape() as tape:
            value, kl = self(x, training=True)
            squares = keras.ops.sum(keras.ops.square(value - x), axis=1)
            loss = keras.ops.mean(weights * (squares + kl))
        gradients = tape.gradient(loss, self.trainable_variables)
        self.optimizer.apply_gradients(zip(gradients, self.trainable_variables))
        return {"loss": loss}


def build(network, width, xla):
    tanh, relu = keras.layers.Activation("tanh"), keras.layers.Activation("relu")
    inputs = keras.Input((width,))
    value = tanh(inputs)
    if network == "vae_small":
        latent = [keras.layers.Dense(150)(value), keras.layers.Dense(150)(value)]
        z, kl = Sampling()(latent)
        model = Variational(inputs, [dense(width, leaky)(z), kl])
        model.compile(keras.optimizers.Adam(1e-3), jit_compile=xla)
        return model
    steps = [dense(150, leaky)]
    if network == "ae_large":
        steps = [dense(450, tanh), dense(300, leaky), dense(200, relu), dense(150, leaky)]
        steps += [dense(200, relu), dense(300, leaky), dense(450, tanh)]
    for step in [*steps, dense(width, leaky)]:
        value = step(value)
    model = keras.Model(inputs, value)
    model.compile(keras.optimizers.Adam(1e-3), "mse", jit_compile=xla)
    return model


def trainer(way, network, width, batch):
    """A function that trains one epoch, shuffled anew."""
    random = np.random.default_rng(1)
    x = random.normal(size=(rows, width)).astype(np.float32)
    weights = random.uniform(0.5, 1.5, rows).astype(np.float32)
    model = build(network, width, way == "xla")

    def epoch():
        model.fit(x, x, sample_weight=weights, batch_size=batch, verbose=0)

    return epoch


serve(trainer, keras.backend.clear_session, epochs_before=2)
