"""Figures about answers: how many are right, and what a confidence is worth."""

from collections.abc import Sequence

import numpy as np

from portal.lib.text.weights import Floats


def figures(labels: Sequence[str], true: Sequence[str], shares: Floats) -> dict[str, float]:
    """Accuracy, macro-F1, macro recall, and how often the right label is among the best three."""
    best = [labels[place] for place in shares.argmax(axis=1)]
    top = np.argsort(-shares, axis=1, kind="stable")[:, :3]
    in_top = [label in {labels[place] for place in row} for label, row in zip(true, top, strict=True)]
    each = per_label(true, best)
    return {
        "accuracy": _mean([found == label for found, label in zip(best, true, strict=True)]),
        "macro_f1": _mean([f1 for _, _, f1 in each.values()]),
        "macro_recall": _mean([recall for _, recall, _ in each.values()]),
        "top_3": _mean(in_top),
    }


def per_label(true: Sequence[str], found: Sequence[str]) -> dict[str, tuple[float, float, float]]:
    """Precision, recall and F1 of every label that occurs in the truth."""
    told = {}
    for label in sorted(set(true)):
        hits = sum(a == b == label for a, b in zip(true, found, strict=True))
        recall = hits / list(true).count(label)
        precision = hits / max(1, list(found).count(label))
        told[label] = (precision, recall, 2 * precision * recall / max(1e-12, precision + recall))
    return told


def coverage(confidences: np.ndarray, is_right: np.ndarray, threshold: float) -> tuple[float, float]:
    """The share of answers at or above the threshold, and how many of those are right."""
    sure = confidences >= threshold
    return float(sure.mean()), float(is_right[sure].mean()) if sure.any() else 0.0


def auroc(inside: np.ndarray, outside: np.ndarray) -> float:
    """How often something inside scores higher than something outside; a tie counts half."""
    together = np.concatenate([inside, outside])
    _, place, count = np.unique(together, return_inverse=True, return_counts=True)
    ranks = (np.cumsum(count) - (count - 1) / 2)[place]
    wins = ranks[: len(inside)].sum() - len(inside) * (len(inside) + 1) / 2
    return float(wins / (len(inside) * len(outside)))


def best_threshold(inside: np.ndarray, is_right: np.ndarray, outside: np.ndarray) -> float:
    """The confidence from which on to answer, so that answering rightly inside and refusing outside weigh the same."""
    candidates = np.unique(np.round(np.concatenate([inside, outside]), 4))
    gains = [((inside >= least) & is_right).mean() + (outside < least).mean() for least in candidates]
    return float(candidates[int(np.argmax(gains))])


def _mean(values: Sequence[float]) -> float:
    return float(np.mean(values)) if values else 0.0
