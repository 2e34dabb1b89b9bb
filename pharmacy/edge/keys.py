"""Keys of records in addresses: whole numbers that both databases can hold; a larger one names nothing."""

from typing import Any

from werkzeug.routing import IntegerConverter, Map

LARGEST = 2**63 - 1


class KeyConverter(IntegerConverter):
    """<int:...> of an address: a larger number is an address that is not there, never a fault of the database."""

    def __init__(self, map: Map, *args: Any, **kwargs: Any) -> None:
        super().__init__(map, *args, **{"max": LARGEST, **kwargs})
