"""The difference between rows, applied to those that are there, gives those that are wanted."""

from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import Column, Integer, MetaData, String, Table

from projections.store.transaction import RowCache

Row = tuple[int, str, int]
TABLE = Table("rows", MetaData(), Column("stream", Integer), Column("key", String), Column("value", Integer))
STREAMS = st.integers(0, 3)
ROWS = st.dictionaries(st.sampled_from("abcd"), st.integers(0, 2), max_size=4)


@given(st.lists(st.tuples(st.dictionaries(STREAMS, ROWS, max_size=3), *[st.booleans()] * 3)))
def test_applied_differences_give_the_rows(batches: list[tuple[dict[int, dict[str, int]], bool, bool, bool]]) -> None:
    cache, table, known = RowCache[Row](), dict[tuple[int, str], Row](), set[int]()

    def stored(stream: UUID) -> list[Row]:
        return [row for (of, _), row in table.items() if of == stream.int]

    for batch, remember, forget, reads in batches:
        if forget:
            cache.clear()
        made = [
            (UUID(int=stream), stream not in known, [(stream, key, value) for key, value in rows.items()])
            for stream, rows in batch.items()
        ]
        found = cache.difference(TABLE, made, lambda row: row[:2], remember=remember, stored=stored if reads else None)
        assert not reads or not any(batch[gone.int] for gone in found.whole)
        for gone in found.whole:
            table = {key: row for key, row in table.items() if key[0] != gone.int}
        for key in found.gone:
            del table[key]  # type: ignore[arg-type]
        for row in found.added:
            assert row[:2] not in table
            table[row[:2]] = row
        for key, before, after in found.changed:
            assert table[key] == before != after  # type: ignore[index]
            table[key] = after  # type: ignore[index]
        known |= batch.keys()
        for stream, rows in batch.items():
            kept = {key: row[2] for (of, key), row in table.items() if of == stream}
            assert kept == rows
