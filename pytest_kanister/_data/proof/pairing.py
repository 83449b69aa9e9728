"""Which of the rows that are gone became which of those that are new, where no key says it.

The pairing that leaves the fewest cells to be explained: an assignment problem, solved exactly
(Kuhn and Munkres) for each group of rows that have anything in common.
"""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

__all__ = ["best_pairs"]

Pair = tuple[int, int]

MOST_STEPS = 1_000_000
"""Inner steps for one group (rows² x rows of the other side): about half a second."""


def best_pairs(
    scores: Mapping[Pair, int], left: Sequence[int], right: Sequence[int]
) -> list[tuple[int, int, int]]:
    """`(i, j, times)`: so many copies of row i became row j; the sum of scores is the greatest.

    Groups that are too large for that take the most alike first.

    Args:
        scores: how alike two rows are, above zero; those that may not be paired are left out.
        left: copies of each row that is gone.
        right: copies of each row that is new.
    """
    found = []
    for group in _groups(scores):
        ones, others = sorted({i for i, _ in group}), sorted({j for _, j in group})
        few, many = sorted((sum(left[i] for i in ones), sum(right[j] for j in others)))
        if few * few * many > MOST_STEPS:
            found += _greedy(group, scores, left, right)
            continue
        lefts = [i for i in ones for _ in range(left[i])]
        rights = [j for j in others for _ in range(right[j])]
        turned = len(lefts) > len(rights)
        rows, columns = (rights, lefts) if turned else (lefts, rights)
        table = [[scores.get((b, a) if turned else (a, b), 0) for b in columns] for a in rows]
        times: dict[Pair, int] = defaultdict(int)
        for row, column in enumerate(_assigned(table)):
            if table[row][column]:
                pair = rows[row], columns[column]
                times[pair[::-1] if turned else pair] += 1
        found += [(i, j, count) for (i, j), count in times.items()]
    return sorted(found)


def _groups(pairs: Mapping[Pair, int]) -> list[list[Pair]]:
    """Pairs that hang together by a row that they share."""
    group_of: dict[tuple[bool, int], list[Pair]] = {}
    members: dict[int, set[tuple[bool, int]]] = {}
    for i, j in sorted(pairs):
        ends = {(False, i), (True, j)}
        touched = [group_of[end] for end in ends if end in group_of]
        group = max(touched, key=len, default=[])
        own = members.setdefault(id(group), set())
        for other in touched:
            if other is not group:
                group += other
                for end in members.pop(id(other)):
                    group_of[end] = group
                    own.add(end)
        group.append((i, j))
        for end in ends:
            group_of[end] = group
            own.add(end)
    return list({id(group): group for group in group_of.values()}.values())


def _greedy(
    group: Sequence[Pair], scores: Mapping[Pair, int], left: Sequence[int], right: Sequence[int]
) -> list[tuple[int, int, int]]:
    lefts, rights = dict(enumerate(left)), dict(enumerate(right))
    found = []
    for i, j in sorted(group, key=lambda pair: (-scores[pair], pair)):
        if times := min(lefts[i], rights[j]):
            lefts[i] -= times
            rights[j] -= times
            found.append((i, j, times))
    return found


def _assigned(scores: Sequence[Sequence[int]]) -> list[int]:
    """The column of each row, all different, such that the sum is the greatest.

    There are at least as many columns as rows.  Rows come in one by one, each along the
    shortest path that lets all before it keep or change their column.
    """
    width = len(scores[0])
    row_price, column_price = [0] * len(scores), [0] * (width + 1)
    owner = [-1] * (width + 1)  # the last is where a new row waits
    for new in range(len(scores)):
        owner[width] = new
        column = width
        slack: list[int | None] = [None] * width
        came_from = [width] * width
        seen = [False] * (width + 1)
        while owner[column] >= 0:
            seen[column] = True
            row = owner[column]
            delta, nearest = None, column
            for other in range(width):
                if seen[other]:
                    continue
                cost = -scores[row][other] - row_price[row] - column_price[other]
                best = slack[other]
                if best is None or cost < best:
                    slack[other] = best = cost
                    came_from[other] = column
                if delta is None or best < delta:
                    delta, nearest = best, other
            assert delta is not None  # a column is free, as there are enough
            for other in range(width + 1):
                if seen[other]:
                    row_price[owner[other]] += delta
                    column_price[other] -= delta
                elif other < width:
                    best = slack[other]
                    slack[other] = None if best is None else best - delta
            column = nearest
        while column != width:
            owner[column] = owner[came_from[column]]
            column = came_from[column]
    columns = {owner[column]: column for column in range(width)}
    return [columns[row] for row in range(len(scores))]
