"""Compares the counterpart's matrices with golden ones, event by event and cell by cell."""

from pathlib import Path

import numpy as np
import pyarrow.parquet as pq
import uproot

from model import identity
from rmm_numba import CELLS, SIDE, new_out


def same(cell: np.ndarray, ours: np.ndarray, golden: np.ndarray) -> np.ndarray:
    """rel 1e-5, with abs 1e-3 for GeV cells and 1e-6 for the dimensionless ones (h, h_L, imbalance)."""
    row, column = cell // SIDE, cell % SIDE
    heads = np.isin(row, [0, 1, 7, 13, 18])
    gev = (row < column) | ((row == column) & heads)
    return np.abs(ours - golden) <= 1e-5 * np.abs(golden) + np.where(gev, 1e-3, 1e-6)


def check_golden(golden: Path, data: Path, events_of) -> None:
    for path in sorted(golden.glob("rmm_*.parquet")):
        name = path.stem.removeprefix("rmm_")
        source = next(p for p in (data / "mc" / f"{name}.root", data / "data" / f"{name}.root") if p.exists())
        table = pq.read_table(path).to_pydict()
        wanted = len(table["entry"])
        tree = uproot.open(source)["mini"]
        rows, out = np.empty((wanted, CELLS), np.float32), new_out(wanted)
        events = events_of(tree, 0, tree.num_entries)
        assert next(events.rows(identity(), rows, out)) == wanted, name
        assert list(out[0]) == table["entry"], f"{name}: other events were selected"
        assert np.allclose(events.weight[out[0]], table["weight"], rtol=1e-9), f"{name}: weights differ"
        assert np.allclose(out[1], table["mll"], rtol=1e-5, atol=1e-3), f"{name}: mll differs"
        cells = 0
        for event in range(wanted):
            cell, value = np.array(table["cell"][event]), np.array(table["value"][event])
            assert np.array_equal(np.flatnonzero(rows[event]), cell), f"{name}, event {event}: other cells are filled"
            ok = same(cell, rows[event][cell].astype(np.float64), value)
            assert ok.all(), f"{name}, event {event}: cells {cell[~ok]} differ"
            cells += len(cell)
        print(f"{name}: {wanted} events, {cells} cells agree")
