"""A trained forest as flat arrays: as fast as scikit-learn's without importing it, and able to say what moved it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

_LEAF = -1


@dataclass(frozen=True, slots=True)
class FlatForest:
    """Trees one after the other, each in the order parent, left half, right half: the left child is the next node.

    `roots` are the first nodes of the trees. Per node: `feature` is the number that is asked for (-1 in a leaf), at most
    `threshold` goes left, more goes to node `right`; `shares` (nodes × classes) are the classes of the training columns
    that passed it, adding up to 1.
    """

    roots: NDArray[np.int32]
    feature: NDArray[np.int16]
    threshold: NDArray[np.float32]
    right: NDArray[np.int32]
    shares: NDArray[np.float32]

    def predict_proba(self, columns: NDArray[np.float32]) -> NDArray[np.float64]:
        """Mean share per class over all trees, columns × classes."""
        return self._mean_shares(self._paths(columns)[-1])

    def explain(
        self, columns: NDArray[np.float32], classes: NDArray[np.int64]
    ) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Probabilities, and what each number of a column did for some classes (columns × asked classes × numbers).

        `classes` (columns × asked) are places of classes. Each split moves a class's share from the parent's to the
        child's; the move counts for the number that was asked for (Saabas 2014). All moves of a column and the shares at
        the roots add up to the probability.
        """
        paths = self._paths(columns)
        return self._mean_shares(paths[-1]), self._moves(paths, columns, classes)

    def _paths(self, columns: NDArray[np.float32]) -> list[NDArray[np.int32]]:
        """The nodes that each column passes, one array (trees × columns) per level; leaves are repeated."""
        count, width = columns.shape
        values = np.ascontiguousarray(columns).ravel()
        starts = np.tile(np.arange(count, dtype=np.int64) * width, len(self.roots))
        nodes = np.repeat(self.roots, count)
        moving = np.arange(len(nodes))
        paths = [nodes.reshape(-1, count)]
        while True:
            moving = moving[self.feature[nodes[moving]] != _LEAF]
            if not len(moving):
                return paths
            asked = nodes[moving]
            is_right = values[starts[moving] + self.feature[asked]] > self.threshold[asked]
            nodes = nodes.copy()
            nodes[moving] = np.where(is_right, self.right[asked], asked + 1)
            paths.append(nodes.reshape(-1, count))

    def _mean_shares(self, leaves: NDArray[np.int32]) -> NDArray[np.float64]:
        total = np.zeros((leaves.shape[1], self.shares.shape[1]), dtype=np.float32)
        # Tree by tree: all at once would not fit into the processor's cache.
        for row in leaves:
            total += self.shares[row]
        return total.astype(np.float64) / len(self.roots)

    def _moves(
        self, paths: Sequence[NDArray[np.int32]], columns: NDArray[np.float32], classes: NDArray[np.int64]
    ) -> NDArray[np.float64]:
        (count, width), asked = columns.shape, classes.shape[1]
        levels = np.stack(paths)
        steps = np.nonzero(levels[:-1] != levels[1:])
        parents, children, places = levels[:-1][steps], levels[1:][steps], steps[2]
        wanted = classes[places]
        moved = self.shares[children[:, None], wanted] - self.shares[parents[:, None], wanted]
        slots = (places[:, None] * asked + np.arange(asked)) * width + self.feature[parents][:, None]
        moves = np.bincount(slots.ravel(), moved.ravel(), minlength=count * asked * width)
        return moves.reshape(count, asked, width) / len(self.roots)


def flatten(forest: Any) -> dict[str, NDArray[Any]]:
    """The arrays of a trained scikit-learn forest, as the artefact keeps them."""
    trees = [_flat_tree(each.tree_) for each in forest.estimators_]
    offsets = np.cumsum([0, *(len(tree["feature"]) for tree in trees)])[:-1]
    return {
        "roots": offsets.astype(np.int32),
        "feature": np.concatenate([tree["feature"] for tree in trees]),
        "threshold": np.concatenate([tree["threshold"] for tree in trees]),
        "right": np.concatenate(
            [tree["right"] + np.int32(offset) for tree, offset in zip(trees, offsets, strict=True)]
        ),
        "leaf_weights": np.concatenate([tree["leaf_weights"] for tree in trees]),
        "leaf_shares": np.concatenate([tree["leaf_shares"] for tree in trees]),
    }


def _flat_tree(tree: Any) -> dict[str, NDArray[Any]]:
    order: list[int] = []
    waiting = [0]
    while waiting:
        node = waiting.pop()
        order.append(node)
        if tree.children_left[node] != _LEAF:
            waiting += [int(tree.children_right[node]), int(tree.children_left[node])]
    places = np.empty(len(order), dtype=np.int32)
    places[order] = np.arange(len(order), dtype=np.int32)
    is_leaf = tree.children_left[order] == _LEAF
    return {
        "feature": np.where(is_leaf, _LEAF, tree.feature[order]).astype(np.int16),
        "threshold": _rounded_down(tree.threshold[order]),
        "right": np.where(is_leaf, 0, places[tree.children_right[order]]).astype(np.int32),
        "leaf_weights": tree.weighted_n_node_samples[order][is_leaf].astype(np.float32),
        "leaf_shares": tree.value[order][is_leaf][:, 0, :].astype(np.float16),
    }


def _rounded_down(thresholds: NDArray[np.float64]) -> NDArray[np.float32]:
    # Rounded to the nearest, a number could fall on the other side; downwards, float32 columns decide as before.
    rounded = thresholds.astype(np.float32)
    return np.where(rounded > thresholds, np.nextafter(rounded, np.float32(-np.inf)), rounded)


def from_arrays(arrays: Mapping[str, NDArray[Any]]) -> FlatForest:
    """Rebuilds a forest from what `flatten` gave; the inner nodes' shares follow from the leaves below them."""
    feature, right = arrays["feature"], arrays["right"]
    weights = np.asarray(arrays["leaf_weights"], dtype=np.float32)[:, None]
    totals = np.cumsum(arrays["leaf_shares"].astype(np.float32) * weights, axis=0, dtype=np.float64)
    counted = np.cumsum(weights, axis=0, dtype=np.float64)
    leaves_before = np.cumsum(feature == _LEAF)
    first = leaves_before - (feature == _LEAF)
    last = leaves_before[_last_leaves(feature, right)]
    below = _between(totals, first, last) / _between(counted, first, last)
    return FlatForest(
        roots=arrays["roots"],
        feature=feature,
        threshold=arrays["threshold"],
        right=right,
        shares=below.astype(np.float32),
    )


def _last_leaves(feature: NDArray[np.int16], right: NDArray[np.int32]) -> NDArray[np.int64]:
    nodes = np.arange(len(feature))
    while (feature[nodes] != _LEAF).any():
        nodes = np.where(feature[nodes] == _LEAF, nodes, right[nodes])
    return nodes


def _between(sums: NDArray[np.float64], first: NDArray[np.int64], last: NDArray[np.int64]) -> NDArray[np.float64]:
    padded = np.vstack([np.zeros((1, sums.shape[1])), sums])
    return padded[last] - padded[first]
