# Copyright 2026 The Orrery Authors
# SPDX-License-Identifier: Apache-2.0
"""Commands for gdb that show a simulated run.

    (gdb) source tools/gdb/orrery.py

They call functions of the program that is debugged, which is built with any
compiler, optimized or not, and needs no debug information (sim/debugger.h). They
work in a process that has stopped within a run; not on a core dump, for no function
can be called in that: the trace beside it says what the tasks were up to.

    orrery-where          the event, the simulated time, the step, and who acts
    orrery-tasks          every task that is not over: what it waits for, and where
    orrery-bt [TASK]      its asynchronous stack; TASK is client#7 or 7, and the task
                          that runs if it is left out
    orrery-next [COUNT]   goes on to the next event, or to the COUNT-th one from here
    orrery-goto EVENT     goes to the event with this number: on to one that comes
                          later; to an earlier one by making the run once more
"""

import re

import gdb

_NO_EVENT = (1 << 64) - 1
_FLAG = re.compile(r"\s*(?<!\S)--?orrery_break(?:=\S*|\s+\S+)")


class _Problem(gdb.GdbError):
    """What is told to the user, without a stack trace."""


def _function(result, parameters, name):
    """Returns the C function `name` of the program as something to be called."""
    try:
        return gdb.parse_and_eval(f"*({result} (*)({parameters})) &{name}")
    except gdb.error as problem:
        raise _Problem(
            f"the program has no {name}: it is no simulated test, and not linked with "
            f"//testing:run_stops or //sim:debugger ({problem})") from problem


def _call(result, parameters, name, *arguments):
    """Calls a C function of the program."""
    thread = gdb.selected_thread()
    if thread is None or not thread.is_valid():
        raise _Problem("nothing runs; start the program, with `run` for one")
    function = _function(result, parameters, name)
    # Other threads stand still, and a signal in the call leaves the stack as it was.
    with _Setting("scheduler-locking", "on"), _Setting("unwindonsignal", "on"):
        try:
            return function(*arguments)
        except gdb.error as problem:
            raise _Problem(f"{name} cannot be called here: {problem}") from problem


class _Setting:
    """A setting of gdb's, for a while."""

    def __init__(self, name, value):
        self._name = name
        self._value = value
        self._before = None

    def __enter__(self):
        before = gdb.parameter(self._name)
        self._before = {True: "on", False: "off", None: "auto"}.get(before, before)
        gdb.execute(f"set {self._name} {self._value}", to_string=True)

    def __exit__(self, *_):
        gdb.execute(f"set {self._name} {self._before}", to_string=True)


def _show(text):
    gdb.write(text.string(errors="replace"))


def _where():
    _show(_call("const char*", "void", "orrery_debug_where"))


def _event():
    """Returns the number of the current event; None if they are not counted."""
    event = int(_call("unsigned long long", "void", "orrery_debug_event"))
    return None if event == _NO_EVENT else event


def _is_stopped_in_a_run():
    thread = gdb.selected_thread()
    if thread is None or not thread.is_valid():
        return False
    where = _call("const char*", "void", "orrery_debug_where").string(errors="replace")
    return not where.startswith("this thread is in no simulation")


def _number(text, what):
    try:
        number = int(text)
    except ValueError:
        number = -1
    if number < 0:
        raise _Problem(f"expected {what}, and not \"{text}\"")
    return number


def _set_breakpoint():
    """Sees to it that the program stops where it says that it does."""
    for breakpoint_ in gdb.breakpoints() or ():
        if breakpoint_.is_valid() and breakpoint_.location == "orrery_break_here":
            breakpoint_.enabled = True
            return
    with _Setting("breakpoint pending", "on"):
        gdb.Breakpoint("orrery_break_here")


class _Command(gdb.Command):
    """A command whose help is the first lines of its class."""

    def __init__(self, name, category=gdb.COMMAND_STACK):
        super().__init__(name, category, gdb.COMPLETE_NONE)


class _Where(_Command):
    """The event that has just happened, the simulated time, the step, and who acts."""

    def invoke(self, argument, _from_tty):
        _where()


class _Tasks(_Command):
    """Every task that is not over: what it waits for, and its innermost co_await."""

    def invoke(self, argument, _from_tty):
        _show(_call("const char*", "void", "orrery_debug_tasks"))


class _Backtrace(_Command):
    """orrery-bt [TASK]: the asynchronous stack of a task, the innermost frame first.

    TASK is its name, client#7, or its number; without it, the task that runs is
    shown. Then follow those that wait for its end."""

    def invoke(self, argument, _from_tty):
        text = argument.strip()
        if text:
            task = _number(text.rsplit("#", 1)[-1], "a task, client#7 or 7")
        else:
            tasks = _call("const char*", "void", "orrery_debug_tasks").string(
                errors="replace")
            running = re.search(r"^\* \S*#(\d+)", tasks, re.MULTILINE)
            if not running:
                raise _Problem("no task runs; name one of those in orrery-tasks")
            task = int(running.group(1))
        _show(_call("const char*", "unsigned int", "orrery_debug_backtrace", task))


class _Next(_Command):
    """orrery-next [COUNT]: goes on to the next event, or to the COUNT-th from here."""

    def invoke(self, argument, _from_tty):
        count = _number(argument.strip() or "1", "a number of events")
        if count == 0:
            _where()
            return
        event = _event()
        if event is None:
            raise _Problem(_NOT_COUNTED)
        _go_on_to(event + count)


class _Goto(_Command):
    """orrery-goto EVENT: goes to the event with this number, as `orrery print` shows it.

    To one that comes later the run goes on. To one that was before, and where nothing
    runs, the program is started anew with ORRERY_BREAK=event:EVENT and its arguments
    as they are, but for a --orrery_break among them. So it is the same run if the
    arguments name it: by --orrery_replay or --orrery_seed."""

    def invoke(self, argument, _from_tty):
        target = _number(argument.strip(), "the number of an event")
        event = _event() if _is_stopped_in_a_run() else None
        if event == target:
            _where()
        elif event is not None and event < target:
            _go_on_to(target)
        else:
            _start_anew(target)


_NOT_COUNTED = (
    "the events of this run are not counted, since no stop was asked for; orrery-goto N "
    "starts it anew and stops at event N")


def _go_on_to(target):
    if not int(_call("int", "unsigned long long", "orrery_debug_stop_at", target)):
        raise _Problem(_NOT_COUNTED)
    _set_breakpoint()
    gdb.execute("continue")
    _tell_arrival(target)


def _start_anew(target):
    _set_breakpoint()
    # What gdb.parameter("args") returns is not what `--args` has set.
    shown = gdb.execute("show args", to_string=True)
    arguments = re.search(r'is "(.*)"\.\s*$', shown, re.DOTALL)
    if arguments:
        rest = _FLAG.sub("", arguments.group(1)).strip()
        gdb.execute(f"set args {rest}", to_string=True)
    gdb.execute(f"set environment ORRERY_BREAK event:{target}")
    with _Setting("confirm", "off"):
        gdb.execute("run")
    _tell_arrival(target)


def _tell_arrival(target):
    if not _is_stopped_in_a_run():
        gdb.write(f"the run has no event #{target}\n")
        return
    _where()


_Where("orrery-where")
_Tasks("orrery-tasks")
_Backtrace("orrery-bt")
_Next("orrery-next", gdb.COMMAND_RUNNING)
_Goto("orrery-goto", gdb.COMMAND_RUNNING)
