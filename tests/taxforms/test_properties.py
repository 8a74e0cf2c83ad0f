"""What holds whatever stands on the accounts and whatever is entered."""

from dataclasses import replace
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from ledgerflow.taxforms.facts import Car, CarMethod, Facts, HomeMethod, HomeUse
from ledgerflow.taxforms.forms import Kind, tax_form, years
from ledgerflow.taxforms.schedule_c import AccountFigure, worksheet

ZERO, CENT = Decimal(0), Decimal("0.01")
KEYS = sorted({key for year in years() for line in tax_form(year).lines for key in line.keys})

year_values = st.sampled_from(years())
money = st.integers(0, 10**8).map(lambda amount: Decimal(amount) / 100)
shares = st.integers(0, 10_000).map(lambda share: Decimal(share) / 100)
accounts = st.lists(
    st.builds(
        AccountFigure,
        account_id=st.just(0),
        code=st.just("6000"),
        name=st.just("Costs"),
        key=st.sampled_from(KEYS),
        gross=money,
        share=shares,
    ),
    max_size=12,
)
miles = st.integers(0, 60_000).map(Decimal)
cars = st.builds(
    Car,
    method=st.sampled_from(CarMethod),
    business_miles=miles,
    commuting_miles=miles,
    other_miles=miles,
)
homes = st.builds(
    HomeUse,
    method=st.sampled_from(HomeMethod),
    office_square_feet=st.integers(0, 900).map(Decimal),
    home_square_feet=st.integers(900, 5000).map(Decimal),
    months=st.integers(0, 12),
    expenses=money,
    interest_and_taxes=money,
    carryover=money,
    depreciation=money,
)
facts_values = st.builds(
    Facts,
    car=cars,
    home=homes,
    inventory_beginning=money,
    inventory_ending=money,
    is_transport_worker=st.booleans(),
)


@given(year=year_values, accounts=accounts, facts=facts_values)
def test_no_line_deducts_more_than_the_business_part(year, accounts, facts):
    sheet = worksheet(tax_form(year), accounts, facts)

    for row in sheet.rows:
        if row.after_share is not None and not (
            row.line.rule == "car" and facts.car.method is CarMethod.STANDARD
        ):
            assert ZERO <= row.deductible <= row.after_share <= row.gross


@given(year=year_values, accounts=accounts, facts=facts_values, whole_dollars=st.booleans())
def test_every_total_is_the_sum_of_the_lines_that_it_names(year, accounts, facts, whole_dollars):
    sheet = worksheet(tax_form(year), accounts, facts, whole_dollars=whole_dollars)

    totals = [row for row in sheet.rows if row.line.kind is Kind.TOTAL]
    assert totals
    for row in totals:
        added = sum((sheet.amount(key) for key in row.line.adds), ZERO)
        assert row.deductible == added - sum((sheet.amount(key) for key in row.line.subtracts), ZERO)
    assert sheet.amount("31") == sheet.amount("7") - sheet.amount("28") - sheet.amount("30")


@given(year=year_values, accounts=accounts, facts=facts_values, more=money, key=st.sampled_from(KEYS))
def test_a_higher_cost_never_lowers_its_line(year, accounts, facts, more, key):
    costs = [*accounts, AccountFigure(0, "6001", "Costs", key, Decimal(5), Decimal(100))]
    higher = [*costs[:-1], replace(costs[-1], gross=5 + more)]
    form = tax_form(year)
    own = form.line_of_account(key).key

    before, after = worksheet(form, costs, facts), worksheet(form, higher, facts)

    assert after.amount(own) >= before.amount(own)


@given(year=year_values, accounts=accounts, facts=facts_values)
def test_the_home_never_makes_a_loss_but_by_interest_and_taxes(year, accounts, facts):
    home = replace(facts.home, interest_and_taxes=ZERO)

    sheet = worksheet(tax_form(year), accounts, replace(facts, home=home))

    assert ZERO <= sheet.amount("30") <= max(sheet.amount("29"), ZERO)
    assert sheet.amount("31") >= min(sheet.amount("29"), ZERO)


@given(year=year_values, accounts=accounts, facts=facts_values)
def test_the_regular_method_loses_nothing(year, accounts, facts):
    home = replace(facts.home, method=HomeMethod.REGULAR, interest_and_taxes=ZERO)

    sheet = worksheet(tax_form(year), accounts, replace(facts, home=home))

    percent = (100 * home.office_square_feet / home.home_square_feet).quantize(CENT, "ROUND_HALF_UP")
    business = (home.expenses * percent / 100).quantize(CENT, "ROUND_HALF_UP")
    assert sheet.amount("30") + sheet.carryover == business + home.carryover + home.depreciation


@given(year=year_values, accounts=accounts, facts=facts_values)
def test_whole_dollars_are_whole_and_near(year, accounts, facts):
    exact = worksheet(tax_form(year), accounts, facts)
    whole = worksheet(tax_form(year), accounts, facts, whole_dollars=True)

    for row in whole.rows:
        assert row.deductible == row.deductible.to_integral_value()
        if row.line.kind in {Kind.INCOME, Kind.EXPENSE, Kind.COST, Kind.RETURNS}:
            assert abs(row.deductible - exact.amount(row.line.key)) <= Decimal("0.50")


@given(accounts=accounts, facts=facts_values)
def test_accounts_of_keys_that_the_form_lacks_are_left_out(accounts, facts):
    stray = AccountFigure(0, "6999", "Stray", "no-such-line", Decimal(1000))

    assert worksheet(tax_form(2025), [*accounts, stray], facts) == worksheet(tax_form(2025), accounts, facts)
