"""The model as an ONNX graph: token numbers and their mask in, one unit vector per text out.

In its small form the weights are whole numbers of eight bits with one scale per column, and what is multiplied with
them gets one scale per token. So a text's vector does not depend on which other texts are in its batch.
"""

from typing import Any

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

from portal.lib.text.weights import Floats

HEADS, LAYERS, WIDTH, LONGEST = 12, 6, 384, 256
_OPSET, _IR = 17, 8
_FAR = -10000.0  # added to what a padded token would say


def build(weights: dict[str, Floats], *, small: bool) -> onnx.ModelProto:
    """The whole model in float32, or `small` in int8."""
    drawing = _Drawing(weights, small)
    mask = drawing.op("Cast", "attention_mask", to=TensorProto.FLOAT)
    state = drawing.embedded_tokens()
    hidden = drawing.op("Unsqueeze", drawing.op("Sub", mask, drawing.scalar(1.0)), drawing.ints([1, 2]))
    far = drawing.op("Mul", hidden, drawing.scalar(-_FAR))
    for layer in range(LAYERS):
        state = drawing.layer(f"encoder.layer.{layer}", state, far)
    drawing.pooled(state, mask)
    return drawing.model()


class _Drawing:
    """Collects nodes and constants; every method answers the name of what it computes."""

    def __init__(self, weights: dict[str, Floats], small: bool) -> None:
        self.weights = weights
        self.small = small
        self.nodes: list[onnx.NodeProto] = []
        self.constants: dict[str, onnx.TensorProto] = {}

    def op(self, kind: str, *inputs: str, outputs: int = 1, name: str = "", **attributes: Any) -> str:
        made = [name or f"v{len(self.nodes)}_{number}" for number in range(outputs)]
        self.nodes.append(helper.make_node(kind, list(inputs), made, **attributes))
        return made[0]

    def constant(self, name: str, values: np.ndarray) -> str:
        if name not in self.constants:
            self.constants[name] = numpy_helper.from_array(np.ascontiguousarray(values), name)
        return name

    def scalar(self, value: float) -> str:
        return self.constant(f"float_{value}", np.array(value, dtype=np.float32))

    def ints(self, values: list[int]) -> str:
        return self.constant(f"ints_{'_'.join(map(str, values))}", np.array(values, dtype=np.int64))

    def embedded_tokens(self) -> str:
        """Word, position and kind, added up and normalised."""
        words = self.words()
        places = (
            self.weights["embeddings.position_embeddings.weight"][:LONGEST]
            + self.weights["embeddings.token_type_embeddings.weight"][0]
        )
        length = self.op("Shape", "input_ids", start=1, end=2)
        place = self.op("Slice", self.constant("places", places), self.ints([0]), length, self.ints([0]))
        return self.normed("embeddings.LayerNorm", self.op("Add", words, place))

    def words(self) -> str:
        table = self.weights["embeddings.word_embeddings.weight"]
        if not self.small:
            return self.op("Gather", self.constant("words", table), "input_ids")
        whole, scale = in_whole_numbers(table, axis=1, limit=127)
        found = self.op("Cast", self.op("Gather", self.constant("words", whole), "input_ids"), to=TensorProto.FLOAT)
        return self.op("Mul", found, self.op("Gather", self.constant("words_scale", scale), "input_ids"))

    def layer(self, name: str, state: str, far: str) -> str:
        attended = self.dense([f"{name}.attention.output.dense"], self.attention(f"{name}.attention.self", state, far))
        state = self.normed(f"{name}.attention.output.LayerNorm", self.op("Add", state, attended))
        inner = self.dense([f"{name}.intermediate.dense"], state)
        bent = self.op("Erf", self.op("Div", inner, self.scalar(2.0**0.5)))
        half = self.op("Mul", inner, self.op("Add", bent, self.scalar(1.0)))
        outer = self.dense([f"{name}.output.dense"], self.op("Mul", half, self.scalar(0.5)))
        return self.normed(f"{name}.output.LayerNorm", self.op("Add", state, outer))

    def attention(self, name: str, state: str, far: str) -> str:
        """Query, key and value come from one multiplication."""
        joined = self.dense([f"{name}.{part}" for part in ("query", "key", "value")], state)
        heads = self.op("Reshape", joined, self.ints([0, 0, 3, HEADS, WIDTH // HEADS]))
        queries = self.op("Gather", heads, self.ints([0]), axis=2)
        keys = self.op("Gather", heads, self.ints([1]), axis=2)
        values = self.op("Gather", heads, self.ints([2]), axis=2)
        query = self.op("Transpose", self.op("Squeeze", queries, self.ints([2])), perm=[0, 2, 1, 3])
        key = self.op("Transpose", self.op("Squeeze", keys, self.ints([2])), perm=[0, 2, 3, 1])
        value = self.op("Transpose", self.op("Squeeze", values, self.ints([2])), perm=[0, 2, 1, 3])
        scores = self.op("Mul", self.op("MatMul", query, key), self.scalar((WIDTH // HEADS) ** -0.5))
        shares = self.op("Softmax", self.op("Add", scores, far), axis=-1)
        mixed = self.op("Transpose", self.op("MatMul", shares, value), perm=[0, 2, 1, 3])
        return self.op("Reshape", mixed, self.ints([0, 0, WIDTH]))

    def dense(self, names: list[str], state: str) -> str:
        matrix = np.concatenate([self.weights[f"{name}.weight"] for name in names]).T
        bias = self.constant(f"{names[0]}.bias", np.concatenate([self.weights[f"{name}.bias"] for name in names]))
        if not self.small:
            return self.op("Add", self.op("MatMul", state, self.constant(names[0], matrix)), bias)
        whole, scale = in_whole_numbers(matrix, axis=0, limit=63)
        return self.op("Add", self.scaled_product(names[0], state, whole, scale), bias)

    def scaled_product(self, name: str, state: str, whole: np.ndarray, scale: Floats) -> str:
        largest = self.op("ReduceMax", self.op("Abs", state), axes=[-1], keepdims=1)
        step = self.op("Max", self.op("Mul", largest, self.scalar(1 / 127)), self.scalar(1e-9))
        moved = self.op("Add", self.op("Round", self.op("Div", state, step)), self.scalar(128.0))
        token = self.op("Cast", moved, to=TensorProto.UINT8)
        zero = self.constant("zero", np.array(128, dtype=np.uint8))
        product = self.op("MatMulInteger", token, self.constant(name, whole), zero)
        exact = self.op("Mul", self.op("Cast", product, to=TensorProto.FLOAT), step)
        return self.op("Mul", exact, self.constant(f"{name}.scale", scale))

    def normed(self, name: str, state: str) -> str:
        scale = self.constant(f"{name}.weight", self.weights[f"{name}.weight"])
        bias = self.constant(f"{name}.bias", self.weights[f"{name}.bias"])
        return self.op("LayerNormalization", state, scale, bias, axis=-1, epsilon=1e-12)

    def pooled(self, state: str, mask: str) -> str:
        """The mean over the tokens that are no padding, at length one."""
        shown = self.op("Mul", state, self.op("Unsqueeze", mask, self.ints([2])))
        total = self.op("ReduceSum", shown, self.ints([1]), keepdims=0)
        return self.op("LpNormalization", total, axis=-1, p=2, name="vectors")

    def model(self) -> onnx.ModelProto:
        asked = [helper.make_tensor_value_info(name, TensorProto.INT64, ["texts", "tokens"]) for name in INPUTS]
        told = [helper.make_tensor_value_info("vectors", TensorProto.FLOAT, ["texts", WIDTH])]
        drawn = helper.make_graph(self.nodes, "sentences", asked, told, list(self.constants.values()))
        made = helper.make_model(drawn, opset_imports=[helper.make_opsetid("", _OPSET)], ir_version=_IR)
        onnx.checker.check_model(made)
        return made


INPUTS = ("input_ids", "attention_mask")


def in_whole_numbers(matrix: Floats, *, axis: int, limit: int) -> tuple[np.ndarray, Floats]:
    """Whole numbers within ±limit, and the scales along that axis that lead back."""
    largest = np.abs(matrix).max(axis=axis, keepdims=True)
    scale = np.maximum(largest / limit, 1e-12).astype(np.float32)
    return np.round(matrix / scale).astype(np.int8), scale if axis else scale[0]
