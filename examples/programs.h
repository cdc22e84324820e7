// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0
//
// The four programs of the tutorial, which are those by which asyncio is
// usually taught, and a ticker that shows who may run meanwhile.

#ifndef ORRERY_EXAMPLES_PROGRAMS_H_
#define ORRERY_EXAMPLES_PROGRAMS_H_

#include <string>
#include <vector>

#include "absl/time/time.h"
#include "orrery/sim/task.h"

namespace orrery {

// Logs `message` after `delay`.
Task<> SayAfter(absl::Duration delay, std::string message);

// Two awaits in sequence: 1 s and then 2 s are 3 s.
Task<> Sequential();
// The same two as tasks: the longer one counts, 2 s.
Task<> Concurrent();
// The trap: a task that is awaited as soon as it is spawned runs alone. 3 s.
Task<> Trap();
// A blocking sleep stops the whole loop, tasks or no tasks. 3 s, and a ticker
// that wants to tick every half second gets no turn before they are over.
Task<> Synchronous();
// The concurrent program with the same ticker, which is on time.
Task<> ConcurrentWithTicker();

struct TutorialProgram {
  std::string name;
  std::string summary;
  Task<> (*main)();
};

// All of them, in the order in which they are taught.
std::vector<TutorialProgram> TutorialPrograms();

}  // namespace orrery

#endif  // ORRERY_EXAMPLES_PROGRAMS_H_
