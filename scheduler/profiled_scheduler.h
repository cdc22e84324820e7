// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0
//
// `ProfiledScheduler`: what the policies have in common that learn from one run
// of the program: that run itself, a random walk, and keeping what was learned.

#ifndef ORRERY_SCHEDULER_PROFILED_SCHEDULER_H_
#define ORRERY_SCHEDULER_PROFILED_SCHEDULER_H_

#include <cstddef>
#include <cstdint>
#include <string>

#include "absl/strings/string_view.h"
#include "orrery/base/prng.h"
#include "orrery/scheduler/draw_streams.h"
#include "orrery/scheduler/run_profile.h"
#include "orrery/scheduler/scheduler.h"

namespace orrery {

// A policy derives from it and implements `Learn`, `StartRun` and `Pick`. What
// is not known when a run begins must be estimated.
class ProfiledScheduler : public Scheduler {
 public:
  // True until the profile run, unless the policy needs none.
  bool NeedsProfile() const final { return learns_ && !learned_; }

  void BeginRun(const RunInfo& run) final;
  size_t PickNext(const ChoicePoint& where, Candidates ready) final;
  uint64_t Draw(const ChoicePoint& where) final {
    return streams_.Below(where.node, where.kind, where.n, where.site);
  }
  void OnStep(const StepInfo& step) final;
  NextRun EndRun(const RunSummary& run) final;

  std::string SaveState() const final;
  bool RestoreState(absl::string_view state) final;

 protected:
  // What the policy learns. If anything, its traits ask for steps.
  enum class Learns : uint8_t {
    kNothing,
    kCounts,  // only `RunProfile::steps`
    kAll,
  };
  explicit ProfiledScheduler(Learns learns)
      : learns_(learns != Learns::kNothing),
        recorder_(/*counts_only=*/learns != Learns::kAll) {}

  // Takes over what the profile run has shown, in place of what was known
  // before. An empty profile has shown nothing. Not called during a run.
  virtual void Learn(const RunProfile& profile) = 0;
  // Begins a run that is not the profile run.
  virtual void StartRun() = 0;
  // As `PickNext`, which is told of all choices but those of the profile run.
  virtual size_t Pick(Candidates ready) = 0;
  // As `OnStep`, likewise.
  virtual void Observe(const StepInfo& step) { static_cast<void>(step); }

  // The policy's own random numbers, from the seed of the run. What the program
  // draws comes from others.
  Prng& prng() { return random_; }

 private:
  const bool learns_;
  bool learned_ = false;
  bool profiling_ = false;
  Prng random_{0};
  DrawStreams streams_;
  ProfileRecorder recorder_;
  RunProfile profile_;  // what was learned
};

}  // namespace orrery

#endif  // ORRERY_SCHEDULER_PROFILED_SCHEDULER_H_
