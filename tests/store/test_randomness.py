"""What is drawn by the block is as random as its source: each byte is dealt out once, in turn."""

import os

from hypothesis import given
from hypothesis import strategies as st

from app.store.randomness import drawn_by_the_block


@given(st.lists(st.integers(0, 3000), max_size=20))
def test_every_byte_comes_from_the_source_and_none_comes_twice(counts):
    drawn = []

    def source(count):
        drawn.append(os.urandom(count))
        return drawn[-1]

    draw = drawn_by_the_block(source)
    pieces = [draw(count) for count in counts]

    assert [len(piece) for piece in pieces] == counts
    left = drawn[:]
    for piece in filter(None, pieces):
        while not left[0].startswith(piece):  # the rest of a block that was too short is never used
            left.pop(0)
        left[0] = left[0][len(piece) :]


def test_few_pieces_are_drawn_at_once():
    asked = []
    draw = drawn_by_the_block(lambda count: asked.append(count) or bytes(count))

    for _ in range(10):
        draw(32)

    assert len(asked) == 1
