from argparse import ArgumentParser
from typing import Any

import numpy as np
from django.core.management import BaseCommand

from portal.lib.text.embedding import Embedder, embedder
from portal.lib.text.figures import coverage, figures
from portal.lib.text.training import Examples, learn
from tickets.actions.classifying.judging import kind_of
from tickets.actions.classifying.start import start_set
from tickets.states.classifying import Trait

THRESHOLDS = (0.5, 0.6, 0.7, 0.8, 0.9, 0.95)
WANTED = 0.97


class Command(BaseCommand):
    help = (
        "Cross-validates what a new portal's classifiers learn from, each text judged by a model of the others: "
        "accuracy, macro-F1, and what would be applied by itself at which threshold."
    )
    requires_system_checks = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--words-alone", action="store_true", help="Without the language model's vectors.")

    def handle(self, *, words_alone: bool, **options: Any) -> None:
        reader = None if words_alone else embedder()
        self.stdout.write(f"Reading {'words alone' if reader is None else f'words and vectors of {reader.recipe}'}.")
        for trait in Trait:
            self.stdout.write("\n".join(report(trait, reader)))


def report(trait: str, reader: Embedder | None) -> list[str]:
    """What there is to say about one trait, line by line. The probabilities are calibrated on the same held-out texts,
    by two figures, so that they flatter a little."""
    texts, labels = start_set(trait)
    blend, shares = learn(Examples(texts, labels, kind_of(trait).rows_of(texts, reader)))
    told = figures(blend.labels, labels, shares)
    lines = [
        f"{trait}: {len(texts)} texts, {len(blend.labels)} labels: accuracy {told['accuracy']:.3f}, "
        f"macro-F1 {told['macro_f1']:.3f}, right among the best three {told['top_3']:.3f}"
    ]
    sure = blend.confidences(shares, with_vectors=blend.dense is not None).max(axis=1)
    right = np.array(labels) == np.array(blend.labels)[shares.argmax(axis=1)]
    for least in THRESHOLDS:
        share, precision = coverage(sure, right, least)
        lines.append(f"  from {least:.2f}: coverage {share:.3f}, precision {precision:.3f}")
    lines.append(_lowest(sure, right))
    return lines


def _lowest(sure: np.ndarray, right: np.ndarray) -> str:
    for step in range(101):
        share, precision = coverage(sure, right, step / 100)
        if share and precision >= WANTED:
            return f"  right {WANTED:.0%} of the time from {step / 100:.2f} on: coverage {share:.3f}"
    return f"  right {WANTED:.0%} of the time: at no threshold"
