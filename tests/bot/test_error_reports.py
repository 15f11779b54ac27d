"""Each kind of unexpected error is told once an hour."""

from __future__ import annotations

from bot.error_reports import KINDS, PAUSE_SECONDS, ErrorReports, kind_of


def raised(kind, message="secret words"):
    try:
        raise kind(message)
    except kind as error:
        return error


def test_the_first_is_told_the_next_are_counted_and_told_after_an_hour():
    now = [0.0]
    reports = ErrorReports(lambda: now[0])
    error = raised(ValueError)
    assert reports.due(error) == (kind_of(error), 0)
    assert [reports.due(error) for _ in range(99)] == [None] * 99
    now[0] = PAUSE_SECONDS - 1
    assert reports.due(error) is None
    now[0] = PAUSE_SECONDS
    assert reports.due(error) == (kind_of(error), 100)
    now[0] = 2 * PAUSE_SECONDS
    assert reports.due(error) == (kind_of(error), 0)


def test_another_class_or_another_line_is_another_kind():
    reports = ErrorReports(lambda: 0.0)
    assert reports.due(raised(ValueError)) is not None
    assert reports.due(raised(KeyError)) is not None
    elsewhere = ValueError("never raised")
    assert reports.due(elsewhere) is not None


def test_a_kind_never_holds_the_message():
    assert "secret" not in kind_of(raised(ValueError))
    assert kind_of(ValueError("never raised")) == "ValueError"


def test_what_is_remembered_has_a_bound():
    reports = ErrorReports(lambda: 0.0)
    for number in range(KINDS + 50):
        reports.due(type(f"Error{number}", (Exception,), {})())
    assert len(reports._seen) == KINDS
