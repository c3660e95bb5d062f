"""Golden values for the schedules of the learning rate, made with Keras' own schedule and callback.

usage: KERAS_BACKEND=tensorflow python make_schedules.py schedules.json
"""

import json
import os
import sys

os.environ.setdefault("KERAS_BACKEND", "tensorflow")
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
import keras  # noqa: E402

PEAK = 0.004
COSINES = [
    {"steps": 40, "warmup": 0, "minimum": 0.0},
    {"steps": 40, "warmup": 7, "minimum": 0.0},
    {"steps": 33, "warmup": 5, "minimum": 0.0005},
]
PLATEAUS = [
    {"factor": 0.1, "patience": 2, "minDelta": 1e-4, "cooldown": 0, "minimum": 0.0},
    {"factor": 0.5, "patience": 1, "minDelta": 0.01, "cooldown": 2, "minimum": 0.0},
    {"factor": 0.5, "patience": 3, "minDelta": 0.0, "cooldown": 1, "minimum": 0.0009},
    {"factor": 0.25, "patience": 1, "minDelta": 0.0, "cooldown": 0, "minimum": 0.001},
]
# Falls, stands still, falls by less than a delta, rises, falls again.
LOSSES = [1.0, 0.8, 0.8, 0.79995, 0.795, 0.79, 0.81, 0.9, 0.78, 0.7, 0.71, 0.72, 0.73, 0.74, 0.75]
LOSSES += [0.69, 0.7, 0.7, 0.7, 0.7, 0.7, 0.685, 0.7, 0.7, 0.7, 0.7, 0.7]


def cosine(case):
    warmup = case["warmup"]
    warm = {"warmup_target": PEAK, "warmup_steps": warmup} if warmup > 0 else {}
    schedule = keras.optimizers.schedules.CosineDecay(
        0.0 if warmup > 0 else PEAK,
        case["steps"] - warmup,
        alpha=case["minimum"] / PEAK,
        **warm,
    )
    return [float(schedule(step)) for step in range(case["steps"] + 3)]


def plateau(case):
    layer = keras.layers.Dense(1)
    model = keras.Sequential([keras.Input((1,)), layer])
    model.compile(optimizer=keras.optimizers.Adam(PEAK), loss="mse")
    callback = keras.callbacks.ReduceLROnPlateau(
        monitor="val_loss",
        mode="min",
        factor=case["factor"],
        patience=case["patience"],
        min_delta=case["minDelta"],
        cooldown=case["cooldown"],
        min_lr=case["minimum"],
    )
    callback.set_model(model)
    callback.on_train_begin()
    rates = []
    for epoch, loss in enumerate(LOSSES):
        callback.on_epoch_end(epoch, {"val_loss": loss})
        rates.append(float(model.optimizer.learning_rate.numpy()))
    return rates


result = {
    "keras": keras.__version__,
    "peak": PEAK,
    "losses": LOSSES,
    "cosine": [{**case, "rates": cosine(case)} for case in COSINES],
    "plateau": [{**case, "rates": plateau(case)} for case in PLATEAUS],
}
with open(sys.argv[1], "w") as file:
    json.dump(result, file, indent=1)
    file.write("\n")
