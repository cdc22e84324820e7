// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0
//
// `MeasureFirstBug`: after how many schedules a policy finds a bug.

#ifndef ORRERY_TESTS_CORPUS_FIRST_BUG_H_
#define ORRERY_TESTS_CORPUS_FIRST_BUG_H_

#include <cstdint>
#include <vector>

#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "orrery/base/seed.h"
#include "orrery/sim/task.h"
#include "orrery/tests/corpus/corpus.h"

namespace orrery::corpus {

struct FirstBugOptions {
  // Independent ones: each with a policy that has learned nothing yet.
  uint64_t campaigns = 20;
  // A campaign gives up after so many schedules.
  uint64_t cap = 10'000;
  // Campaign number i, from 0, has the seed `seed` + i.
  Seed seed = Seed(1);
};

struct FirstBug {
  uint64_t campaigns = 0;
  uint64_t cap = 0;
  // Of each campaign that has found the bug, the number of the schedule that
  // showed it, from 1. The schedule that a policy learns from counts.
  std::vector<uint64_t> schedules;
  // Together.
  uint64_t runs = 0;
  uint64_t steps = 0;
  absl::Duration real_time;

  bool FoundByAll() const { return schedules.size() == campaigns; }
  // Returns the mean over all campaigns. One that has not found the bug counts
  // with `cap`, so that this is no more than a lower bound unless all have: the
  // mean restricted to `cap`, as Kaplan and Meier estimate it where nobody
  // gives up before ("Nonparametric estimation from incomplete observations",
  // 1958).
  double Mean() const;
  // Returns the standard deviation of what all campaigns took. Only if all have
  // found the bug, and there are at least two.
  double Deviation() const;
};

// Runs campaigns of the buggy version of `program` under the policy `spec`, as
// a user's campaign runs them: in this process, with the choices recorded. A
// systematic policy does not depend on a seed: it has one campaign.
//
// Stops the process if there is no such policy, or if the program fails in
// another way than the one it is known for.
FirstBug MeasureFirstBug(const Program& program, absl::string_view spec,
                         const FirstBugOptions& options = {});

// Returns how many of `runs` schedules of `main` fail under the policy.
uint64_t CountFailures(Task<> (*main)(), absl::string_view spec, uint64_t runs,
                       Seed seed = Seed(1));

}  // namespace orrery::corpus

#endif  // ORRERY_TESTS_CORPUS_FIRST_BUG_H_
