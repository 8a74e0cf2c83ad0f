"""A book as an archive: a ZIP of JSON lines and the documents, byte for byte, with a manifest of their SHA-256.

``manifest.json`` says which version of the format it is, which book, where its hash chain begins and ends, and of each
other file its size, its SHA-256 and its rows. Each table is ``NAME.jsonl`` with one object a row; rows refer to each
other by their place in the other table, counted from 1, and to people by their place in ``people.jsonl``.
``documents/SHA256`` are the files.
"""
