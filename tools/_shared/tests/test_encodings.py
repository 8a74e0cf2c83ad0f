"""Text in the encodings that banks still write, told apart by what it says."""
# ruff: noqa: RUF001 - the letters that tell encodings apart are the subject

import pytest

from tools._shared.encodings import decode

TEXTS = {
    "cp1253": "Ημερομηνία;Περιγραφή;Ποσό;Υπόλοιπο\n13/01/2026;Αγορά στο μάρκετ;-12,50;987,50\n14/01/2026;ΜΙΣΘΟΣ;1;2\n",
    "cp1254": "Tarih;Açıklama;Tutar;Bakiye\n13.01.2026;Alışveriş İşlem Ücreti;-12,50;987,50\n14.01.2026;Maaş;1;2\n",
    "big5": "日期,摘要,支出,存入,餘額\n2026/01/13,轉帳提款,12.50,,987.50\n2026/01/14,薪資轉入,,500.00,1487.50\n",
    "cp1257": "Data;Gavėjas;Paskirtis;Suma\n2026-01-13;Parduotuvė;Prekės, mokėjimo kortelė, už šį mėnesį;-12,50\n",
    "cp1252": "Datum;Empfänger;Verwendungszweck;Betrag\n13.01.2026;Bäckerei Müller;Brötchen für Grüße;-12,50\n",
    "cp1250": "Datum;Popis;Částka;Zůstatek\n13.01.2026;Nákup v obchodě šťastný kůň;-12,50;987,50\n",
    "cp1251": "Дата;Описание;Сумма;Остаток\n13.01.2026;Покупка в магазине;-12,50;987,50\n",
    "gb18030": "交易日期,摘要,支出,收入,余额\n2026-01-13,超市消费,12.50,,987.50\n",
}
MORE = {
    "Latvian": (
        "cp1257",
        "Datums;Saņēmējs;Apraksts;Summa\n2026-01-13;Uzņēmums;Pirkums ar karti, Rīgas iela;-12,50\n",
    ),
    "Estonian": (
        "cp1257",
        "Kuupäev;Saaja;Selgitus;Summa\n2026-01-13;Pood;Ost kaardiga, õlu ja šokolaad;-12,50\n",
    ),
    "Portuguese": (
        "cp1252",
        "Data;Descrição;Valor\n13/01/2026;Transferência de salário, ações e cartão;-12,50\n",
    ),
    "French": ("cp1252", "Date;Libellé;Débit\n13/01/2026;Crèche à la forêt, reçu, où ça coûte;-12,50\n"),
    "Danish": ("cp1252", "Dato;Tekst;Beløb\n13-01-2026;Køb på Strøget, øl og smørrebrød i Ærø;-12,50\n"),
    "Hungarian": (
        "cp1250",
        "Dátum;Közlemény;Összeg\n2026.01.13;Vásárlás gyümölcsért, sütő, fűszer, őszi;-12,50\n",
    ),
    "Polish": ("cp1250", "Data;Opis;Kwota\n2026-01-13;Płatność kartą w sklepie, łąka, źródło, gęś;-12,50\n"),
}


@pytest.mark.parametrize(("encoding", "text"), [*TEXTS.items(), *MORE.values()], ids=[*TEXTS, *MORE])
def test_text_in_an_old_encoding_it_reads_letter_by_letter(encoding, text):
    assert decode(text.encode(encoding)) == text
