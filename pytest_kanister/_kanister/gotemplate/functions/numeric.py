"""Sprig's arithmetic: int64 with Go's overflow, truncating division, and float64."""

from __future__ import annotations

import math
import operator
from functools import reduce
from typing import TYPE_CHECKING

from ..errors import FunctionError
from ..format import sprint
from .numbers import parse_int, to_float64, to_int64, wrap_int64
from .registry import Family

if TYPE_CHECKING:
    from collections.abc import Callable

numeric = Family()


@numeric.add("int", "any -> int")
def _int(value: object) -> int:
    return to_int64(value)


@numeric.add("int64", "any -> int64")
def _int64(value: object) -> int:
    return to_int64(value)


@numeric.add("float64", "any -> float64")
def _float64(value: object) -> float:
    return to_float64(value)


@numeric.add("atoi", "string -> int")
def _atoi(text: str) -> int:
    return parse_int(text)


@numeric.add("toDecimal", "any -> int64")
def _to_decimal(value: object) -> int:
    return parse_int(sprint(value), 8)


@numeric.add("add1", "any -> int64")
def _add1(value: object) -> int:
    return wrap_int64(to_int64(value) + 1)


@numeric.add("add", "...any -> int64")
def _add(*values: object) -> int:
    return wrap_int64(sum(map(to_int64, values)))


@numeric.add("sub", "any, any -> int64")
def _sub(one: object, other: object) -> int:
    return wrap_int64(to_int64(one) - to_int64(other))


@numeric.add("mul", "any, ...any -> int64")
def _mul(*values: object) -> int:
    numbers = map(to_int64, values)
    return reduce(lambda a, b: wrap_int64(operator.mul(a, b)), numbers)


@numeric.add("div", "any, any -> int64")
def _div(one: object, other: object) -> int:
    quotient, _ = _divided(to_int64(one), to_int64(other))
    return wrap_int64(quotient)


@numeric.add("mod", "any, any -> int64")
def _mod(one: object, other: object) -> int:
    return _divided(to_int64(one), to_int64(other))[1]


def _divided(dividend: int, divisor: int) -> tuple[int, int]:
    """Quotient toward zero and the remainder with the dividend's sign."""
    if divisor == 0:
        raise FunctionError("runtime error: integer divide by zero")
    quotient = abs(dividend) // abs(divisor)
    if (dividend < 0) != (divisor < 0):
        quotient = -quotient
    return quotient, dividend - quotient * divisor


@numeric.add("max biggest", "any, ...any -> int64")
def _max(*values: object) -> int:
    return max(map(to_int64, values))


@numeric.add("min", "any, ...any -> int64")
def _min(*values: object) -> int:
    return min(map(to_int64, values))


@numeric.add("floor", "any -> float64")
def _floor(value: object) -> float:
    return _whole(to_float64(value), math.floor)


@numeric.add("ceil", "any -> float64")
def _ceil(value: object) -> float:
    return _whole(to_float64(value), math.ceil)


def _whole(number: float, rounding: Callable[[float], int]) -> float:
    if not math.isfinite(number):
        return number
    return math.copysign(float(rounding(number)), number)


@numeric.add("round", "any, int, ...float64 -> float64")
def _round(value: object, places: int, *threshold: float) -> float:
    try:
        power = math.pow(10, places)
    except OverflowError:
        power = math.inf
    digits = power * to_float64(value)
    if power == 0 or math.isinf(power):
        return math.nan
    fraction = math.modf(digits)[0] if math.isfinite(digits) else math.nan
    up = fraction >= (threshold[0] if threshold else 0.5)
    return _whole(digits, math.ceil if up else math.floor) / power
