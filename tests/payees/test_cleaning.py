"""A bank's text becomes a payee's name; the name stays what it is when cleaned again."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledgerflow.payees.cleaning import KEY_LENGTH, NAME_LENGTH, UNKNOWN, clean_payee, clean_payees, payee_key

PARTS = st.sampled_from(
    [
        "SQ *",
        "POS DEBIT ",
        "CARTE 01/03/25 ",
        "Müller ",
        "GmbH",
        "#1234",
        " CA",
        "*",
        "4567XXXX1234",
        "\\",
        "12.34 EUR",
        "ß",
        "ŉ",
        "İ",
        " on",
        "-",
        "UPI/DR/1/A/",
        "/NAME/",
        "/REMI/",
        " SVWZ+",
        "ABWA+",
        "Naam: ",
        " Omschrijving: ",
        " ID EMETTEUR/",
        " MDT/",
        " /DE ",
        " /MOTIF ",
        "POUR: ",
        " #12 AB CA",
    ]
)
TEXTS = st.one_of(st.text(max_size=60), st.lists(PARTS, max_size=8).map("".join))


@given(TEXTS)
def test_it_is_stable_and_never_empty(raw: str):
    name = clean_payee(raw)

    assert name.strip()
    assert len(name) <= NAME_LENGTH
    assert clean_payee(name) == name


@given(TEXTS)
def test_a_key_is_stable_and_never_empty(raw: str):
    key = payee_key(raw)

    assert key.strip()
    assert len(key) <= KEY_LENGTH
    assert payee_key(clean_payee(raw)) == key


@given(st.lists(TEXTS.filter(lambda raw: "\0" not in raw), max_size=10))  # PostgreSQL keeps no NUL
def test_cleaning_many_is_cleaning_each(raws: list[str]):
    assert clean_payees(raws) == {raw: clean_payee(raw) for raw in raws}


@pytest.mark.parametrize(
    ("raw", "name"),
    [
        ("SQ *CORNER BAKERY #4412 OAKLAND CA", "Corner Bakery"),
        ("POS DEBIT VISA 4124 XXXXXX1234 GROCER", "Grocer"),
        ("CARD PURCHASE 06/12 HARDWARE STORE", "Hardware Store"),
        ("CARTE 01/03/25 BOULANGERIE CB*4567", "Boulangerie"),
        ("PRLV SEPA ASSURANCE DUPONT", "Assurance Dupont"),
        ("SEPA-Lastschrift Stadtwerke GmbH", "Stadtwerke GmbH"),
        ("PAYPAL *GAMESHOP 4029357733", "Gameshop"),
        ("UPI/DR/612345678901/TEASTALL/YESB/tea@ybl/Payment", "Teastall"),
        (
            "/TRTP/SEPA Incasso/CSID/NL12ZZZ091567230000/NAME/CITY WATER/MARF/77/REMI/March/IBAN/NL91ABNA0417164300",
            "City Water",
        ),
        ("/CNTP/NL32INGB0000012345/INGBNL2A/City Bakery///REMI/USTD//bread/", "City Bakery"),
        ("/TRTP/iDEAL/REMI/Order of books/EREF/12", "Order of books"),
        (
            "SEPA-LASTSCHRIFT EREF+12 MREF+M-1 CRED+DE98ZZZ09999999999 SVWZ+Rechnung ABWA+Stadtwerke Au",
            "Stadtwerke Au",
        ),
        ("BASISLASTSCHRIFT Stadtwerke Au EREF+NOTPROVIDED SVWZ+Rechnung", "Stadtwerke Au"),
        ("GUTSCHRIFT SVWZ+Miete Mai", "Miete Mai"),
        (
            "SEPA Overboeking IBAN: NL91ABNA0417164300 BIC: ABNANL2A Naam: J Jansen Omschrijving: huur",
            "J Jansen",
        ),
        ("PRLV SEPA EAU DE VILLE ECH/050125 ID EMETTEUR/FR47ZZZ001007 MDT/MM9760 REF/98", "Eau de Ville"),
        ("VIR SEPA RECU /DE MME ANNE MARTIN /MOTIF LOYER /REF NOTPROVIDED", "Mme Anne Martin"),
        (
            "PRELEVEMENT EUROPEEN 123 DE: EAU DE VILLE ID: FR47ZZZ001007 MOTIF: FACTURE REF: 12",
            "Eau de Ville",
        ),
        ("GREEN GROCER #4412 WHEAT RIDGE CO", "Green Grocer"),
        ("STREAMING.COM 866-579-7172 CA", "Streaming"),
        ("Purchase authorized on 05/14 Kayak Rental", "Kayak Rental"),
    ],
)
def test_it_strips_what_banks_write_around_a_name(raw: str, name: str):
    assert clean_payee(raw) == name


@pytest.mark.parametrize(
    "raw",
    [
        "7-Eleven",
        "Cafe 22",
        "Coca-Cola",
        "24/7 Fitness",
        "Oregon Trail Cafe",
        "H&M",
        "IN-N-OUT Burger",
        "Maison Pour Tous",
    ],
)
def test_it_leaves_names_alone(raw: str):
    assert clean_payee(raw) == raw


@pytest.mark.parametrize("raw", ["", "   ", "\x00"])
def test_a_text_without_words_is_shown_as_unknown(raw: str):
    assert clean_payee(raw) == UNKNOWN


def test_a_text_of_nothing_but_noise_is_kept():
    assert clean_payee("4124 XXXXXX1234") == "4124 XXXXXX1234"


@pytest.mark.parametrize(
    ("one", "other"),
    [("Siemens AG", "SIEMENS"), ("Café Crème UG", "cafe creme"), ("Joe's Pizza", "JOES PIZZA")],
)
def test_equal_payees_meet_under_one_key(one: str, other: str):
    assert payee_key(one) == payee_key(other)


def test_different_payees_have_different_keys():
    assert payee_key("Corner Bakery") != payee_key("Corner Bank")
