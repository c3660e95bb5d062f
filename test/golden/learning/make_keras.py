"""Golden values for networks and training, made with Keras.

usage: KERAS_BACKEND=tensorflow python make_keras.py keras.json

Weights, inputs and sample weights come from a linear congruential generator that the test repeats, so the
file holds results only: x(k+1) = 1664525 x(k) + 1013904223 mod 2^32, u = x / 2^32, rounded to float32 last.
"""

import json
import os
import sys

os.environ.setdefault("KERAS_BACKEND", "tensorflow")
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
import keras  # noqa: E402
import numpy as np  # noqa: E402
import tensorflow as tf  # noqa: E402


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


CASES = {
    "small shape": (20, plain("tanh"), [(15, leaky()), (20, leaky())]),
    "large shape": (
        20,
        plain("tanh"),
        [(12, plain("tanh")), (10, leaky()), (8, plain("relu")), (6, leaky())]
        + [(8, plain("relu")), (10, leaky()), (12, plain("tanh")), (20, leaky())],
    ),
    "all activations": (
        9,
        plain("linear"),
        [(7, plain("sigmoid")), (6, leaky(0.01)), (5, plain("linear")), (9, plain("sigmoid"))],
    ),
    "ae_small": (24, plain("tanh"), [(150, leaky()), (24, leaky())]),
    "ae_large": (
        12,
        plain("tanh"),
        [(450, plain("tanh")), (300, leaky()), (200, plain("relu")), (150, leaky())]
        + [(200, plain("relu")), (300, leaky()), (450, plain("tanh")), (12, leaky())],
    ),
}
BATCH, ROWS, STEPS, EPOCHS, RATE = 16, 72, 10, 3, 1e-3


def layer(activation):
    if activation["type"] == "leakyrelu":
        return keras.layers.LeakyReLU(negative_slope=activation["slope"])
    return keras.layers.Activation(activation["type"])


def build(columns, first, layers):
    inputs = keras.Input((columns,))
    value = layer(first)(inputs)
    for units, activation in layers:
        value = layer(activation)(keras.layers.Dense(units)(value))
    model = keras.Model(inputs, value)
    for index, variable in enumerate(model.trainable_variables):
        shape = tuple(variable.shape)
        limit = np.sqrt(6 / sum(shape)) if len(shape) == 2 else 0.05
        values = uniform(1000 + index, int(np.prod(shape)), -limit, limit)
        variable.assign(values.reshape(shape))
    return model


def sample(array):
    """At most 40 values of a tensor at a fixed stride, with its norm: enough to see any wrong gradient."""
    flat = np.asarray(array, dtype=np.float64).ravel()
    stride = max(1, len(flat) // 40)
    return {"stride": stride, "values": flat[::stride].tolist(), "norm": float(np.sqrt((flat**2).sum()))}


def case(columns, first, layers):
    x = uniform(7, ROWS * columns, -2, 2).reshape(ROWS, columns)
    weights = uniform(8, ROWS, 0, 2)
    loss = keras.losses.MeanSquaredError()

    model = build(columns, first, layers)
    result = {
        "columns": columns,
        "input_activation": first,
        "layers": [{"units": units, "activation": activation} for units, activation in layers],
        "outputs": np.asarray(model(x[:4]), dtype=np.float64).tolist(),
    }
    optimizer = keras.optimizers.Adam(learning_rate=RATE)
    losses = []
    for step in range(STEPS):
        low = (step % 4) * BATCH
        batch, batch_weights = x[low : low + BATCH], weights[low : low + BATCH]
        with tf.GradientTape() as tape:
            value = loss(batch, model(batch), sample_weight=batch_weights)
        gradients = tape.gradient(value, model.trainable_variables)
        if step == 0:
            result["gradients"] = [sample(gradient) for gradient in gradients]
        optimizer.apply(gradients, model.trainable_variables)
        losses.append(float(value))
        if step == 0:
            result["after_one_step"] = [sample(variable) for variable in model.trainable_variables]
    result["losses"] = losses
    result["after_steps"] = [sample(variable) for variable in model.trainable_variables]

    # 72 rows in batches of 16: four full ones and a tail of 8, as Keras' own fit runs them.
    model = build(columns, first, layers)
    model.compile(keras.optimizers.Adam(learning_rate=RATE), loss)
    history = model.fit(
        x, x, sample_weight=weights, batch_size=BATCH, epochs=EPOCHS, shuffle=False, verbose=0
    )
    result["fit_losses"] = history.history["loss"]
    result["after_fit"] = [sample(variable) for variable in model.trainable_variables]
    return result


out = {
    "made_with": f"keras {keras.__version__}, tensorflow {tf.__version__}",
    "batch": BATCH,
    "rows": ROWS,
    "steps": STEPS,
    "epochs": EPOCHS,
    "learning_rate": RATE,
    "cases": {name: case(*arguments) for name, arguments in CASES.items()},
}
with open(sys.argv[1], "w") as file:
    json.dump(out, file)
    file.write("\n")
