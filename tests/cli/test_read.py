import json
import os
import subprocess
import sys
import time
import zipfile

import pytest

from ledgerflow.cli import main

_OFX = """OFXHEADER:100

<OFX><BANKMSGSRSV1><STMTTRNRS><STMTRS><CURDEF>{currency}<BANKACCTFROM><BANKID>1<ACCTID>42</BANKACCTFROM>
<BANKTRANLIST><DTSTART>20261001<DTEND>20261009
<STMTTRN><TRNTYPE>DEBIT<DTPOSTED>20261002<TRNAMT>-3.10<FITID>b<NAME>TEA<MEMO>Ünïcode</STMTTRN>
<STMTTRN><TRNTYPE>CREDIT<DTPOSTED>20261001<DTAVAIL>20261004<TRNAMT>5<FITID>a<CHECKNUM>7</STMTTRN>
</BANKTRANLIST><LEDGERBAL><BALAMT>7.00<DTASOF>20261003</LEDGERBAL></STMTRS></STMTTRNRS></BANKMSGSRSV1></OFX>
"""


@pytest.fixture
def ofx(tmp_path):
    path = tmp_path / "a.ofx"
    path.write_text(_OFX.format(currency="USD"), encoding="utf-8")
    return path


def _objects(capsys):
    return [json.loads(line) for line in capsys.readouterr().out.splitlines()]


def test_a_file_it_prints_in_the_promised_shape(ofx, capsys):
    status = main(["read", "--format", "jsonl", str(ofx)])

    assert status == 0
    assert _objects(capsys) == [
        {
            "file": str(ofx),
            "status": "read",
            "format": "ofx",
            "error": None,
            "warnings": [],
            "statements": [
                {
                    "account": "42",
                    "number": None,
                    "bank": "1",
                    "currency": "USD",
                    "opening_balance": None,
                    "closing_balance": "7.00",
                    "first_date": "2026-10-01",
                    "last_date": "2026-10-02",
                    "proof": "UNPROVABLE",
                    "proof_detail": "The file states a closing balance but no opening balance, so the lines cannot be"
                    " checked against it.",
                    "lines": [
                        {
                            "date": "2026-10-02",
                            "value_date": None,
                            "amount": "-3.10",
                            "currency": "USD",
                            "description": "TEA Ünïcode",
                            "counterparty": "TEA",
                            "reference": None,
                            "bank_id": "b",
                            "balance": None,
                            "status": "booked",
                            "source": {"line": 5},
                        },
                        {
                            "date": "2026-10-01",
                            "value_date": "2026-10-04",
                            "amount": "5",
                            "currency": "USD",
                            "description": "",
                            "counterparty": None,
                            "reference": "7",
                            "bank_id": "a",
                            "balance": None,
                            "status": "booked",
                            "source": {"line": 6},
                        },
                    ],
                }
            ],
        }
    ]


def test_without_lines_the_dates_are_those_of_the_stated_period(tmp_path, capsys):
    path = tmp_path / "empty.ofx"
    made = "<OFX><SIGNONMSGSRSV1><SONRS><DTSERVER>20261012120000</SONRS></SIGNONMSGSRSV1>"
    text = _OFX.format(currency="USD").replace("<OFX>", made)
    path.write_text(text[: text.index("<STMTTRN>")] + text[text.index("</BANKTRANLIST>") :])

    assert main(["read", str(path)]) == 0

    (document,) = _objects(capsys)
    assert document["status"] == "empty"
    assert document["error"]
    assert (document["statements"][0]["first_date"], document["statements"][0]["last_date"]) == (
        "2026-10-01",
        "2026-10-08",
    )


def test_a_currency_that_is_not_stated_it_prints_as_null(tmp_path, capsys):
    path = tmp_path / "none.ofx"
    path.write_text(_OFX.format(currency=""))

    assert main(["read", str(path)]) == 0

    (document,) = _objects(capsys)
    assert document["statements"][0]["currency"] is None
    assert document["statements"][0]["lines"][0]["currency"] is None
    assert document["warnings"]


def test_files_it_prints_in_order_and_a_bad_one_stops_none(ofx, tmp_path, capsys):
    broken = tmp_path / "broken.ofx"
    broken.write_bytes(ofx.read_bytes()[:-80])

    status = main(["read", str(broken), str(tmp_path / "missing"), str(tmp_path), "nul\0name", str(ofx)])

    documents = _objects(capsys)
    assert status == 2
    assert [document["status"] for document in documents] == ["refused"] * 4 + ["read"]
    assert all(document["error"].endswith(".") and not document["statements"] for document in documents[:4])
    assert "No such file" in documents[1]["error"]


def test_a_table_it_prints_for_people(ofx, capsys):
    assert main(["read", "--format", "table", str(ofx)]) == 0

    printed = capsys.readouterr().out
    assert "account 42: 2 lines USD, UNPROVABLE" in printed
    assert "2026-10-02           -3.10 USD  TEA Ünïcode" in printed


def test_bad_usage_it_answers_with_2(capsys):
    assert main(["read"]) == 2
    assert main(["read", "--format", "xml", "a"]) == 2
    assert "usage: ledgerflow read" in capsys.readouterr().err


def test_neither_django_nor_a_database_it_needs(ofx):
    script = (
        "import sys; from ledgerflow.cli import main; status = main(sys.argv[1:]); "
        "sys.exit(9 if any(name.split('.')[0] in ('django', 'psycopg', 'config') for name in sys.modules) else status)"
    )
    environment = {"PATH": os.environ["PATH"], "DATABASE_URL": "postgresql://nobody@nowhere/none"}

    done = subprocess.run(
        [sys.executable, "-c", script, "read", str(ofx)], env=environment, capture_output=True, check=False
    )

    assert done.returncode == 0, done.stderr


def test_many_small_files_cost_little_each(ofx, capsys):
    durations = []
    for _ in range(4):
        began = time.perf_counter()
        main(["read", *[str(ofx)] * 40])
        durations.append((time.perf_counter() - began) / 40)

    assert min(durations) < 0.04
    assert len(_objects(capsys)) == 160


def test_dates_that_leave_their_order_open_are_asked_about_and_read_as_the_option_says(tmp_path, capsys):
    rows = "Date,Text,Amount\n03/04/2026,Tea,-4.00\n05/06/2026,Pay,2.00\n"
    (tmp_path / "a.csv").write_text(rows)
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
        archive.writestr("inside.csv", rows)
    files = [str(tmp_path / name) for name in ("a.csv", "a.zip")]

    assert main(["read", "--format", "jsonl", *files]) == 2
    asked = _objects(capsys)
    assert main(["read", "--format", "jsonl", "--day-order", "MDY", *files]) == 0
    read = _objects(capsys)

    for each in asked:
        assert each["day_orders"] == [
            {"day_order": "DMY", "first_date": "2026-04-03", "last_date": "2026-06-05"},
            {"day_order": "MDY", "first_date": "2026-03-04", "last_date": "2026-05-06"},
        ]
    assert [each["statements"][0]["first_date"] for each in read] == ["2026-03-04"] * 2
