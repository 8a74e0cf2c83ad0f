"""Parse and convert an OFX file with ofxtools: ``ofxtools_parse.py FILE`` prints seconds and transactions."""

import sys
import time

from ofxtools.Parser import OFXTree

began = time.perf_counter()
tree = OFXTree()
with open(sys.argv[1], "rb") as file:  # noqa: PTH123 - ofxtools takes an open file
    tree.parse(file)
count = sum(len(statement.transactions) for statement in tree.convert().statements)
print(time.perf_counter() - began, count)
