"""Valid calls of operations."""

from tests.sweep.shop import Call, Calls, tables

CALLS: Calls = {
    "operations.stockouts": lambda: Call(
        tables("stock products"), by=["month", "category"], substitution=0.3
    ).but(optional="products"),
}
