"""The one place that needs scikit-learn: whoever only answers is spared the seconds that importing it takes."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix
from sklearn.svm import LinearSVC

Numbers = NDArray[np.float64]


def fitted(
    *,
    values: Numbers,
    places: NDArray[np.int32],
    ends: Sequence[int],
    width: int,
    labels: Sequence[int],
    weights: Numbers,
    strength: float,
) -> tuple[NDArray[np.int64], Numbers, Numbers]:
    """Return the labels in order, the weights of each (a row a label), and their constants."""
    machine = LinearSVC(C=strength, random_state=0)
    machine.fit(
        csr_matrix((values, places, ends), shape=(len(ends) - 1, width)), labels, sample_weight=weights
    )
    found, constants = machine.coef_, machine.intercept_
    if len(machine.classes_) == 2:  # one line divides two categories
        found, constants = np.vstack([-found, found]), np.concatenate([-constants, constants])
    return machine.classes_, found, constants
