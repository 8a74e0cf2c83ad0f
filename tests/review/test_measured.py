"""What is measured is refused where it is anything else."""

import pytest
from django.http import HttpResponse

from benchmarks.work import WrongAnswerError, answered


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("status", "text"), [(404, '{"message": "250 accepted."}'), (200, '{"message": "0 accepted."}')]
)
def test_a_refusal_and_an_answer_about_fewer_lines_are_not_measured(status, text):
    says = '"250 accepted."'

    with pytest.raises(WrongAnswerError, match=str(status)):
        answered(lambda: HttpResponse(text, status=status), says=says)

    assert answered(lambda: HttpResponse('{"message": "250 accepted."}'), says=says).size == 28
