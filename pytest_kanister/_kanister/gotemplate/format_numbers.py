"""Go's text of floating point numbers: `strconv.FormatFloat`."""

from __future__ import annotations

import math


def format_float(value: float, verb: str, precision: int) -> str:
    """The number's text, with a `-` where it is negative (also for -0).

    Args:
        value: the number.
        verb: one of `e E f F g G x X b`.
        precision: digits as the verb counts them; -1 for the shortest text that reads back as it.
    """
    if math.isnan(value):
        return "NaN"
    if math.isinf(value):
        return "-Inf" if value < 0 else "+Inf"
    if verb in "xX":
        text = _hexadecimal(value, precision)
        return text.upper() if verb == "X" else text
    if verb == "b":
        return _binary(value)
    lower = verb.lower()
    text = _shortest(value, lower) if precision < 0 else f"{value:.{precision}{lower}}"
    return text.upper() if verb in "EG" else text


def _shortest(value: float, verb: str) -> str:
    sign, digits, point = _decimal_digits(value)
    # strconv decides for the shortest %g as if the precision were 6.
    if verb == "f" or (verb == "g" and -4 <= point - 1 < 6):
        return sign + _positional(digits, point)
    fraction = f".{digits[1:]}" if len(digits) > 1 else ""
    exponent = point - 1
    return f"{sign}{digits[0]}{fraction}e{'-' if exponent < 0 else '+'}{abs(exponent):02d}"


def _decimal_digits(value: float) -> tuple[str, str, int]:
    """Sign, shortest digits without a point, and where the point belongs."""
    sign = "-" if math.copysign(1, value) < 0 else ""
    mantissa, _, exponent = f"{abs(value)!r}".partition("e")
    whole, _, fraction = mantissa.partition(".")
    digits = (whole + fraction).lstrip("0")
    leading = len(whole + fraction) - len((whole + fraction).lstrip("0"))
    point = len(whole) - leading + int(exponent or 0)
    digits = digits.rstrip("0")
    return (sign, digits, point) if digits else (sign, "0", 1)


def _positional(digits: str, point: int) -> str:
    if point <= 0:
        return "0." + "0" * -point + digits
    if point >= len(digits):
        return digits + "0" * (point - len(digits))
    return f"{digits[:point]}.{digits[point:]}"


def _hexadecimal(value: float, precision: int) -> str:
    sign = "-" if math.copysign(1, value) < 0 else ""
    if value == 0:
        fraction = "." + "0" * precision if precision > 0 else ""
        return f"{sign}0x0{fraction}p+00"
    mantissa, exponent = math.frexp(abs(value))
    bits, exponent = int(mantissa * 2**53), exponent - 1
    if precision >= 0 and precision < 13:
        shift = 4 * (13 - precision)
        half, rest = 1 << (shift - 1), bits & ((1 << shift) - 1)
        bits >>= shift
        if rest > half or (rest == half and bits & 1):
            bits += 1
        bits <<= shift
        if bits >> 53:
            bits, exponent = bits >> 1, exponent + 1
    fraction = f"{bits & (2**52 - 1):013x}"
    fraction = fraction.rstrip("0") if precision < 0 else fraction.ljust(precision, "0")[:precision]
    point = f".{fraction}" if fraction else ""
    return f"{sign}0x1{point}p{'-' if exponent < 0 else '+'}{abs(exponent):02d}"


def _binary(value: float) -> str:
    sign = "-" if math.copysign(1, value) < 0 else ""
    mantissa, exponent = math.frexp(abs(value))
    bits = int(mantissa * 2**53)
    if bits == 0:
        exponent = -1021
    exponent -= 53
    return f"{sign}{bits}p{'-' if exponent < 0 else '+'}{abs(exponent)}"
