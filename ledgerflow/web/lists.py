"""The lists that people save views and choose columns of, by their keys."""

from types import MappingProxyType

from ledgerflow.classification.lists import PAYEES, RULES
from ledgerflow.posting.lists import JOURNAL
from ledgerflow.reports.lists import REGISTER
from ledgerflow.review.lists import LINES, QUEUE

LISTS = MappingProxyType({each.key: each for each in (QUEUE, LINES, REGISTER, JOURNAL, PAYEES, RULES)})
