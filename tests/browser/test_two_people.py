"""Two people in the queue: each sees in the row, and in the pane, at which line the other looks."""

from typing import Any

from playwright.sync_api import expect

from ledgerflow.books.models import Role
from tests.booked import BookedFile
from tests.factories import MembershipFactory, UserFactory


def test_initials_stand_in_the_row_that_somebody_else_looks_at(
    live_address: str, new_context: Any, sign_in: Any
) -> None:
    file = BookedFile(3, is_posted=False)
    other = UserFactory(name="Ann Blake")
    MembershipFactory(book=file.book, user=other, role=Role.BOOKKEEPER)
    first, second = new_context(), new_context()
    sign_in(first, other)
    sign_in(second, file.owner)
    ann, ben = first.new_page(), second.new_page()

    ann.goto(f"{live_address}{file.address(f'review/#line-{file.line_ids[1]}')}")
    expect(ann.locator("[data-evidence]")).to_contain_text("This line and its history")
    with ann.expect_response("**/looking/"):
        ann.keyboard.press("j")
    ben.clock.install()
    ben.goto(f"{live_address}{file.address('review/')}")

    row = ben.locator(f'[data-line="{file.line_ids[2]}"] [data-lookers]')
    expect(row).to_have_text("AB")
    expect(row.locator("abbr")).to_have_attribute("title", "Ann Blake looks at this line")
    expect(ben.locator("[data-lookers] abbr")).to_have_count(1)

    # They go by themselves where nothing is heard any more, as long as a look counts.
    ben.route("**/looking/", lambda route: route.fulfill(status=204))
    ben.clock.fast_forward(41_000)
    expect(ben.locator("[data-lookers] abbr")).to_have_count(0)
