"""What a carrier charges: by the kilograms that are billed, not by those on the scale."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from ecokit.errors import CourseError
from ecokit.inputs import numbers
from ecokit.inputs.renamed import public
from ecokit.messages import _

Floats = NDArray[np.float64]

DIVISOR = 6000
"""Cubic centimetres that count as one kilogram, with many carriers."""

_DUST = 1e-9  # kilograms that a calculation with floats may leave above a whole one


@public
def billed_weight(
    weight_kg: Any, volume_litres: Any = 0.0, *, divisor: Any = DIVISOR, step: float = 1.0
) -> Floats:
    """Return the kilograms that a carrier bills: the larger of weight and volume, rounded up.

    Parameters
    ----------
    weight_kg : number or array
        On the scale, above 0.
    volume_litres : number or array
        Of the box, not of the goods in it.
    divisor : number or array
        Cubic centimetres a kilogram: 5000, 6000 and 8000 are usual. A larger one bills less.
    step : float
        A started step of so many kilograms counts as a whole one.

    Returns
    -------
    array
        Kilograms, a number where numbers were given.

    Raises
    ------
    CourseError
        A weight, a divisor or the step is not above 0, a volume is below 0, or arrays are of
        different lengths.

    References
    ----------
    The usual terms of carriers 计费重量: 体积重 against 实重, the larger counts, each started
    kilogram is a whole one.

    Examples
    --------
    A pillow of 0.8 kg in a box of 30 litres is billed as 5 kg:

    >>> billed_weight([0.8, 2.1], [30, 4], divisor=6000).tolist()
    [5.0, 3.0]
    >>> billed_weight(0)
    Traceback (most recent call last):
    ...
    ecokit.errors.CourseError: weight_kg holds 0. Give numbers above 0.
    """
    weight = above_zero("weight_kg", weight_kg)
    litres = numbers.array("volume_litres", volume_litres, low=0)
    cubic = above_zero("divisor", divisor)
    _refuse_lengths(weight_kg=weight, volume_litres=litres, divisor=cubic)
    by_volume = litres * 1000 / cubic
    each = numbers.positive("step", step)
    return np.asarray(np.ceil(np.maximum(weight, by_volume) / each - _DUST) * each)


@public
def shipping_cost(
    billed_kg: Any,
    *,
    first_kg: Any,
    further_kg: Any,
    remote: Any = False,
    remote_surcharge: Any = 0.0,
    cash: Any = 0.0,
    cash_fee: Any = 0.0,
) -> Floats:
    """Return what a carrier charges for a parcel.

    Parameters
    ----------
    billed_kg : number or array
        Kilograms of :func:`billed_weight`; a started one counts as a whole one.
    first_kg, further_kg : number or array
        Yuan for the first kilogram, and for each further one.
    remote : bool or array
        Whether the address is remote.
    remote_surcharge : number or array
        Yuan more there.
    cash : number or array
        Yuan to collect at the door; 0 where the parcel is paid.
    cash_fee : number or array
        Share of it that the carrier keeps.

    Returns
    -------
    array
        Yuan.

    Raises
    ------
    CourseError
        A number is missing or below 0, the weight is 0, the cash fee is above 1, or arrays are of
        different lengths.

    References
    ----------
    The usual terms of carriers: 首重, 续重, 偏远附加费, 代收货款手续费.

    Examples
    --------
    Five kilograms to a remote address, with ¥1,000 to collect: 8 + 4 × 2 + 5 + 10.

    >>> float(shipping_cost(5, first_kg=8, further_kg=2, remote=True, remote_surcharge=5,
    ...                     cash=1000, cash_fee=0.01))
    31.0
    >>> shipping_cost(5, first_kg=8, further_kg=2, cash=1000, cash_fee=1.5)
    Traceback (most recent call last):
    ...
    ecokit.errors.CourseError: cash_fee holds 1.5. Give shares from 0 to 1; write 1 % as 0.01.
    """
    whole = np.ceil(above_zero("billed_kg", billed_kg) - _DUST)
    first = numbers.array("first_kg", first_kg, low=0)
    further = numbers.array("further_kg", further_kg, low=0)
    far = _flags("remote", remote)
    more = numbers.array("remote_surcharge", remote_surcharge, low=0)
    fee = numbers.array("cash_fee", cash_fee, low=0)
    if (fee > 1).any():
        wanted = _("{name} holds {value}. Give shares from 0 to 1; write 1 % as 0.01.")
        raise _held(wanted, "cash_fee", float(fee.max()))
    paid = numbers.array("cash", cash, low=0)
    given = {"billed_kg": whole, "first_kg": first, "further_kg": further, "remote": far}
    _refuse_lengths(**given, remote_surcharge=more, cash=paid, cash_fee=fee)
    return np.asarray(first + further * (whole - 1) + far * more + paid * fee)


def above_zero(name: str, values: Any) -> Floats:
    """Return numbers, all above 0."""
    found = numbers.array(name, values, low=0)
    if (found <= 0).any():
        raise _held(_("{name} holds {value}. Give numbers above 0."), name, 0)
    return found


def _refuse_lengths(**given: Floats) -> None:
    """Refuse arrays that do not go together: each has a place a parcel, or is one number."""
    try:
        np.broadcast_shapes(*[one.shape for one in given.values()])
    except ValueError:
        lengths = ", ".join(f"{name} {one.size}" for name, one in given.items() if one.ndim)
        message = _(
            "The arrays are of different lengths: {lengths}. Give a number for each parcel, or one "
            "for all."
        )
        raise CourseError(message.format(lengths=lengths)) from None


def _flags(name: str, values: Any) -> Floats:
    given: Any = np.asarray(values)
    if given.dtype.kind not in "biuf" or not np.isin(given, (0, 1)).all():
        raise numbers.refused(name, values, _("Give True or False for each."))
    return np.asarray(given, dtype=float)


def _held(message: str, name: str, value: float) -> CourseError:
    return CourseError(message.format(name=name, value=numbers.shown(value)))
