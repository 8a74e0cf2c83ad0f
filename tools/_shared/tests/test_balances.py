from decimal import Decimal

from tools._shared.balances import ends, follow


def numbers(text):
    return [None if part == "_" else Decimal(part) for part in text.split()]


def test_it_follows_balances_oldest_first():
    amounts, balances = numbers("5 -2 4"), numbers("15 13 17")

    chain = follow(amounts, balances)

    assert chain.works
    assert not chain.newest_first
    assert ends(amounts, balances, chain) == (Decimal(10), Decimal(17))


def test_it_follows_balances_newest_first():
    amounts, balances = numbers("4 -2 5"), numbers("17 13 15")

    chain = follow(amounts, balances)

    assert chain.works
    assert chain.newest_first
    assert ends(amounts, balances, chain) == (Decimal(10), Decimal(17))


def test_it_follows_balances_stated_before_the_movement():
    amounts, balances = numbers("5 -2 4"), numbers("10 15 13")

    chain = follow(amounts, balances, newest_first=False)

    assert chain.works
    assert chain.kind == "before"
    assert ends(amounts, balances, chain) == (Decimal(10), Decimal(17))


def test_it_follows_balances_stated_now_and_then():
    assert follow(numbers("5 -2 4 1"), numbers("15 _ _ 18")).works


def test_it_does_not_read_an_owed_balance_backwards():
    amounts, balances = numbers("-50 -10 100 -10"), numbers("150 160 60 70")

    assert not follow(amounts, balances, newest_first=False).works


def test_it_sees_one_wrong_amount():
    chain = follow(numbers("5 -3 4"), numbers("15 13 17"), newest_first=False)

    assert not chain.works
    assert (chain.compared, chain.matched) == (2, 1)
