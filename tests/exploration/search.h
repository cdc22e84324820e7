// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0
//
// `Search`: runs a program on the engine as often as a policy that searches
// asks for, in this process.

#ifndef ORRERY_TESTS_EXPLORATION_SEARCH_H_
#define ORRERY_TESTS_EXPLORATION_SEARCH_H_

#include <cstdint>
#include <functional>
#include <map>
#include <string>

#include "orrery/scheduler/scheduler.h"
#include "orrery/sim/task.h"

namespace orrery {

struct Searched {
  uint64_t runs = 0;
  // What the runs came to: what the program has left in `*Observed()`, and how
  // it ended if it did not return; and how often.
  std::map<std::string, uint64_t> outcomes;
  // What the policy said last: kAgain if `max_runs` was not enough.
  NextRun end = NextRun::kAgain;
};

// A program may write here what a run of it came to. Empty when a run begins.
std::string* Observed();

struct SearchOptions {
  uint64_t max_runs = 100'000;
  // Unless 0, the policy is told another order than first in, first out, in
  // which each entity has its place for good: so it starts from another
  // schedule, and comes to the others another way.
  uint64_t order = 0;
  // Asked at the end of each run; true if the run does not count.
  std::function<bool()> ignored = {};
};

// Runs `main` under `scheduler`.
Searched Search(Scheduler& scheduler, const std::function<Task<>()>& main,
                const SearchOptions& options = {});

}  // namespace orrery

#endif  // ORRERY_TESTS_EXPLORATION_SEARCH_H_
