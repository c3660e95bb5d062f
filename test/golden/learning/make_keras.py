"""Golden values for networks and training, made with Keras.

usage: KERAS_BACKEND=tensorflow python make_keras.py keras.json

Weights, inputs, sample weights and noise come from a linear congruential generator that the test repeats, so the
file holds results only: x(k+1) = 1664525 x(k) + 1013904223 mod 2^32, u = x / 2^32, rounded to float32 last.
Keras does what it has a part for: layers, regularizers, losses, the optimizer with its clipping. What it draws
itself (the eps of a variational network, the masks of dropout) is handed in instead.
"""

import json
import os
import sys

os.environ.setdefault("KERAS_BACKEND", "tensorflow")
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
import keras  # noqa: E402
import numpy as np  # noqa: E402
import tensorflow as tf  # noqa: E402
from keras import ops  # noqa: E402


def uniform(seed, count, low, high):
    out = np.empty(count)
    state = seed
    for index in range(count):
        state = (1664525 * state + 1013904223) % 2**32
        out[index] = low + (high - low) * (state / 2**32)
    return out.astype(np.float32)


def leaky(slope=0.3):
    return {"type": "leakyrelu", "slope": slope}


def plain(name):
    return {"type": name}


def dense(units, activation, **more):
    return {"units": units, "activation": activation, **more}


def gaussian(units):
    return dense(units, plain("linear"), kind="gaussian")


TANH, RELU, SIGMOID, LINEAR = plain("tanh"), plain("relu"), plain("sigmoid"), plain("linear")
PENALISED = [
    dense(8, TANH, kernel_l1=0.001, activity_l2=0.05, dropout=0.25),
    dense(5, leaky(0.1), kernel_l2=0.01, activity_l1=0.02),
    dense(8, RELU, kernel_l1=0.002, kernel_l2=0.003, activity_l1=0.01, activity_l2=0.02, dropout=0.5),
]
SMALL_VAE = [dense(8, TANH, dropout=0.25), gaussian(4), dense(8, leaky(), activity_l2=0.05)]


def case(columns, first, layers, **training):
    """training: loss, delta, beta, feature_weights (seed of them), clip, limit, sample_weights."""
    return {"columns": columns, "input_activation": first, "layers": layers, **training}


PROBABILITIES = [dense(7, leaky()), dense(12, SIGMOID)]
CASES = {
    "small shape": case(20, TANH, [dense(15, leaky()), dense(20, leaky())]),
    "all activations": case(
        9, LINEAR, [dense(7, SIGMOID), dense(6, leaky(0.01)), dense(5, LINEAR), dense(9, SIGMOID)]
    ),
    "ae_small": case(24, TANH, [dense(150, leaky()), dense(24, leaky())]),
    "ae_large": case(
        12,
        TANH,
        [dense(450, TANH), dense(300, leaky()), dense(200, RELU), dense(150, leaky())]
        + [dense(200, RELU), dense(300, leaky()), dense(450, TANH), dense(12, leaky())],
    ),
    "vae_small": case(24, TANH, [gaussian(150), dense(24, leaky())]),
    "vae_large": case(
        12,
        RELU,
        [dense(400, TANH), dense(300, RELU), dense(200, leaky()), gaussian(150)]
        + [dense(200, leaky()), dense(300, RELU), dense(400, TANH), dense(12, SIGMOID)],
        inputs=[0, 1],
    ),
    "penalties and dropout": case(12, TANH, [*PENALISED, dense(12, leaky(), kernel_l2=0.01)], sample_weights="ones"),
    "variational, all at once": case(
        12,
        LINEAR,
        [*SMALL_VAE, dense(12, SIGMOID)],
        loss="bce",
        beta=0.5,
        feature_weights=5,
        inputs=[0, 1],
        clip="global_norm",
        limit=0.5,
        sample_weights="ones",
    ),
    "without divergence": case(12, LINEAR, [gaussian(4), dense(12, leaky())], beta=0),
    "mae": case(12, TANH, [dense(7, leaky()), dense(12, leaky())], loss="mae"),
    "huber": case(12, TANH, [dense(7, leaky()), dense(12, leaky())], loss="huber", delta=0.7),
    "bce": case(12, TANH, PROBABILITIES, loss="bce", inputs=[0, 1]),
    **{
        f"feature weights, {loss}": case(12, TANH, PROBABILITIES, loss=loss, feature_weights=5, inputs=[0, 1])
        for loss in ("mse", "mae", "huber", "bce")
    },
    **{
        f"clipping by {clip}": case(
            12, TANH, [dense(7, leaky()), dense(12, leaky())], clip=clip, limit=limit
        )
        for clip, limit in (("value", 0.01), ("norm", 0.02), ("global_norm", 0.1))
    },
}
BATCH, ROWS, STEPS, EPOCHS, RATE = 16, 72, 10, 3, 1e-3


def layer(activation):
    if activation["type"] == "leakyrelu":
        return keras.layers.LeakyReLU(negative_slope=activation["slope"])
    return keras.layers.Activation(activation["type"])


class Factor(keras.layers.Layer):
    """Hands a mask on that comes as an input: dropout with the mask given."""

    def call(self, value, mask):
        return value * mask


def build(item):
    """The training model: x and noise in, output and (of a gaussian layer) mean and log variance out."""
    inputs = keras.Input((item["columns"],))
    value = layer(item["input_activation"])(inputs)
    noise, latent, denses = [], [], []

    def dense_layer(units, value, **more):
        denses.append(keras.layers.Dense(units, **more))
        return denses[-1](value)

    for index, spec in enumerate(item["layers"]):
        units = spec["units"]
        penalty = keras.regularizers.L1L2(spec.get("kernel_l1", 0.0), spec.get("kernel_l2", 0.0))
        if spec.get("kind") == "gaussian":
            eps = keras.Input((units,))
            mean, log_variance = dense_layer(units, value), dense_layer(units, value)
            value = mean + ops.exp(log_variance / 2) * eps
            noise.append((index, "normal", units, 0, eps))
            latent = [mean, log_variance]
            continue
        activity = keras.regularizers.L1L2(spec.get("activity_l1", 0.0), spec.get("activity_l2", 0.0))
        value = layer(spec["activation"])(dense_layer(units, value, kernel_regularizer=penalty))
        if spec.get("activity_l1", 0) > 0 or spec.get("activity_l2", 0) > 0:
            value = keras.layers.Activation("linear", activity_regularizer=activity)(value)
        if spec.get("dropout", 0) > 0:
            mask = keras.Input((units,))
            value = Factor()(value, mask)
            noise.append((index, "dropout", units, spec["dropout"], mask))
    given = [inputs, *(entry[-1] for entry in noise)]
    model = keras.Model(given if noise else inputs, [value, *latent] if latent else value)
    # Not model.trainable_variables, whose order follows the depth in the graph.
    variables = [variable for dense in denses for variable in (dense.kernel, dense.bias)]
    assign(item, variables)
    return model, noise, variables


def assign(item, variables):
    """Kernel index of ours is 1000 + 2 layer, bias 1001 + 2 layer; a gaussian layer's kernel holds both halves."""
    variables = list(variables)
    for index, spec in enumerate(item["layers"]):
        parts = 2 if spec.get("kind") == "gaussian" else 1
        inputs, units = variables[0].shape
        width = parts * units
        limit = np.sqrt(6 / (inputs + width))
        kernel = uniform(1000 + 2 * index, inputs * width, -limit, limit).reshape(inputs, width)
        bias = uniform(1001 + 2 * index, width, -0.05, 0.05)
        for part in range(parts):
            columns = slice(part * units, (part + 1) * units)
            variables.pop(0).assign(kernel[:, columns])
            variables.pop(0).assign(bias[columns])
    assert not variables


def joined(item, tensors):
    """Tensors of Keras in our order: the halves of a gaussian layer side by side."""
    tensors = [np.asarray(tensor, dtype=np.float64) for tensor in tensors]
    out = []
    for spec in item["layers"]:
        kernel, bias, *tensors = tensors
        if spec.get("kind") == "gaussian":
            other, more, *tensors = tensors
            kernel, bias = np.concatenate([kernel, other], axis=1), np.concatenate([bias, more])
        out += [kernel, bias]
    return out


def noise_of(noise, step):
    """Noise of a step: eps uniform from -2 to 2 (any numbers do), masks that keep 1 - rate. The test repeats this."""
    arrays = []
    for index, kind, width, rate, _ in noise:
        values = uniform(5000 + 100 * step + index, BATCH * width, 0, 1).reshape(BATCH, width)
        if kind == "normal":
            arrays.append((values * np.float32(4) - np.float32(2)).astype(np.float32))
        else:
            arrays.append(np.where(values < rate, 0, 1 / (1 - rate)).astype(np.float32))
    return arrays


def sample(array):
    """At most 40 values of a tensor at a fixed stride, with its norm: enough to see any wrong gradient."""
    flat = np.asarray(array, dtype=np.float64).ravel()
    stride = max(1, len(flat) // 40)
    values = [float(np.float32(value)) for value in flat[::stride]]
    return {"stride": stride, "values": values, "norm": float(np.sqrt((flat**2).sum()))}


def event_losses(item, x, outputs):
    """Loss of each event without activity penalties, from Keras' own function for a single feature."""
    name = item.get("loss", "mse")
    one = {
        "mse": keras.losses.mean_squared_error,
        "mae": keras.losses.mean_absolute_error,
        "huber": lambda y, p: keras.losses.huber(y, p, delta=item.get("delta", 1.0)),
        "bce": keras.losses.binary_crossentropy,
    }[name]
    output = outputs[0]
    if "feature_weights" in item:
        weights = uniform(item["feature_weights"], item["columns"], 0, 3)
        cells = one(x[..., None], output[..., None])
        losses = ops.mean(cells * weights, axis=-1)
    else:
        losses = one(x, output)
    if len(outputs) == 3:
        mean, log_variance = outputs[1:]
        divergence = -0.5 * ops.sum(1 + log_variance - mean**2 - ops.exp(log_variance), axis=-1)
        losses = item["columns"] * losses + item.get("beta", 1) * divergence
    return losses


def optimizer_of(item):
    keys = {"value": "clipvalue", "norm": "clipnorm", "global_norm": "global_clipnorm"}
    clip = {keys[item["clip"]]: item["limit"]} if "clip" in item else {}
    return keras.optimizers.Adam(learning_rate=RATE, **clip)


def clipped(optimizer, gradients):
    return optimizer._clip_gradients(gradients)  # what `apply` does before anything else


def run(item):
    low, high = item.get("inputs", [-2, 2])
    columns = item["columns"]
    x = uniform(7, ROWS * columns, low, high).reshape(ROWS, columns)
    weights = np.ones(ROWS, np.float32) if item.get("sample_weights") == "ones" else uniform(8, ROWS, 0, 2)

    model, noise, variables = build(item)
    quiet = [np.zeros((4, width), np.float32) if kind == "normal" else np.ones((4, width), np.float32)
             for _, kind, width, _, _ in noise]  # fmt: skip
    result = {**item, "outputs": np.asarray(outputs_of(model, [x[:4], *quiet])[0]).astype(float).tolist()}
    optimizer = optimizer_of(item)
    losses, evaluations = [], []
    for step in range(STEPS):
        first = (step % 4) * BATCH
        batch, batch_weights = x[first : first + BATCH], weights[first : first + BATCH]
        still = [np.zeros_like(array) if entry[1] == "normal" else np.ones_like(array)
                 for entry, array in zip(noise, noise_of(noise, step))]  # fmt: skip
        alone = event_losses(item, batch, outputs_of(model, [batch, *still]))
        evaluations.append(float(ops.mean(alone * batch_weights)))
        with tf.GradientTape() as tape:
            outputs = outputs_of(model, [batch, *noise_of(noise, step)])
            value = ops.mean(event_losses(item, batch, outputs) * batch_weights) + sum(model.losses)
        gradients = tape.gradient(value, variables)
        if step == 0:
            result["gradients"] = [sample(tensor) for tensor in joined(item, clipped(optimizer, gradients))]
        optimizer.apply(gradients, variables)
        losses.append(float(value))
        if step == 0:
            result["after_one_step"] = [sample(tensor) for tensor in joined(item, variables)]
    result["losses"] = losses
    result["evaluations"] = evaluations
    result["after_steps"] = [sample(tensor) for tensor in joined(item, variables)]
    if not noise and set(item) == {"columns", "input_activation", "layers"}:
        result.update(fit(item, x, weights))
    return result


def outputs_of(model, inputs):
    outputs = model(inputs if len(inputs) > 1 else inputs[0], training=True)
    return outputs if isinstance(outputs, (list, tuple)) else [outputs]


def fit(item, x, weights):
    """72 rows in batches of 16: four full ones and a tail of 8, as Keras' own fit runs them."""
    model, _, variables = build(item)
    model.compile(optimizer_of(item), keras.losses.MeanSquaredError())
    history = model.fit(
        x, x, sample_weight=weights, batch_size=BATCH, epochs=EPOCHS, shuffle=False, verbose=0
    )
    return {
        "fit_losses": history.history["loss"],
        "after_fit": [sample(tensor) for tensor in joined(item, variables)],
    }


def initialisers():
    """Largest absolute value and standard deviation of kernels that Keras' initialisers draw."""
    out = {}
    for name in ("glorot_uniform", "glorot_normal", "he_uniform", "he_normal"):
        values = np.asarray(keras.initializers.get(name)((3000, 500)), dtype=np.float64)
        out[name] = {"inputs": 3000, "outputs": 500, "largest": np.abs(values).max(), "deviation": values.std()}
    return out


out = {
    "made_with": f"keras {keras.__version__}, tensorflow {tf.__version__}",
    "batch": BATCH,
    "rows": ROWS,
    "steps": STEPS,
    "epochs": EPOCHS,
    "learning_rate": RATE,
    "cases": {name: run(item) for name, item in CASES.items()},
    "initialisers": initialisers(),
}
with open(sys.argv[1], "w") as file:
    json.dump(out, file)
    file.write("\n")
