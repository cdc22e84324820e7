// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0
//
// `PortfolioScheduler`: several policies that take turns, a run each. No policy
// is the best one for all programs, and some find nothing where others need a
// few runs.
//
// Guarantee: with m members, a bug is found in about m times as many runs as
// the best of them needs, and never in none because the wrong one was chosen.
// Deligiannis, Senthilnathan, Nayyar, Lovett and Lal, "Industrial-strength
// controlled concurrency testing for C# programs with Coyote" (TACAS 2023) use
// a portfolio for the same reason.
//
// The turn follows from `RunInfo::index`, so the seed alone does not name a
// run: `SpecOfRun` and the seed do.
//
// Cost: that of the member, and a virtual call.

#ifndef ORRERY_SCHEDULER_PORTFOLIO_SCHEDULER_H_
#define ORRERY_SCHEDULER_PORTFOLIO_SCHEDULER_H_

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "orrery/base/prng.h"
#include "orrery/scheduler/draw_streams.h"
#include "orrery/scheduler/scheduler.h"

namespace orrery {

class PortfolioScheduler final : public Scheduler {
 public:
  // `members` is not empty. None of them searches or follows a record: their
  // runs would depend on how many there were before. `spec` is what `Spec`
  // returns.
  PortfolioScheduler(std::vector<std::unique_ptr<Scheduler>> members,
                     std::string spec);

  // Whether `policy` can be a member.
  static bool Admits(const Scheduler& policy);

  std::string Spec() const override { return spec_; }
  // The member's; of the profile run "random", which it is.
  std::string SpecOfRun() const override;
  // Asks for steps if any member does.
  SchedulerTraits traits() const override { return traits_; }

  void BeginRun(const RunInfo& run) override;
  size_t PickNext(const ChoicePoint& where, Candidates ready) override;
  uint64_t Draw(const ChoicePoint& where) override;
  void OnStep(const StepInfo& step) override;
  NextRun EndRun(const RunSummary& run) override;

  // One profile run serves all members that need one.
  bool NeedsProfile() const override;
  std::string SaveState() const override;
  bool RestoreState(absl::string_view state) override;

  size_t size() const { return members_.size(); }

 private:
  struct Member {
    std::unique_ptr<Scheduler> policy;
    bool observes_steps = false;
    bool learns = false;  // from the profile run that is going on
  };

  std::vector<Member> members_;
  const std::string spec_;
  SchedulerTraits traits_;

  // Of the run.
  bool profiling_ = false;
  size_t turn_ = 0;
  // Of the profile run, which is nobody's.
  Prng random_{0};
  DrawStreams streams_;
};

}  // namespace orrery

#endif  // ORRERY_SCHEDULER_PORTFOLIO_SCHEDULER_H_
