"""The option that says how files write their dates."""

import argparse

from ledgerflow.toolbox.values import DAY_ORDERS


def add_order_argument(parser: argparse.ArgumentParser) -> None:
    """Take the order of day, month and year in dates that leave it open."""
    parser.add_argument(
        "--day-order",
        choices=DAY_ORDERS,
        help="how dates such as 03/04/2026 are written, where nothing in a file tells: DMY, MDY or YMD",
    )
