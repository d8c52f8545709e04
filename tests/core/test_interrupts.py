"""Signals that end a program, signals that wait, and signals that are none of our business."""

from __future__ import annotations

import os
import signal
import threading
import time

import pytest

from geoinv.core import interrupts
from geoinv.core.interrupts import interrupts_held, stopped_by_signals

KINDS = [signal.SIGINT, signal.SIGTERM, signal.SIGHUP]


def send(number: int) -> None:
    os.kill(os.getpid(), number)
    time.sleep(0.01)  # the handler runs between two instructions of the main thread


@pytest.fixture(autouse=True)
def usual_handlers():
    """Those of a program that has just started; what a test leaves behind would kill the others."""
    before = {number: signal.getsignal(number) for number in KINDS}
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_DFL)
    signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    for number, handler in before.items():
        signal.signal(number, handler)


@pytest.mark.parametrize("number", KINDS)
def test_a_signal_ends_the_block_as_ctrl_c_does(number):
    with pytest.raises(KeyboardInterrupt), stopped_by_signals():
        send(number)
    assert signal.getsignal(signal.SIGTERM) is signal.SIG_DFL
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler


def test_a_second_signal_soon_after_the_first_changes_nothing(monkeypatch):
    saved = []
    with stopped_by_signals():
        try:
            send(signal.SIGINT)
        except KeyboardInterrupt:
            for number in KINDS:
                send(number)
            saved.append("model")
        monkeypatch.setattr(interrupts, "ENDING", 0.0)
        with pytest.raises(KeyboardInterrupt):
            send(signal.SIGINT)
    assert saved == ["model"]


@pytest.mark.parametrize("number", KINDS)
def test_a_signal_that_is_ignored_stays_so(number):
    # nohup ignores SIGHUP, a shell ignores SIGINT for what it starts in the background
    signal.signal(number, signal.SIG_IGN)
    with stopped_by_signals():
        send(number)
    assert signal.getsignal(number) is signal.SIG_IGN


def test_the_handler_of_another_program_is_left_in_place():
    came = []
    signal.signal(signal.SIGINT, lambda number, frame: came.append(number))
    with stopped_by_signals():
        send(signal.SIGINT)
    assert came == [signal.SIGINT]


def test_what_is_held_does_not_interrupt_then_nor_later():
    done = []
    with stopped_by_signals():
        with interrupts_held() as held:
            for number in KINDS:
                send(number)
            done.append("written")
        assert held.came
        assert held.count == len(KINDS)
        done.append("said")
        with pytest.raises(KeyboardInterrupt):
            send(signal.SIGTERM)
    assert done == ["written", "said"]


def test_what_is_held_in_a_library_call_keeps_ctrl_c_only():
    with interrupts_held() as held:
        send(signal.SIGINT)
        assert signal.getsignal(signal.SIGTERM) is signal.SIG_DFL
    assert held.count == 1
    with pytest.raises(KeyboardInterrupt):
        send(signal.SIGINT)


def test_who_insists_interrupts_what_is_held(monkeypatch):
    monkeypatch.setattr(interrupts, "PATIENCE", 0.0)
    with interrupts_held() as held:
        send(signal.SIGINT)
        send(signal.SIGINT)
        with pytest.raises(KeyboardInterrupt):
            send(signal.SIGINT)
    assert held.count == 3


def test_other_threads_change_no_handler():
    seen = []

    def work():
        with stopped_by_signals(), interrupts_held() as held:
            seen.append((signal.getsignal(signal.SIGTERM), held.came))

    thread = threading.Thread(target=work)
    thread.start()
    thread.join()
    assert seen == [(signal.SIG_DFL, False)]
