"""The best pairing of rows without a key, against trying all of them."""

from __future__ import annotations

from itertools import permutations
from time import process_time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pytest_kanister._data.proof import pairing
from pytest_kanister._data.proof.pairing import best_pairs

SCORES = st.dictionaries(
    st.tuples(st.integers(0, 4), st.integers(0, 4)), st.integers(1, 20), max_size=25
)


@given(SCORES)
def test_none_is_better(scores: dict[tuple[int, int], int]) -> None:
    pairs = best_pairs(scores, [1] * 5, [1] * 5)
    assert {times for _, _, times in pairs} <= {1}
    assert len({i for i, _, _ in pairs}) == len({j for _, j, _ in pairs}) == len(pairs)
    best = max(
        sum(scores.get(pair, 0) for pair in enumerate(order)) for order in permutations(range(5))
    )
    assert sum(scores[i, j] for i, j, _ in pairs) == best


@given(SCORES, st.lists(st.integers(1, 3), min_size=10, max_size=10))
def test_copies_are_used_up_once(scores: dict[tuple[int, int], int], copies: list[int]) -> None:
    left, right = copies[:5], copies[5:]
    pairs = best_pairs(scores, left, right)
    for row in range(5):
        assert sum(times for i, _, times in pairs if i == row) <= left[row]
        assert sum(times for _, j, times in pairs if j == row) <= right[row]


def test_a_million_copies_are_not_spread_out() -> None:
    million = 10**6
    assert best_pairs({(0, 0): 3, (0, 1): 2}, [million], [1, million]) == [
        (0, 0, 1),
        (0, 1, million - 1),
    ]


def test_two_pairs_that_explain_more_than_the_most_alike_one() -> None:
    assert best_pairs({(0, 0): 3, (0, 1): 2, (1, 0): 2}, [1, 1], [1, 1]) == [(0, 1, 1), (1, 0, 1)]


def test_too_many_take_the_most_alike_first(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pairing, "MOST_STEPS", 1)
    assert best_pairs({(0, 0): 3, (0, 1): 2, (1, 0): 2}, [1, 1], [1, 1]) == [(0, 0, 1)]


@pytest.mark.slow
def test_two_hundred_rows_a_side_take_no_time_to_speak_of() -> None:
    scores = {(i, j): 1 + (i * j) % 97 for i in range(200) for j in range(200) if (i + j) % 3 == 0}
    started = process_time()
    assert best_pairs(scores, [1] * 200, [1] * 200)
    assert process_time() - started < 5
