"""The central bank's file in every shape, exact to the last digit, and nothing that it does not state."""

import io
import zipfile
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tools._shared.tests.golden import expected_path
from tools._shared.tests.http import PlainHttp, served
from tools.contract import Context, HttpUnreachableError, TemporaryToolError, ToolError
from tools.exchange_rates import ReferenceRate, rate_on, read_rates
from tools.exchange_rates.tests.golden import NO_NETWORK, SAMPLES, result_of

DAY = date(2026, 3, 3)
HISTORY = (Path(__file__).parent / "samples" / "history.csv").read_bytes()
XML = (Path(__file__).parent / "samples" / "history.xml").read_bytes()


def packed(content, *names):
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in names:
            archive.writestr(name, content)
    return file.getvalue()


def context_for(address, *addresses):
    return Context(configuration={"base_url": address, "addresses": addresses}, http=PlainHttp())


def taken(content=HISTORY, **asked):
    return read_rates(NO_NETWORK, content=content, **asked)


def rate(currency, into, *, day=DAY, content=HISTORY):
    return rate_on(day, currency, into, NO_NETWORK, content=content)


@pytest.mark.parametrize("sample", SAMPLES, ids=lambda path: path.name)
def test_a_sample_it_reads_as_reviewed(sample):
    assert result_of(sample) == expected_path(sample).read_text(encoding="utf-8")


@pytest.mark.parametrize("sample", ["daily.xml", "daily.csv"])
def test_the_same_day_it_reads_the_same_from_every_shape(sample):
    content = (Path(__file__).parent / "samples" / sample).read_bytes()

    plain = taken(content).rates

    assert [(one.currency, str(one.rate)) for one in plain] == [
        ("USD", "1.1000"),
        ("JPY", "165.00"),
        ("GBP", "0.88000"),
    ]
    assert taken(packed(content, "any name")).rates == plain
    assert taken(b"\xef\xbb\xbf" + content).rates == plain


def test_days_and_currencies_that_are_asked_for():
    found = taken(currencies=("gbp", "BGN"), first_day=date(2026, 3, 1), last_day=date(2026, 3, 2))

    assert found.rates == (ReferenceRate(date(2026, 3, 2), "GBP", Decimal("0.75000")),)
    assert found.without_rate == ("BGN",)
    assert (found.first_day, found.last_day) == (date(2026, 3, 2), DAY)


@pytest.mark.parametrize(
    ("asked", "words"),
    [
        ({"currencies": ("XXX", "USD")}, "lists no XXX. It lists BGN, GBP, JPY, USD."),
        ({"currencies": ("BGN",)}, "no rate of these currencies on these days"),
        ({"first_day": date(2027, 1, 1)}, "runs from 2026-03-02 to 2026-03-03"),
        ({"currencies": ("dollar",)}, "no ISO 4217"),
        ({"url": "https://example.org/"}, "not both"),
    ],
)
def test_what_the_file_does_not_state_is_refused(asked, words):
    with pytest.raises(ToolError, match=words):
        taken(**asked)


def test_a_rate_is_derived_through_the_euro_and_names_both_stated_rates():
    found = rate("USD", "GBP")

    assert (found.rate, found.is_exact) == (Decimal("0.8"), True)
    assert found.derived_from == (
        ReferenceRate(DAY, "USD", Decimal("1.1000")),
        ReferenceRate(DAY, "GBP", Decimal("0.88000")),
    )


@pytest.mark.parametrize(
    ("currency", "into", "expected", "is_exact"),
    [
        ("EUR", "USD", "1.1", True),
        ("EUR", "JPY", "165", True),
        ("USD", "EUR", "0.909090909091", False),
        ("GBP", "USD", "1.25", True),
        ("JPY", "USD", "0.006666666667", False),
    ],
)
def test_a_rate_says_whether_it_had_to_be_rounded(currency, into, expected, is_exact):
    found = rate(currency, into)

    assert (str(found.rate), found.is_exact) == (expected, is_exact)
    assert len(found.derived_from) == 2 - (currency, into).count("EUR")


@pytest.mark.parametrize(
    ("currency", "into", "day", "words"),
    [
        ("USD", "BGN", DAY, "says N/A for BGN on 2026-03-03"),
        ("JPY", "USD", date(2026, 3, 2), "says N/A for JPY on 2026-03-02"),
        ("CHF", "USD", DAY, "lists no CHF"),
        ("USD", "EUR", date(2026, 3, 4), "does not reach 2026-03-04"),
        ("USD", "EUR", date(2026, 3, 1), "does not reach 2026-03-01"),
        ("EUR", "EUR", DAY, "name two currencies"),
        ("US", "EUR", DAY, "no ISO 4217"),
    ],
)
def test_a_rate_that_is_not_stated_is_never_made_up(currency, into, day, words):
    with pytest.raises(ToolError, match=words):
        rate(currency, into, day=day)


def test_on_a_weekend_it_names_the_days_around_and_takes_neither():
    with pytest.raises(ToolError, match=r"2026-03-08 \(Sunday\).*2026-03-06 and then on 2026-03-09"):
        rate("USD", "EUR", day=date(2026, 3, 8), content=XML)


@given(of_dollar=st.decimals("0.0001", "100000", places=4), of_yen=st.decimals("0.0001", "100000", places=4))
def test_there_and_back_it_is_one_within_the_last_digit(of_dollar, of_yen):
    content = f"Date,USD,JPY\n{DAY},{of_dollar},{of_yen}\n".encode()

    there, back = rate("USD", "JPY", content=content), rate("JPY", "USD", content=content)

    # Each is off by half a unit of the twelfth digit at most.
    half = Decimal("0.5e-12")
    assert abs(there.rate * back.rate - 1) <= half * (there.rate + back.rate) + half * half
    assert there.derived_from == tuple(reversed(back.derived_from))
    if there.is_exact:
        assert there.rate * of_dollar == of_yen


def test_its_own_file_of_a_period_it_fetches():
    files = {
        "/rates/eurofxref-daily.xml": (Path(__file__).parent / "samples" / "daily.xml").read_bytes(),
        "/rates/eurofxref-hist-90d.xml": XML,
        "/rates/eurofxref-hist.zip": packed(HISTORY, "eurofxref-hist.csv"),
    }
    with served(lambda asked: (200, {}, files[asked.path])) as address:
        found = {
            period: read_rates(context_for(f"{address}/rates"), period=period)
            for period in ("latest", "90_days", "all")
        }
        one = rate_on(date(2026, 3, 9), "USD", "EUR", context_for(f"{address}/rates/"))

    assert [each.last_day.day for each in found.values()] == [3, 9, 3]
    assert found["all"].source == f"{address}/rates/eurofxref-hist.zip"
    assert one.source.endswith("eurofxref-hist-90d.xml")


@pytest.mark.parametrize(
    ("status", "kind"),
    [(404, ToolError), (403, ToolError), (429, TemporaryToolError), (503, TemporaryToolError)],
)
def test_a_file_that_cannot_be_had_is_said_to_be_so(status, kind):
    with served(lambda _: (status, {}, HISTORY)) as address, pytest.raises(kind) as raised:
        read_rates(context_for("", f"{address}/file.csv"), url=f"{address}/file.csv")

    assert type(raised.value) is kind
    assert f"({status})" in str(raised.value)


def test_an_address_that_nobody_configured_is_not_asked_because_it_could_carry_anything_out():
    with served(lambda _: (200, {}, HISTORY)) as address:
        context = context_for(address)
        read_rates(context, url=f"{address}/eurofxref-hist.xml")
        for url in (
            f"{address}/x",
            f"{address}/eurofxref-hist.xml?balance=12",
            "https://evil.example/?balance=12",
            "file:///x",
        ):
            with pytest.raises(ToolError, match="not in the tool's configuration") as raised:
                read_rates(context, url=url)
            assert "balance" not in str(raised.value)

    assert [each.url.path for each in context.http.asked] == ["/eurofxref-hist.xml"]


def test_nobody_there_is_temporary():
    with served(lambda _: (200, {}, b"")) as address:
        pass
    with pytest.raises(HttpUnreachableError):
        read_rates(context_for(address))


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "no file of the central bank's"),
        (b"PK\x03\x04 broken", "damaged ZIP"),
        (packed(HISTORY, "a.csv", "b.csv"), "packs 2 files"),
        (packed(b"0" * (20 * 1024 * 1024 + 1), "bomb.csv"), "larger than 20 MB unpacked"),
        (b"\xff\xfe<\0", "neither XML nor CSV"),
        (b'<?xml version="1.0" encoding="latin-99"?><a/>', "no complete XML"),
        (b'<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>', "declares a document type"),
        (b"<a/>", "holds no day"),
    ],
)
def test_a_file_that_is_none_is_refused(content, words):
    with pytest.raises(ToolError, match=words):
        taken(content)


def test_more_rates_than_an_answer_holds_it_asks_to_narrow():
    days = "".join(f"{DAY - timedelta(days=at)},{','.join(['1.5'] * 30)}\n" for at in range(700))
    names = ",".join(f"A{chr(65 + at // 26)}{chr(65 + at % 26)}" for at in range(30))

    with pytest.raises(ToolError, match="21,000 rates; 20,000 are the most"):
        taken(f"Date,{names}\n{days}".encode())
    assert len(taken(f"Date,{names}\n{days}".encode(), currencies=("AAA",)).rates) == 700


@given(
    st.binary(max_size=300)
    | st.builds(lambda at, by: HISTORY[:at] + by + HISTORY[at:], st.integers(0, 130), st.binary(max_size=4))
)
def test_damaged_bytes_it_reads_or_refuses(content):
    try:
        said = "." if taken(content).rates else ""
    except ToolError as refusal:
        said = str(refusal)

    assert said.endswith(".")


def test_without_a_network_it_asks_for_the_file():
    with pytest.raises(ToolError, match="give the file"):
        read_rates(NO_NETWORK)
