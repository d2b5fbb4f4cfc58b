"""Tools for tests: they run in the sandbox."""

import json
from typing import Literal

PRICES = {"apple": 3, "pear": 5}
calls = 0


def price(fruit: str, unit: Literal["EUR", "ct"] = "EUR") -> int:
    """What a fruit costs.

    Args:
        fruit: Its name, in singular.
        unit: The unit.
    """
    global calls
    calls += 1
    return PRICES[fruit] * (100 if unit == "ct" else 1)


async def both(fruits: list[str]) -> dict[str, int]:
    """What several cost."""
    return {fruit: price(fruit) for fruit in fruits}


def _hidden():
    pass
