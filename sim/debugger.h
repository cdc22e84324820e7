// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0
//
// What a debugger calls in a program that it has stopped: functions of C that
// return text, so that no debug information is needed. tools/gdb/orrery.py
// makes commands of them.
//
// They look at the simulation that the stopped thread is in, and change nothing
// in it. The text lives until the next call. A program has them if it is linked
// with //testing:run_stops, as every simulated test is, or calls
// `LinkDebugger`.

#ifndef ORRERY_SIM_DEBUGGER_H_
#define ORRERY_SIM_DEBUGGER_H_

#include <cstdint>
#include <string>

extern "C" {

// Is called where a run is to stop; a debugger sets a breakpoint on it. Does
// nothing.
void orrery_break_here();

// Returns the number of the event, the simulated time, the step, and who acts.
const char* orrery_debug_where();

// Returns a line for each task that is not over, in the order of creation: its
// name, what it waits for, and the place of its innermost `co_await`. A "*"
// marks the one that runs.
const char* orrery_debug_tasks();

// Returns the asynchronous stack of the task with this number, a line a frame,
// the innermost one first; then where it was spawned, and the stacks of those
// that wait for its end. Of the task that runs, the innermost place is the
// `co_await` that it came past last.
const char* orrery_debug_backtrace(uint32_t task);

// Returns the number of the latest event of the run, or ~0 if nobody counts
// them: nobody asked for a stop.
uint64_t orrery_debug_event();

// Has the run stop at the event with this number, in place of the one that was
// asked for in the same way before. Returns 0 if nobody counts events, or if
// that one has been already.
int orrery_debug_stop_at(uint64_t event);

}  // extern "C"

namespace orrery {

// Who counts the events of a run and can stop it; one a thread.
class DebuggedRun {
 public:
  virtual ~DebuggedRun() = default;
  // The number of the latest event; ~0 before the first one.
  virtual uint64_t event() const = 0;
  // Returns that event in words: "#12 1.000s client#7 sleeps until 2.000s".
  virtual std::string Describe() const = 0;
  virtual void StopAt(uint64_t event) = 0;
};

// Says who that is on this thread, or, with null, that there is nobody any
// more. Returns who it was before.
DebuggedRun* SetDebuggedRun(DebuggedRun* run);

// Makes sure that the linker keeps the functions above.
void LinkDebugger();

}  // namespace orrery

#endif  // ORRERY_SIM_DEBUGGER_H_
