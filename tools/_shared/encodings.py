"""From bytes to text: a mark at the start, strict UTF-8, UTF-16 without a mark, then candidates by plausibility."""
# ruff: noqa: RUF001 - the letters that tell encodings apart are the subject

import codecs
import re

from tools._shared.vocabulary import roles_of_header
from tools.contract import StatementRefusedError

_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_CANDIDATES = (
    "cp1252", "iso-8859-15", "cp1250", "cp1251", "gb18030", "shift_jis", "euc-jp", "euc-kr", "cp1253", "cp1254",
    "cp1257", "big5", "cp1255",
)  # fmt: skip
_LOOKED_AT = 200_000
_CONTROLS = re.compile(r"[\x00-\x08\x0e-\x1f\x7f-\x9f]")
_ODD_CASE = re.compile(r"[a-z][À-ÖØ-Þ]|[¡-¬®-¿×÷][a-zA-ZÀ-ÿ]|[a-zà-ÿ][¡-©«-¹»-¿×÷]")
_WESTERN = re.compile(r"[äöüÄÖÜßéèêëàâáóòôíìîïúùûñçÉÈÀÁÇÑåøæÅØÆãÃ€£–—’“”„°§]")
_CENTRAL = re.compile(r"[áéíóúýčďěňřšťůžąćęłńśźżőűÁÉÍÓÚÝČĎĚŇŘŠŤŮŽĄĆĘŁŃŚŹŻŐŰäöüßÄÖÜ€]")
_TURKISH = re.compile(r"[çğıöşüÇĞİÖŞÜâîû€]")
# No word of the language has these, which the bytes of another one become.
_FOREIGN = {
    "cp1252": re.compile(r"ç[b-df-hj-np-tv-z]"),
    "iso-8859-15": re.compile(r"ç[b-df-hj-np-tv-z]"),
    "cp1254": re.compile(r"[áéíóúàèìòùæäåøñãõ]"),
    "cp1257": re.compile(r"[żśóéńćźåæø]"),
}
_BALTIC = re.compile(r"[ąčęėįšųūžāēģīķļņĄČĘĖĮŠŲŪŽĀĒĢĪĶĻŅõäöüÕÄÖÜ€]")
_LETTERS_OF = {"cp1250": _CENTRAL, "cp1254": _TURKISH, "cp1257": _BALTIC}
_GREEK_WORD = re.compile(r"\b[Α-ΩΆΈΉΊΌΎΏ]?[α-ωάέήίόύώϊϋΐΰ]{2,}\b|\b[Α-ΩΆΈΉΊΌΎΏ]{2,}\b")
_CYRILLIC = re.compile(r"[а-яА-ЯёЁ]")
_CYRILLIC_WORD = re.compile(r"\b[А-ЯЁ]?[а-яё]{2,}\b|\b[А-ЯЁ]{2,}\b")
_HEBREW_WORD = re.compile(r"\b[א-ת]{2,}\b")
# Banks write none, and the capitals of Cyrillic become them.
_HEBREW_POINT = re.compile(r"[\u0591-\u05c7]")
_COMMON_HAN = frozenset(
    "的一是不了在人有我他这中大来上个国和地到说时要就出会可也你对生能而子那得于着下自之年过发后作里用道行所然家种事成方多经么去"
    "法学如都同现当没动面起看定天分还进好小部其些主样理心她本前开但因只从想实日交易金额收入支出余户名账号期摘要备注类型状态对方"
    "商品说明卡银行支付转存款元付宝微信财合计本次电子商务成功网上店超市餐饮月取引入预払高残摘店料手数振込"
)
_COMMON_TRADITIONAL = frozenset(
    "的一是不了在人有我他這中大來上個國和地到說時要就出會可也你對生能而子那得於著下自之年過發後作裡用道行所然家種事成方多經麼去"
    "法學如都同現當沒動面起看定天分還進好小部其些主樣理心她本前開但因只從想實日交易金額收入支出餘戶名帳號期摘要備註類型狀態對方"
    "商品說明卡銀行支付轉款存提元利息薪資手續費匯繳幣別序稅電信用水保險股票基超市餐飲月取引摘店料數"
)
_KANA = re.compile(r"[ぁ-ゖァ-ヺー]")
_HANGUL = re.compile(r"[가-힣]")


def decode(content: bytes) -> str:
    """Return the text of a file.

    Raises:
        StatementRefusedError: The bytes are text in no encoding that a bank uses.
    """
    for mark, name in _MARKS:
        if content.startswith(mark):
            return _strict(content, name) or _refuse()
    text = _strict(content, "utf-8")
    if text is None or "\0" in text:
        wide = _utf16(content)
        text = wide if wide is not None else text
    if text is None:
        text = _best(content)
    if "\0" in text:
        _refuse()
    return text


def _refuse() -> str:
    raise StatementRefusedError(
        "The file is not text in an encoding that banks use. Save it as UTF-8 and try again."
    )


def _strict(content: bytes, name: str) -> str | None:
    try:
        return content.decode(name)
    except UnicodeDecodeError:
        return None


def _utf16(content: bytes) -> str | None:
    """Return UTF-16 without a mark: every second byte of ordinary text is zero."""
    head = content[:4000]
    half = max(1, len(head) // 2)
    if head[1::2].count(0) > 0.6 * half:
        return _strict(content, "utf-16-le")
    if head[0::2].count(0) > 0.6 * half:
        return _strict(content, "utf-16-be")
    return None


def _best(content: bytes) -> str:
    found = [
        (_score(text, name), -order, text)
        for order, name in enumerate(_CANDIDATES)
        if (text := _strict(content, name))
    ]
    if not found:
        text = content.decode("iso-8859-1")
        found.append((0.0, 0, text))
    return max(found)[2]


def _score(text: str, name: str) -> float:
    """Return how plausible a decoding is, per character that is not ASCII."""
    sample = text if len(text) < _LOOKED_AT else text[:_LOOKED_AT]
    beyond = [character for character in sample if character > "\x7f"]
    if not beyond:
        return 0.0
    count = len(beyond)
    penalty = 3 * len(_CONTROLS.findall(sample))
    if name == "gb18030":
        good = sum(character in _COMMON_HAN for character in beyond) * 2.2
    elif name in {"shift_jis", "euc-jp"}:
        good = len(_KANA.findall(sample)) * 1.6 + sum(character in _COMMON_HAN for character in beyond)
        good -= 2 * sum("\uff61" <= character <= "\uff9f" for character in beyond)
    elif name == "euc-kr":
        good = len(_HANGUL.findall(sample)) * 1.4
    elif name == "big5":
        good = sum(character in _COMMON_TRADITIONAL for character in beyond) * 2.2
    elif name == "cp1253":
        good = sum(map(len, _GREEK_WORD.findall(sample))) * 1.1
        penalty += len(re.findall(r"[a-zA-Z][Ά-ώ]|[Ά-ώ][a-zA-Z]", sample)) * 3
    elif name == "cp1251":
        good = sum(len(word) for word in _CYRILLIC_WORD.findall(sample) if _CYRILLIC.search(word)) * 1.1
        penalty += len(re.findall(r"[a-zA-Z][а-яА-Я]|[а-яА-Я][a-zA-Z]", sample)) * 3
    elif name == "cp1255":
        good = sum(map(len, _HEBREW_WORD.findall(sample))) * 1.15
        penalty += 3 * len(_HEBREW_POINT.findall(sample))
    else:
        good = len(_LETTERS_OF.get(name, _WESTERN).findall(sample))
        penalty += 2 * len(_ODD_CASE.findall(sample))
        penalty += 2 * len(_FOREIGN[name].findall(sample)) if name in _FOREIGN else 0
        good -= 0.02 * count if name in _LETTERS_OF else 0
    return (good - penalty) / count + 0.3 * _known_headers(sample) / 10


def _known_headers(sample: str) -> int:
    cells = re.split(r"[;,\t|\"\n\r]+", sample[:1500])
    return sum(bool(roles_of_header(cell)) for cell in cells if any(character > "\x7f" for character in cell))
