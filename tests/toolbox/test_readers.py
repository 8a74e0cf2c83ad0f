import json

import pytest

from ledgerflow.toolbox import readers
from ledgerflow.toolbox.wire import decode

_OFX = b"""<OFX><BANKMSGSRSV1><STMTTRNRS><STMTRS><CURDEF>USD<BANKACCTFROM><ACCTID>42</BANKACCTFROM><BANKTRANLIST>
<STMTTRN><TRNTYPE>DEBIT<DTPOSTED>20261001<TRNAMT>-3.10<FITID>1<NAME>TEA</STMTTRN>
</BANKTRANLIST></STMTRS></STMTTRNRS></BANKMSGSRSV1></OFX>
"""


def _read(content, **request):
    lines = list(readers.read(content, {"name": "a", "readers": None, "password": None, **request}))
    return json.loads(lines[0]), lines[1:]


def test_the_one_reader_that_claims_a_file_reads_it():
    outcome, lines = _read(_OFX)

    assert outcome == {
        "outcome": "read",
        "readers": ["ofx_statement"],
        "message": None,
        "is_claimed": True,
        "is_table": False,
        "asks": None,
    }
    assert len(decode(lines).statements[0].lines) == 1


def test_a_file_that_nobody_claims_names_all_that_were_asked():
    outcome, lines = _read(b"GIF89a")

    assert outcome["outcome"] == "unclaimed"
    assert "ofx_statement" in outcome["readers"]
    assert lines == []


def test_a_file_that_two_claim_is_ambiguous():
    assert _read(_OFX, readers=["ofx_statement", "ofx_statement"])[0]["outcome"] == "ambiguous"


def test_a_refusal_carries_the_reader_s_sentence():
    outcome, _ = _read(_OFX[:-30])

    assert outcome["outcome"] == "refused"
    assert "cut off" in outcome["message"]


@pytest.mark.parametrize("reader", ["nothing", "os.path", "contract"])
def test_a_reader_that_does_not_load_is_broken(reader):
    outcome, _ = _read(_OFX, readers=[reader])

    assert outcome["outcome"] == "broken"
    assert outcome["message"]


@pytest.mark.parametrize(
    "options", [{}, {"password": "secret"}, {"recognize": True}, {"password": "secret", "recognize": True}]
)
def test_a_password_and_recognition_go_to_a_reader_that_takes_them(options):
    def takes_both(content, name, password=None, *, recognize=False): ...

    def takes_none(content, name): ...

    request = {"name": "a.pdf", "readers": None, "password": None, **options}
    assert readers._options(takes_both, request) == options
    assert readers._options(takes_none, request) == {}


def test_every_reader_of_the_tree_is_warm_before_the_first_file():
    readers.warm_up()

    assert "ofx_statement" in readers._readers()


_FAILING = """
from tools.contract import Manifest
__all__ = ["claims", "read_statement"]
MANIFEST = Manifest(version="1.0", kind="statement_reader", summary="Fails.")
def claims(content, name):
    raise RuntimeError("broken on purpose")
def read_statement(content, name):
    raise RuntimeError("broken on purpose")
"""


def test_a_reader_that_fails_stops_no_other(packages):
    packages.write("failing_statement", _FAILING)

    assert _read(_OFX, readers=["failing_statement", "ofx_statement"])[0]["outcome"] == "read"
    outcome, _ = _read(b"GIF89a", readers=["failing_statement", "ofx_statement"])
    assert outcome["outcome"] == "broken"
    assert "“failing_statement” failed when it looked at the file (RuntimeError)" in outcome["message"]
