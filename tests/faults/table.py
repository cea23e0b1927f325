"""Runs the fault plan and writes its results: `pytest -p tests.faults.table` (`make test-faults`).

Only the tests named here are run. A test may say how often it tried, what it measured and with
which seed, through the fixture `tried`; otherwise each of its cases counts once.
"""

from __future__ import annotations

import platform
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PAGE = ROOT / "docs" / "reliability.md"


@dataclass(frozen=True, slots=True)
class Row:
    """One fault: what must hold, and the tests that show it (a file, or `file::test`)."""

    id: str
    fault: str
    holds: str
    tests: tuple[str, ...]
    n: int = 0  # where the tests do not say it themselves


CRASHES, ENGINE, BACKUP = (f"tests/storage/test_{name}.py" for name in
                           ("crashes", "engine", "backup"))  # fmt: skip
MAIL, HOOK, WORKER = (f"tests/delivery/test_{name}.py" for name in ("mail", "webhook", "worker"))
AUTH = "tests/web/staff/test_auth.py"
HANDOFFS, LOADER = "tests/storage/test_handoffs.py", "tests/widget/test_loader.py"
CLIENTS, TEXT, ACCESS, CRISIS = (f"tests/faults/test_{name}.py" for name in
                                 ("clients", "text", "access", "crisis"))  # fmt: skip
PLAN = (
    Row("D1", "kill -9 while eight write", "0 acknowledged lost, database sound, ready in 2 s",
        (f"{CRASHES}::test_two_hundred_kills_while_eight_write_lose_nothing",), 200),
    Row("D2", "kill -9 between commit and sending", "all delivered, repeats under one key",
        (f"{CRASHES}::test_a_hundred_deaths_between_commit_and_send_lose_nothing",), 100),
    Row("D3", "power cut", "synced to disk before every acknowledgement",
        (f"{ENGINE}::test_every_acknowledged_hand_off_was_synced_to_disk_before",)),
    Row("D4", "disk full", "never called saved; recovers with the space",
        (f"{ENGINE}::test_on_a_full_disk_nothing_is_called_saved_and_it_recovers_with_the_space",)),
    Row("D5", "database read-only, deleted, damaged", "named, never made anew over what is there",
        (f"{ENGINE}::test_a_database_deleted_while_serving_is_noticed_and_never_made_anew",
         f"{ENGINE}::test_a_damaged_database_is_named_and_not_written_over",
         f"{ENGINE}::test_a_read_only_database_refuses_writes_and_still_reads")),
    Row("D6", "database locked", "waited for 5 s at most, then named",
        (f"{ENGINE}::test_a_locked_database_is_waited_for_and_then_named",)),
    Row("N1", "mail server refuses, delays, hangs, drops", "tried again, nothing lost",
        (MAIL,)),
    Row("N2", "webhook fails, redirects, drips, floods", "10 s deadline, no redirect, real retries",
        (HOOK, f"{WORKER}::test_retries_really_happen_and_wait_longer_each_time",
         f"{WORKER}::test_a_receiver_that_hangs_does_not_delay_another")),
    Row("N3", "24 hours of failure", "given up in sight of staff, sent again by hand",
        (f"{WORKER}::test_after_24_hours_of_failure_it_is_dead_visible_and_can_be_sent_again",)),
    Row("N4", "webhook to a private address", "0 connections, checked when connecting",
        (f"{HOOK}::test_no_spelling_of_a_private_address_is_connected_to",
         f"{HOOK}::test_a_name_that_turns_private_between_two_look_ups_is_not_connected_to",
         f"{HOOK}::test_private_addresses_are_refused")),
    Row("K1", "malformed folder while serving", "the last good text serves, each fault is named",
        ("tests/knowledge/test_reload.py", "tests/knowledge/test_folder.py",
         "tests/knowledge/test_fuzz.py")),
    Row("K2", "markup in the folder", "0 tags, attributes or schemes of its own",
        ("tests/knowledge/test_rendering.py",)),
    Row("K3, K4", "change and withdrawal while serving", "whole versions only; withheld in 2 s",
        ("tests/web/test_library.py",)),
    Row("I1", "10 MB, endless and lying bodies", "413 in 1 s, memory +5 MB at most",
        (f"{CLIENTS}::test_a_body_of_ten_megabytes_is_refused_with_help_and_costs_no_memory",
         f"{CLIENTS}::test_endless_and_lying_bodies_are_cut_off_and_others_are_served")),
    Row("I2", "500 dripping clients", "others' p95 under 500 ms; drips cut off in 30 s",
        (f"{CLIENTS}::test_five_hundred_dripping_clients_for_a_minute",
         f"{CLIENTS}::test_a_request_that_drips_is_cut_off_in_time")),
    Row("I3", "strange Unicode", "0 errors, shown as text, danger seen all the same",
        (f"{TEXT}::test_strange_text_is_never_an_error_and_is_shown_as_text",
         f"{TEXT}::test_danger_is_seen_through")),
    Row("I4", "markup in a hand-off", "text and nothing else, for staff and in mails",
        ("tests/web/staff/test_item.py::test_whatever_is_written_is_text_and_nothing_else",
         f"{WORKER}::test_staff_hear_by_mail_and_webhook_and_read_none_of_the_visitors_words")),
    Row("I5", "headers in addresses", "0 headers or receivers added",
        (f"{MAIL}::test_no_address_adds_a_header_or_a_receiver",
         f"{MAIL}::test_whatever_is_written_as_address_gives_one_receiver_or_is_refused")),
    Row("I7", "query syntax, very many words", "0 errors, 200 ms at most",
        (f"{TEXT}::test_query_syntax_means_nothing_and_takes_no_time",)),
    Row("I8", "messages of 4,000 characters made to be slow",
        "detector at most 50 ms; its p99 of 5 ms is missed",
        (f"{TEXT}::test_five_thousand_messages_are_not_slow_for_the_detector",)),
    Row("A1, A3, A4", "guessing, planted and old sessions, telling names apart",
        "10 tries, new session at sign-in, same answer and work for all", (AUTH,)),
    Row("A2", "forged addresses", "the limit holds",
        (f"{ACCESS}::test_a_forged_address_never_gets_around_the_limit",
         f"{ACCESS}::test_behind_a_proxy_only_its_own_word_counts")),
    Row("A5", "other sites", "403, nothing readable, nothing framed",
        (f"{ACCESS}::test_no_other_site_can_make_a_browser_do_anything",
         f"{ACCESS}::test_no_other_site_may_read_or_frame_anything")),
    Row("A6", "foreign paths and methods", "401, 403, 404 or 405",
        (f"{ACCESS}::test_what_is_not_for_everybody_is_refused",
         f"{ACCESS}::test_methods_that_nothing_takes_are_refused")),
    Row("A7", "headers", "Observatory 100 or more everywhere",
        ("tests/web/test_headers.py",)),
    Row("P1", "18 kinds of identifiers", "0 in logs, metrics, addresses, mails, notes",
        ("tests/faults/test_privacy.py",)),
    Row("P2", "retention", "gone from the file itself",
        (f"{HANDOFFS}::test_erased_and_purged_words_are_gone_from_the_file_itself",
         "tests/storage/test_exchanges.py::test_notes_are_kept_for_the_retention_only")),
    Row("P3", "audit trail", "one edited or removed row is found",
        ("tests/storage/test_audit.py",)),
    Row("P4", "backup under load", "restores whole, with all acknowledged before, in 60 s",
        ("tests/faults/test_backup.py", BACKUP)),
    Row("C1", "danger under every fault × every request", "the help of a sound site, p99 300 ms",
        (f"{CRISIS}::test_ten_messages_get_the_same_help_under",
         f"{CRISIS}::test_a_detector_that_fails_shows_help_to_everybody")),
    Row("C2", "server gone, no scripts", "numbers are in the page and in the button",
        (f"{CRISIS}::test_numbers_to_call_are_in_the_page_itself",
         f"{LOADER}::test_a_frame_that_does_not_answer_gives_way_to_numbers_and_a_link")),
    Row("C3", "danger after the limit", "100 of 100 answered with help",
        (f"{CRISIS}::test_danger_is_answered_after_a_thousand_questions",)),
    Row("L2", "stop under load", "exit in 5 s (+2 for this machine), 0 acknowledged lost",
        (f"{CLIENTS}::test_twenty_stops_under_load_lose_nothing",
         f"{CLIENTS}::test_a_question_under_way_is_answered_before_the_stop")),
    Row("L3", "clocks that jump, zones, 2038", "UTC kept, nothing lost or sent twice",
        ("tests/faults/test_clock.py",
         f"{WORKER}::test_a_clock_that_jumps_by_a_day_delays_nothing_and_loses_nothing")),
)  # fmt: skip


def upper_bound(failures: int, n: int) -> float:
    """The largest failure rate with which so few failures in `n` still happen in 5% of runs
    (Clopper and Pearson 1934, one-sided)."""
    if n == 0 or failures >= n:
        return 1.0
    low, high = failures / n, 1.0
    for _ in range(60):
        rate = (low + high) / 2
        term = likely = (1 - rate) ** n
        for k in range(failures):
            term *= (n - k) / (k + 1) * rate / (1 - rate)
            likely += term
        low, high = (rate, high) if likely > 0.05 else (low, rate)
    return high


def named(nodeid: str) -> Iterator[Row]:
    """The rows a test belongs to."""
    plain = nodeid.split("[", 1)[0]
    for row in PLAN:
        if any(plain == test or plain.startswith(f"{test}::") for test in row.tests):
            yield row


class Results:
    """Counts what the tests report, and writes the page at the end."""

    def __init__(self) -> None:
        self.n: dict[str, int] = defaultdict(int)
        self.failed: dict[str, int] = defaultdict(int)
        self.skipped: dict[str, int] = defaultdict(int)
        self.measured: dict[str, list[str]] = defaultdict(list)
        self.seeds: dict[str, set[str]] = defaultdict(set)

    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        items[:] = [item for item in items if any(named(item.nodeid))]

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        said = dict(report.user_properties)
        for row in named(report.nodeid):
            self.failed[row.id] += report.failed
            self.skipped[row.id] += report.skipped
            if report.when == "call" and not report.skipped:
                self.n[row.id] += int(str(said.get("n") or row.n or 1))
                if said.get("measured"):
                    self.measured[row.id].append(str(said["measured"]))
                if said.get("seed"):
                    self.seeds[row.id].add(str(said["seed"]))

    def pytest_sessionfinish(self, session: pytest.Session) -> None:
        if not hasattr(session.config, "workerinput") and not session.config.option.collectonly:
            PAGE.write_text("\n".join(self.page()) + "\n", "utf-8")
            print("\n".join(self.page()))

    def page(self) -> Iterator[str]:
        yield "# What was broken on purpose\n"
        yield "Written by `make test-faults`; do not edit. Every row is a fault, what must hold"
        yield "under it, how often it was tried in this run (n) and how often it failed. The bound"
        yield "is what the failure rate is below with 95% confidence, were the tries independent.\n"
        yield f"Python {platform.python_version()}, {platform.system()} {platform.machine()}.\n"
        yield "| | fault | must hold | n | failed | bound | measured | seed |"
        yield "|---|---|---|---:|---:|---:|---|---|"
        for row in PLAN:
            n, failed = self.n[row.id], self.failed[row.id]
            bound = f"{100 * upper_bound(failed, n):.2g}%" if n else "not run"
            measured = "; ".join(self.measured[row.id][-3:])
            seed = ", ".join(sorted(self.seeds[row.id]))
            cells = (row.id, row.fault, row.holds, str(n), str(failed), bound, measured, seed)
            yield f"| {' | '.join(cells)} |"
        yield "\nLoad and long runs (D7, L1) are measured apart: [scaling.md](scaling.md). There is"
        yield "no CSV export, so nothing to inject into one (I6).\n"
        yield "What waitress refuses before the application sees it, so without numbers to call:"
        yield "a header block over 256 KB, a body over 16 MB, a request line it cannot read, a"
        yield "`Content-Length` that is no number. A request that is not whole 15 s after its first"
        yield "byte is cut off within 5 s more."


def pytest_configure(config: pytest.Config) -> None:
    """Count in this run."""
    config.pluginmanager.register(Results())
