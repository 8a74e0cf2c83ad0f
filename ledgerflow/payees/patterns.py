"""What banks write around a payee's name: payment kinds, processors, dates, masks, references, places.

Every pattern treats all digits alike (any digit, never a certain one), because
:func:`ledgerflow.payees.cleaning.clean_payees` cleans texts that differ in their digits only once.
"""

import re

_FLAGS = re.IGNORECASE | re.VERBOSE


def _set(words: str) -> frozenset[str]:
    return frozenset(" ".join(word.split()) for word in words.split(","))


#: How the payment was made, in the words of banks of several countries, at the beginning of a text.
KIND = re.compile(
    r"""^(?:
      (?:recurring\s+|recur\s+)?(?:pos|checkcard|check\s+card|debit\s+(?:card|crd)|credit\s+card|visa|mastercard|maestro
        |girocard|interac|eftpos|contactless|card|ec)\b[\s:/-]*
        (?:debit|credit|purchase|payment|refund|withdrawal|pmt|pur|auth)?\b[\s:/-]*(?:to\b|at\b)?
    | (?:purchase|recurring\s+payment|payment)\s+authorized\s+on\b
    | purchase\b | aplpay\b | apple\s+pay\b | google\s+pay\b
    | ach\b\s*(?:debit|credit|payment|pmt|[dc](?=\s*-))?
    | (?:direct|pre-?authori[sz]ed)\s+(?:debit|payment|deposit)\b
    | (?:bill|online|electronic)\s+payment(?:\s+to)?\b
    | (?:paid|payment|transfer|sent|received|payment\s+received)\s+(?:to|from)\b
    | upi\s+payment\b | (?:neft|imps|rtgs|pix\s+(?:enviado|recebido))\b
    | carte\b | cb\b | paiement\s+(?:par\s+)?(?:carte|cb)\b | (?:ann|avoir)\b(?:\s+carte\b)? | retrait\s+dab\b
    | prlv\b(?:\s+sepa\b)? | prelevement\b
    | vir(?:ement)?\b(?:\s+(?:inst(?:antane)?|sepa|recu|permanent|interac)\b)*(?:\s+de\b)?
    | kartenzahlung\b | (?:sepa[\s-]+)?(?:folge|basis|erst|firmen)?-?lastschrift\b | dauerauftrag\b
    | (?:echtzeit-?)?(?:ü|ue)berweisung\b | gutschrift\b
    | sepa\b(?:\s+(?:direct\s+debit|credit\s+transfer|dd|ct)\b)?
    | bea\b,?(?:\s*(?:betaalpas|google\s+pay|apple\s+pay)\b)?
    | betaalpas\b | betaalautomaat\b | incasso\b | overboeking\b | ideal\b
    | compra\b(?:\s+(?:con\s+)?tarj(?:eta)?\b\.?)? | cpa\b\.? | pago\s+(?:con\s+)?tarjeta\b
    | recibo\b | pirkums\b | zakup\b
    )[\s:,./*-]*""",
    _FLAGS,
)

#: What Dutch banks write of a card machine: the name stands before the card's number, the place behind the time.
CARD_MACHINE = re.compile(
    r"^(?:bea|gea),?\s*(?:betaalpas|google\s+pay|apple\s+pay)?\s+([^,]*[a-z][^,]*),\s*pas\s?\d+\b.*$", _FLAGS
)

#: Korean: the legal form before or behind a name, the app that paid, the branch.
BRANCH = re.compile(r"^\(주\)|\(주\)$|\([가-힣]*페이\)$|\s[가-힣]+\d*호?점$")

#: Firms that pay on behalf of a shop; the shop's name follows.
PROCESSOR = re.compile(
    r"""^(?:
      (?:sq|gosq|sqc|tst|toast|pp|ppro|paypal|pypl|py|sp|shopify|iz|zettle|sumup|su|wpy|ckl|chk|bck|hpy|nya|lsp|fsp|eb|ic
        |ccv|klarna|stripe|adyen|mollie|mp|merpago|mercpago|pag|pagseguro|dlo|dlocal|payu)\s?\*+\s*
    | paypal\s+(?:inst\s+xfer\s+)? (?=\S)
    | (?:payu\s+(?:ar\s+)?|dlo\s+|dlocal\s+)(?=\S)
    )""",
    _FLAGS,
)

#: Parts that name nobody, anywhere in a text: each is replaced by a space.
NOISE = tuple(
    re.compile(pattern, _FLAGS)
    for pattern in (
        r"\bhttps?\S*|\b(?:g\.co|help\.uber\.com|aws\.amazon\.co\w*|amzn\.com)(?:/\S*)?",
        r",?\s*\b\d+[.,]\d\d\s?(?:usd|eur|gbp|cad|aud|chf)\b,?|,?\s*rate\s+\d+[.,]\d+(?:/[a-z]{3})?",
        r"\b\d{4}-\d\d-\d\d(?:[t\s]\d\d:\d\d(?::\d\d)?)?\b",
        r"\b\d{1,2}[./-]\d{1,2}[./-]\d{2,4}(?:\s*/?\s*\d{1,2}:\d\d(?::\d\d)?)?\b",
        r"(?<![\w/.-])\d{1,2}[/.]\d\d(?![\w/.])",
        r"\b\d{1,2}\s?(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]{0,6}\.?(?:\s?\d{2,4})?\b",
        r"\d{4}年\d{1,2}月分?",
        r"\b\d{1,2}:\d\d(?::\d\d)?\b",
        r"\(\s*via\s[^)]*\)|,?\s+on\s*$",
        r"\(\s*[^)a-z]*\d[^)a-z]*\)",
        r"\b(?:card|cb|pas|nr|no|ref|iban|bic|mandate|mandat|creditor\s+id|end-to-end|e2e|auth|trace|id|txn|trn)\s?[.:*#]+\s?[a-z]*\d[\w-]*",
        r"\b(?:card|ref|pas)\s?\d[\w-]*",
        r"\b(?:x{2,}|\*{2,})[\dx*]*\d{2,}\b|\b\d{4,6}[x*]{4,}\d{0,4}\b|\*{3,}\d*",
        r"\+?\(?\b\d{3}\)?[\s.-]\d{3}[\s.-]\d{4}\b",
        r"\b[a-z]{2}\d\d(?:\s?[a-z\d]{4}){3,7}(?:\s?[a-z\d]{1,3})?\b",
        r"\S+@\S+",
        r"(?:\#|(?<=\s)[tfs]-?)\s?\d{3,}\b|\#\s?\w*\d\w*",
        r"\*\s?(?=\S*\d)[\w-]+",
        r"-\d{5,}\b",
        r"\border\s*\#?\s*\d*\s*$",
    )
)

#: ``www.name.com/path`` keeps the name.
WEB_NAME = re.compile(
    r"\b(?:www\.)?([a-z0-9][a-z0-9-]+)\.(?:com|net|org|io|co\.uk|org\.uk|gov\.uk|de|fr|nl|ca|eu|it|es|be|at|ch|com\.\w\w)(?:/\S*)?(?=[\s,*]|$)",
    _FLAGS,
)

#: What card networks write of a shop of many: the name, the shop's number, the town, the state.
SHOP = re.compile(r"^(.*[^\W\d_]{2}.*?)\s+\#\s?\d{2,}\s+[A-Z][A-Z .'-]*\s([A-Z]{2})$")

#: What processors append about the outcome, at the end of a text.
OUTCOME = re.compile(
    r"[\s,-]+(?:(?:no\s+)?(?:credito|debito)|aprovad[ao]|confirmad[ao]|approved|declined|via\s+apple\s+pay|filiale|pending)\.?$",
    _FLAGS,
)

#: Legal forms, ignored when two names are compared.
LEGAL_FORM = re.compile(
    r"""(?:^|(?<=\s))(?:gmbh(?:\s(?:[&+]\s)?co\skg)?|ltd|limited|llc|llp|inc|incorporated|corp|corporation|plc|ag|kg|ohg|ug|e\s?k|se|sarl|sas|sa
        |eurl|bv|b\sv|nv|n\sv|ab|oy|aps|pty|spa|srl|s\sa|lda)(?=\s|$)""",
    _FLAGS,
)

#: States, provinces and countries as card networks write them behind a city.
REGIONS = _set(
    """
    al, ak, az, ar, ca, co, ct, de, fl, ga, hi, id, il, in, ia, ks, ky, la, me, md, ma, mi, mn, ms,
    mo, mt, ne, nv, nh, nj, nm, ny, nc, nd, oh, ok, or, pa, ri, sc, sd, tn, tx, ut, vt, va, wa, wv,
    wi, wy, dc, on, qc, bc, ab, mb, ns, nb, sk, us, usa, caus, gb, gbr, uk, ie, fr, nl
    """
)

#: Cities that card networks write in front of a region; a name's last word is often no city.
CITIES = _set(
    """
    new york, los angeles, chicago, houston, phoenix, philadelphia, san antonio, san diego, dallas,
    san jose, austin, jacksonville, columbus, charlotte, indianapolis, san francisco, seattle,
    denver, washington, boston, el paso, nashville, detroit, oklahoma city, portland, las vegas,
    memphis, louisville, baltimore, milwaukee, albuquerque, tucson, fresno, sacramento, kansas city,
    mesa, atlanta, omaha, colorado springs, raleigh, miami, long beach, oakland, minneapolis, tulsa,
    tampa, arlington, new orleans, cleveland, honolulu, anaheim, lexington, berkeley, ann arbor,
    brooklyn, orlando, pittsburgh, cincinnati, st louis, salt lake city, boulder, palo alto,
    mountain view, cupertino, emeryville, tukwila, bellevue, redmond, toronto, montreal, vancouver,
    ottawa, calgary, london, manchester, birmingham, glasgow, edinburgh, dublin, paris, lyon,
    amsterdam, rotterdam
    """
)

#: Short forms that stand for a name everybody knows, at the beginning of a cleaned text, in lower case.
SHORT_FORMS = {
    "amzn": "Amazon",
    "amazon mktpl": "Amazon",
    "amazon mktp": "Amazon",
    "wholefds": "Whole Foods",
    "wm supercenter": "Walmart",
    "wal-mart": "Walmart",
    "wal mart": "Walmart",
    "sbux": "Starbucks",
    "costco whse": "Costco",
    "uber trip": "Uber",
    "facebk": "Facebook",
    "msft": "Microsoft",
}
SHORT_FORM_WORDS = 2

#: Words whose capitals are their spelling.
CAPITALS = _set(
    """
    ATM, AWS, B&Q, BBC, BP, BT, CVS, DHL, DVLA, EE, H&M, HM, HP, IBM, IKEA, JS, KFC, NHS, O2, RS,
    TK, TV, UK, UPS, USA, USPS
    """
)
SMALL_WORDS = _set(
    """
    and, of, the, de, la, le, du, des, van, der, und, for, at, in, on
    """
)
