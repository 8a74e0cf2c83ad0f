"""Check an evidence pack offline, without LedgerFlow: python3 verify.py PACK.zip; exit status 1 if it is not whole."""

import csv
import json
import sys
import zipfile
from collections.abc import Iterator
from decimal import Decimal
from hashlib import sha256


def _files(pack: zipfile.ZipFile, listed: dict[str, str]) -> Iterator[str]:
    names = pack.namelist()
    yield from (f"{name} is there twice." for name in sorted(set(names)) if names.count(name) > 1)
    yield from (f"{name} is missing." for name in sorted(listed.keys() - set(names)))
    yield from (f"{name} was added." for name in sorted(set(names) - listed.keys() - {"MANIFEST.json"}))
    for name in sorted(listed.keys() & set(names)):
        digest = sha256(pack.read(name)).hexdigest()
        if digest != listed[name]:
            yield f"{name} was changed: its SHA-256 is not that of the manifest."
        if name.startswith(("documents/", "receipts/")) and not name.split("/")[1].startswith(f"{digest}-"):
            yield f"{name} does not have the SHA-256 of its name."


def _figures(pack: zipfile.ZipFile, manifest: dict[str, dict[str, str]]) -> Iterator[str]:
    rows = {row["key"]: row for row in json.loads(pack.read("worksheet.json"))["rows"]}
    originals = {name.split("-")[0] for name in manifest["files"]} | {"documents/None"}
    parts: dict[tuple[str, str, str], list[tuple[Decimal, int, bool, bool]]] = {}
    for line in map(json.loads, pack.read("lines.jsonl").splitlines()):
        part = Decimal(line["amount"]), 1, bool(line["document"]), bool(line["receipts"])
        parts.setdefault((line["key"], line["account"], line["own_tax_line"]), []).append(part)
        named = [f"documents/{line['document']}", *(f"receipts/{one}" for one in line["receipts"])]
        yield from (f"{one} of entry {line['entry']} is not in the pack." for one in {*named} - originals)
    amounts = {key: Decimal(row["deductible"]) for key, row in rows.items()}
    for key, row in rows.items():
        for of in row["accounts"]:
            said = [Decimal(of["gross"]), of["lines"], of["evidence"], of["receipts"]]
            if said != [sum(each) for each in zip(*parts.pop((key, of["code"], of["own_tax_line"]), ()))]:  # noqa: B905 - older Pythons
                yield f"Line {key}: account {of['code']} is not the sum of its lines in lines.jsonl."
        if Decimal(row["gross"] or 0) != sum(Decimal(each["gross"]) for each in row["accounts"]):
            yield f"Line {key} is not the sum of its accounts."
        if row["parts"] and amounts[key] != sum(sign * amounts[part] for part, sign in row["parts"].items()):
            yield f"Line {key} is not the sum of the lines that it names."
    yield from (f"Line {key}: the worksheet lacks account {code} of lines.jsonl." for key, code, _ in parts)
    if amounts != {key: Decimal(amount) for key, amount in manifest["amounts"].items()}:
        yield "The amounts of worksheet.json are not those of the manifest."
    table = csv.DictReader(pack.read("worksheet.csv").decode().splitlines())
    if amounts != {row["key"]: Decimal(row["deductible"]) for row in table}:
        yield "The amounts of worksheet.csv are not those of worksheet.json."


if __name__ == "__main__":
    try:
        with zipfile.ZipFile(sys.argv[1]) as opened:
            told = json.loads(manifest := opened.read("MANIFEST.json"))
            found = list(_files(opened, told["files"])) or list(_figures(opened, told))
    except Exception as error:  # noqa: BLE001 - the edge of the process: whatever was done to the pack
        sys.exit(f"The pack cannot be read: {error!r}. Say python3 verify.py PACK.zip.")
    print(*found or [f"The pack is whole. Its manifest: {sha256(manifest).hexdigest()}"], sep="\n")  # noqa: T201 - a script
    sys.exit(bool(found))
