"""A finished model for the counterpart: scaler and AE small as an ONNX graph that gives the three errors."""

import numpy as np
import onnx
import onnxruntime
from onnx import TensorProto, helper, numpy_helper

from rmm_numba import CELLS


class Scaler:
    """Standard scaling; a constant column passes unchanged."""

    def __init__(self, mean: np.ndarray, std: np.ndarray):
        self.mean = mean.astype(np.float64)
        self.inverse = 1 / np.where(std > 0, std, 1.0)
        self.baseline = (-self.mean * self.inverse).astype(np.float32)


def identity() -> Scaler:
    return Scaler(np.zeros(CELLS), np.ones(CELLS))


def small_autoencoder(latent: int = 150, seed: int = 1) -> onnx.ModelProto:
    """tanh, dense, LeakyReLU(0.3), dense, LeakyReLU(0.3), then the errors; weights drawn as Glorot uniform."""
    generator = np.random.default_rng(seed)
    limit = np.sqrt(6 / (CELLS + latent))
    weights = {
        "w1": generator.uniform(-limit, limit, (CELLS, latent)),
        "b1": np.zeros(latent),
        "w2": generator.uniform(-limit, limit, (latent, CELLS)),
        "b2": np.zeros(CELLS),
        "share": np.full((CELLS, 1), 1 / CELLS),
    }
    nodes = [
        helper.make_node("Tanh", ["x"], ["t"]),
        helper.make_node("Gemm", ["t", "w1", "b1"], ["g1"]),
        helper.make_node("LeakyRelu", ["g1"], ["l"], alpha=0.3),
        helper.make_node("Gemm", ["l", "w2", "b2"], ["g2"]),
        helper.make_node("LeakyRelu", ["g2"], ["y"], alpha=0.3),
        helper.make_node("Sub", ["x", "y"], ["d"]),
        helper.make_node("Mul", ["d", "d"], ["s"]),
        helper.make_node("ReduceMean", ["s", "axis"], ["error"], keepdims=0),
        helper.make_node("MatMul", ["s", "share"], ["column"]),
        helper.make_node("Squeeze", ["column", "axis"], ["error_normalised"]),
        helper.make_node("Abs", ["d"], ["a"]),
        helper.make_node("ReduceMean", ["a", "axis"], ["mean"], keepdims=0),
        helper.make_node("Log", ["mean"], ["error_abs"]),
    ]
    constants = [numpy_helper.from_array(value.astype(np.float32), name) for name, value in weights.items()]
    constants.append(numpy_helper.from_array(np.array([1], np.int64), "axis"))
    outputs = [helper.make_tensor_value_info(name, TensorProto.FLOAT, ["n"]) for name in ("error", "error_normalised", "error_abs")]
    inputs = [helper.make_tensor_value_info("x", TensorProto.FLOAT, ["n", CELLS])]
    graph = helper.make_graph(nodes, "ae_small", inputs, outputs, constants)
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", 18)], ir_version=9)


def load(model: str | None, scaler: str | None) -> tuple[onnxruntime.InferenceSession, Scaler]:
    """The session, with one thread since each process has a core, and the scaler."""
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    options.inter_op_num_threads = 1
    source = model or small_autoencoder().SerializeToString()
    session = onnxruntime.InferenceSession(source, options, providers=["CPUExecutionProvider"])
    if scaler is None:
        return session, Scaler(np.full(CELLS, 10.0), np.full(CELLS, 50.0))
    with np.load(scaler) as file:
        return session, Scaler(file["mean"], file["std"])
