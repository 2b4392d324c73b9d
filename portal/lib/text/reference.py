"""BERT in plain NumPy, written from its description and apart from the graph, to check the graph against."""

import math

import numpy as np

from portal.lib.text.weights import Floats

HEADS, LAYERS = 12, 6
_erf = np.vectorize(math.erf, otypes=[np.float64])


def sentence_vector(weights: dict[str, Floats], tokens: list[int]) -> Floats:
    """The unit vector of one sentence, given as token numbers with the marks for its beginning and end."""
    state = (
        weights["embeddings.word_embeddings.weight"][tokens]
        + weights["embeddings.position_embeddings.weight"][: len(tokens)]
        + weights["embeddings.token_type_embeddings.weight"][0]
    ).astype(np.float64)
    state = _normed(weights, "embeddings.LayerNorm", state)
    for layer in range(LAYERS):
        state = _layer(weights, f"encoder.layer.{layer}", state)
    mean = state.mean(axis=0)
    return (mean / np.linalg.norm(mean)).astype(np.float32)


def _layer(weights: dict[str, Floats], name: str, state: np.ndarray) -> np.ndarray:
    attended = _dense(weights, f"{name}.attention.output.dense", _attention(weights, f"{name}.attention.self", state))
    state = _normed(weights, f"{name}.attention.output.LayerNorm", state + attended)
    inner = _dense(weights, f"{name}.intermediate.dense", state)
    inner = inner * 0.5 * (1.0 + _erf(inner / math.sqrt(2.0)))
    return _normed(weights, f"{name}.output.LayerNorm", state + _dense(weights, f"{name}.output.dense", inner))


def _attention(weights: dict[str, Floats], name: str, state: np.ndarray) -> np.ndarray:
    heads = []
    query, key, value = (np.split(_dense(weights, f"{name}.{part}", state), HEADS, axis=1) for part in _PARTS)
    for q, k, v in zip(query, key, value, strict=True):
        scores = q @ k.T / math.sqrt(q.shape[1])
        scores = np.exp(scores - scores.max(axis=1, keepdims=True))
        heads.append(scores / scores.sum(axis=1, keepdims=True) @ v)
    return np.concatenate(heads, axis=1)


_PARTS = ("query", "key", "value")


def _dense(weights: dict[str, Floats], name: str, state: np.ndarray) -> np.ndarray:
    return state @ weights[f"{name}.weight"].T + weights[f"{name}.bias"]


def _normed(weights: dict[str, Floats], name: str, state: np.ndarray) -> np.ndarray:
    centered = state - state.mean(axis=1, keepdims=True)
    scaled = centered / np.sqrt((centered**2).mean(axis=1, keepdims=True) + 1e-12)
    return scaled * weights[f"{name}.weight"] + weights[f"{name}.bias"]
