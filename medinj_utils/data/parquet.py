"""Rows of parquet, with numbers as they were written.

A file that isn't whole is refused, and the error says how far it could be read.
"""

from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from medinj_utils.data.formats import SourceError, refuse_twice

_NARROW = {pa.float16(): np.float16, pa.float32(): np.float32}


class ArrowRows:
    """Rows of an Arrow table, converted to Python dicts on access.

    As dicts, all 571,000 rows of the published set would not fit into memory.

    Args:
        table: the rows.
    """

    def __init__(self, table: pa.Table):
        self._table = table
        # Arrow's names of the types of 16 and 32 bits are halffloat and float, of 64 double.
        self._narrow = {field.name: field.type for field in table.schema
                        if "float" in str(field.type)}

    def __len__(self) -> int:
        return len(self._table)

    def __getitem__(self, rows: slice) -> list[dict]:
        dicts = self._table.slice(rows.start, rows.stop - rows.start).to_pylist()
        for name, kind in self._narrow.items():
            for row in dicts:
                row[name] = _as_written(row[name], kind)
        return dicts


def parquet_rows(file: Path) -> ArrowRows:
    """Rows of a parquet file.

    Args:
        file: to read.

    Returns:
        The rows, a slice of which is a list of dicts.

    Raises:
        SourceError: the file is not whole, holds texts that are not UTF-8, or two columns have one
            name.
    """
    rows_read = 0
    try:
        with pq.ParquetFile(file) as parquet:
            refuse_twice(parquet.schema_arrow.names, str(file))
            groups = []
            for number in range(parquet.num_row_groups):
                groups.append(parquet.read_row_group(number))
                rows_read += len(groups[-1])
            table = pa.concat_tables(groups) if groups else parquet.read()
            table.validate(full=True)  # finds texts that are not UTF-8
            return ArrowRows(table)
    except (OSError, pa.ArrowException) as error:
        problem = str(error).splitlines()[0]
        raise SourceError(f"{file}: not whole parquet ({problem}); readable up to row {rows_read}, "
                          f"of {file.stat().st_size} bytes") from error


def _as_written(value: Any, kind: pa.DataType) -> Any:
    """A value of a type, with each number of 16 or 32 bits in its shortest form.

    The shortest number with the same bits: 0.1, not 0.0999755859375.
    """
    if value is None:
        return None
    if kind in _NARROW:
        return float(str(_NARROW[kind](value)))
    if pa.types.is_struct(kind):
        return {field.name: _as_written(value[field.name], field.type) for field in kind}
    if pa.types.is_map(kind):
        return [(_as_written(key, kind.key_type), _as_written(item, kind.item_type))
                for key, item in value]
    if pa.types.is_dictionary(kind):
        return _as_written(value, kind.value_type)
    if isinstance(value, list):
        return [_as_written(part, kind.value_type) for part in value]
    return value
