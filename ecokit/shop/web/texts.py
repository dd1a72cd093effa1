"""Prices, promotions and promises in the words of each shop."""

from __future__ import annotations

CATEGORIES = {
    "phones": "Phones 手机",
    "tablets": "Tablets 平板",
    "audio": "Audio 音频",
    "wearables": "Wearables 穿戴",
    "smart_home": "Smart home 智能家居",
    "accessories": "Accessories 配件",
}
PROMOTIONS = {"sale": "Sale 特价", "coupon": "Coupon 优惠券", "bundle": "Bundle 套装"}
MEMBER_SHARE = 97  # members of the second shop pay so many per cent


def yuan(fen: int) -> str:
    """Return a price as most shops print it.

    >>> yuan(129900)
    '1,299.00'
    """
    return f"{fen // 100:,}.{fen % 100:02d}"


def short(fen: int) -> str:
    """Return a price without fen where there are none.

    >>> short(129900), short(129950)
    ('1,299', '1,299.50')
    """
    return yuan(fen).removesuffix(".00")


def continental(fen: int) -> str:
    """Return a price with points between thousands and a comma before the fen.

    >>> continental(119900)
    '1.199,00'
    """
    return yuan(fen).translate(str.maketrans(",.", ".,"))


def spaced(fen: int) -> str:
    """Return a price with spaces between thousands.

    >>> spaced(129900)
    '1 299'
    """
    return short(fen).replace(",", " ")


def first_shop(number: int, was: int, now: int) -> str:
    """Return the price text of the first shop."""
    return f"¥{yuan(now)}" if was == now else f"Was ¥{yuan(was)} now ¥{yuan(now)}"


def second_shop(number: int, was: int, now: int) -> str:
    """Return the price text of the second shop, which writes it in three ways.

    >>> second_shop(0, 129900, 129900), second_shop(2, 129900, 99900)
    ('1299元', '原价 1,299元 现价 999元')
    """
    if was != now:
        return f"原价 {short(was)}元 现价 {short(now)}元"
    return (f"{short(now).replace(',', '')}元", f"¥{yuan(now)}", f"RMB {short(now)}")[number % 3]


def third_shop(number: int, was: int, now: int) -> str:
    """Return the price text of the third shop, which writes it in three ways.

    >>> third_shop(0, 129900, 119900), third_shop(1, 129900, 119900)
    ('now 1.199,00 CNY', 'RMB 1 199')
    """
    return (f"now {continental(now)} CNY", f"RMB {spaced(now)}", f"￥{yuan(now)}")[number % 3]
