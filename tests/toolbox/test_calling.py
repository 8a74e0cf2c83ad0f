"""A call with consent, limits and a record."""

from tests.toolbox.workbench import NOW


def test_a_call_is_answered_and_kept_on_record(bench):
    path = bench.tool("return Said(text, len(text))", arguments="text: str")

    answer = bench.call(path, text="Hello")

    run = bench.run(path)
    assert answer.result == {"text": "Hello", "number": 5}
    assert (answer.run_id, answer.from_cache) == (run.pk, False)
    assert answer.computed_at >= NOW
    assert (run.outcome, run.result, run.arguments) == ("done", answer.result, {"text": "Hello"})
    assert (run.subject, run.asked_by, run.book, run.started_at) == ("line 12", bench.user, bench.book, NOW)
    assert run.result_bytes == len('{"text":"Hello","number":5}')
    assert 0 < run.duration_ms < 60_000
