// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0
//
// Running a model program under a policy again and again, as a campaign does.

#ifndef ORRERY_SCHEDULER_MODEL_CAMPAIGN_H_
#define ORRERY_SCHEDULER_MODEL_CAMPAIGN_H_

#include <cstdint>
#include <functional>
#include <map>

#include "orrery/base/seed.h"
#include "orrery/scheduler/model_program.h"
#include "orrery/scheduler/scheduler.h"

namespace orrery {

// Gives the policy its profile run, if it wants one.
inline void Profile(Scheduler& scheduler, ModelRunner& runner) {
  if (!scheduler.NeedsProfile()) return;
  runner.Run(scheduler, {.seed = Seed(0), .profile = true});
}

// Runs the program `runs` times, with seeds from `first_seed` on, and calls
// `each` after each of them.
inline void RunMany(Scheduler& scheduler, ModelRunner& runner,
                    uint64_t first_seed, uint64_t runs,
                    const std::function<void(const ModelResult&)>& each) {
  Profile(scheduler, runner);
  for (uint64_t i = 0; i < runs; ++i) {
    each(runner.Run(scheduler, {.seed = Seed(first_seed + i), .index = i}));
  }
}

// Returns how many of `runs` runs met the bug of the program.
inline uint64_t CountBugs(Scheduler& scheduler, const ModelProgram& program,
                          uint64_t runs, uint64_t first_seed = 1) {
  ModelRunner runner(program);
  uint64_t found = 0;
  RunMany(scheduler, runner, first_seed, runs, [&](const ModelResult& result) {
    found += result.failed || result.deadlock ? 1 : 0;
  });
  return found;
}

// Returns the number of the first run, from 1, that meets the bug of the
// program; `limit` + 1 if none of `limit` does.
inline uint64_t RunsToBug(Scheduler& scheduler, const ModelProgram& program,
                          uint64_t first_seed, uint64_t limit) {
  ModelRunner runner(program);
  Profile(scheduler, runner);
  for (uint64_t i = 0; i < limit; ++i) {
    const ModelResult result =
        runner.Run(scheduler, {.seed = Seed(first_seed + i), .index = i});
    if (result.failed || result.deadlock) return i + 1;
  }
  return limit + 1;
}

// Returns the chi-square statistic of the values that the first variable has at
// the end of `runs` runs, against `outcomes` equally likely ones. `seen`, if it
// is not null, is set to how many different ones there were.
inline double ChiSquare(Scheduler& scheduler, ModelRunner& runner,
                        uint64_t runs, uint64_t outcomes,
                        uint64_t* seen = nullptr) {
  std::map<int64_t, uint64_t> counts;
  RunMany(scheduler, runner, 1, runs,
          [&](const ModelResult&) { ++counts[runner.variable(0)]; });
  if (seen != nullptr) *seen = counts.size();
  const double expected =
      static_cast<double>(runs) / static_cast<double>(outcomes);
  double sum = expected * static_cast<double>(outcomes - counts.size());
  for (const auto& [value, count] : counts) {
    const double off = static_cast<double>(count) - expected;
    sum += off * off / expected;
  }
  return sum;
}

}  // namespace orrery

#endif  // ORRERY_SCHEDULER_MODEL_CAMPAIGN_H_
