"""Writes people.parquet, by pyarrow: columns of all kinds that `parquet` reads, and one that it does not.

    python3 write_parquet.py people.parquet
"""
import datetime
import sys

import pyarrow as pa
import pyarrow.parquet as pq

day = datetime.datetime(2020, 2, 29, 12, 0)
table = pa.table(
    {
        "age": pa.array([22, None, 35], pa.int64()),
        "height": pa.array([1.5, float("nan"), 1.75], pa.float64()),
        "name": pa.array(["Ann", "Bo", None], pa.string()),
        "alive": pa.array([True, False, True]),
        "seen": pa.array([day, day + datetime.timedelta(days=1), day], pa.timestamp("ms")),
        "big": pa.array([9007199254740993, 1, -9007199254740993], pa.int64()),
        "home": pa.array([{"city": "Rome"}, {"city": "Oslo"}, {"city": "Rome"}]),
        "tags": pa.array([["a"], [], ["b", "c"]]),
    }
)
pq.write_table(table, sys.argv[1], compression="snappy", row_group_size=2)
