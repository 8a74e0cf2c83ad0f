"""Makes workbooks for the tests: XLSX cell by cell as XML, ODS, and the XML of Excel 2003."""

import zipfile
from io import BytesIO
from xml.sax.saxutils import escape

_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_RELATIONS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006/relationships"
STYLES = ("General", "yyyy-mm-dd", '#,##0.00\\ "€"', "d mmm yy", "h:mm", '"on day" 0')
GENERAL, DAY, EURO, SHORT_DAY, TIME, NUMBERED = range(len(STYLES))


def pack(members, compression=zipfile.ZIP_DEFLATED):
    buffer = BytesIO()
    with zipfile.ZipFile(buffer, "w", compression) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return buffer.getvalue()


def cell(value, at):
    """A number, a text, or a tuple of raw text and style for stored numbers."""
    if isinstance(value, tuple):
        text, style = value
        return f'<c r="{at}" s="{style}"><v>{text}</v></c>'
    if isinstance(value, str):
        if value.startswith("="):
            formula, _, cached = value[1:].partition("|")
            kept = f"<v>{cached}</v>" if cached else ""
            return f'<c r="{at}"><f>{escape(formula)}</f>{kept}</c>'
        return f'<c r="{at}" t="inlineStr"><is><t>{escape(value)}</t></is></c>' if value else ""
    return f'<c r="{at}"><v>{value}</v></c>'


def sheet_xml(rows, *, hidden=(), merged=(), first=1):
    lines = []
    for number, row in enumerate(rows, first):
        cells = "".join(cell(value, f"{chr(65 + column)}{number}") for column, value in enumerate(row))
        state = ' hidden="1"' if number in hidden else ""
        lines.append(f'<row r="{number}"{state}>{cells}</row>')
    spans = "".join(f'<mergeCell ref="{each}"/>' for each in merged)
    data = f"<sheetData>{''.join(lines)}</sheetData>"
    return f'<worksheet xmlns="{_MAIN}">{data}<mergeCells>{spans}</mergeCells></worksheet>'


def xlsx(*sheets, from_1904=False, stale=False, extra=None):
    """Return a workbook; a sheet is ``(name, state, xml)``."""
    names = "".join(
        f'<sheet name="{escape(name)}" sheetId="{at}" state="{state}" r:id="rId{at}"/>'
        for at, (name, state, _) in enumerate(sheets, 1)
    )
    book = (
        f'<workbook xmlns="{_MAIN}" xmlns:r="{_RELATIONS}"><workbookPr date1904="{int(from_1904)}"/>'
        f'<sheets>{names}</sheets><calcPr fullCalcOnLoad="{int(stale)}"/></workbook>'
    )
    relations = "".join(
        f'<Relationship Id="rId{at}" Type="{_RELATIONS}/worksheet" Target="worksheets/sheet{at}.xml"/>'
        for at in range(1, len(sheets) + 1)
    )
    relations += f'<Relationship Id="rIdS" Type="{_RELATIONS}/styles" Target="styles.xml"/>'
    formats = "".join(
        f'<numFmt numFmtId="{164 + at}" formatCode="{escape(code, {chr(34): "&quot;"})}"/>'
        for at, code in enumerate(STYLES)
    )
    styles = "".join(f'<xf numFmtId="{164 + at if at else 0}"/>' for at in range(len(STYLES)))
    members = {
        "[Content_Types].xml": "<Types/>",
        "_rels/.rels": (
            f'<Relationships xmlns="{_PACKAGE}"><Relationship Id="a" Type="{_RELATIONS}/officeDocument" '
            'Target="xl/workbook.xml"/></Relationships>'
        ),
        "xl/workbook.xml": book,
        "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{_PACKAGE}">{relations}</Relationships>',
        "xl/styles.xml": (
            f'<styleSheet xmlns="{_MAIN}"><numFmts>{formats}</numFmts><cellXfs>{styles}</cellXfs></styleSheet>'
        ),
        **{f"xl/worksheets/sheet{at}.xml": xml for at, (_, _, xml) in enumerate(sheets, 1)},
        **(extra or {}),
    }
    return pack(members)


def one(rows, **options):
    """Return a workbook with one visible sheet."""
    inner = {key: options.pop(key) for key in ("hidden", "merged") if key in options}
    return xlsx(("Sheet", "visible", sheet_xml(rows, **inner)), **options)


def ods(rows):
    """Return an ODS workbook: numbers as float, ``(iso, None)`` as dates, texts, and ``None`` for an empty row."""
    lines = []
    for row in rows:
        cells = ""
        for value in row:
            if isinstance(value, tuple):
                cells += f'<t:table-cell o:value-type="date" o:date-value="{value[0]}"/>'
            elif isinstance(value, str):
                cells += f'<t:table-cell o:value-type="string"><x:p>{escape(value)}</x:p></t:table-cell>'
            else:
                cells += f'<t:table-cell o:value-type="float" o:value="{value}"/>'
        lines.append(f"<t:table-row>{cells}</t:table-row>")
    space = "urn:oasis:names:tc:opendocument:xmlns:"
    content = (
        f'<o:document-content xmlns:o="{space}office:1.0" xmlns:t="{space}table:1.0" xmlns:x="{space}text:1.0">'
        f'<o:body><o:spreadsheet><t:table t:name="Tabelle">{"".join(lines)}'
        '<t:table-row t:number-rows-repeated="1048000"><t:table-cell t:number-columns-repeated="1024"/></t:table-row>'
        "</t:table></o:spreadsheet></o:body></o:document-content>"
    )
    return pack({"mimetype": "application/vnd.oasis.opendocument.spreadsheet", "content.xml": content})


def xml2003(rows):
    """Return the XML that Excel 2003 wrote."""
    lines = []
    for row in rows:
        cells = ""
        for value in row:
            kind = (
                "DateTime" if isinstance(value, tuple) else "String" if isinstance(value, str) else "Number"
            )
            text = f"{value[0]}T00:00:00.000" if isinstance(value, tuple) else value
            cells += f'<ss:Cell><ss:Data ss:Type="{kind}">{escape(str(text))}</ss:Data></ss:Cell>'
        lines.append(f"<ss:Row>{cells}</ss:Row>")
    return (
        '<?xml version="1.0"?><ss:Workbook xmlns:ss="urn:schemas-microsoft-com:office:spreadsheet">'
        f'<ss:Worksheet ss:Name="One"><ss:Table>{"".join(lines)}</ss:Table></ss:Worksheet></ss:Workbook>'
    ).encode()
