// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0
//
// Liveness: whether a system gets over what went wrong. While anything may be
// broken, a program can only be asked to keep what it has promised. Healing the
// whole world before asking for more finds too little: what only some machines
// get over, because others stay as broken as they are, never comes up. So, when
// the chaos is over, some machines are chosen, the core, a quorum say; they and
// the links between them are healed; the rest stays as it is, for good, and
// nothing new goes wrong. From there the system has to converge, in so much
// simulated time.
//
//   RandomMishaps chaos = {.heal_at_end = false};
//   co_await nemesis.Run(chaos);
//   LivenessOptions options = {.core_size = 3,
//                              .converged = [&] { return HasLeader(); }};
//   co_await CheckLiveness(world, &network, options);
//
// With g++ 12, `options` must be a variable: docs/compilers.md.

#ifndef ORRERY_SIM_CHAOS_LIVENESS_H_
#define ORRERY_SIM_CHAOS_LIVENESS_H_

#include <cstddef>
#include <functional>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "orrery/base/source_site.h"
#include "orrery/sim/net/network.h"
#include "orrery/sim/node/world.h"
#include "orrery/sim/task.h"

namespace orrery {

// Asks whether a system has converged: a function that returns a bool, or an
// absl::Status whose message says what is missing.
class Convergence {
 public:
  Convergence() = default;
  template <typename F>
    requires(!std::is_same_v<std::decay_t<F>, Convergence>)
  Convergence(F ask)  // NOLINT
      : ask_([ask = std::move(ask)]() -> absl::Status {
          if constexpr (std::is_same_v<std::invoke_result_t<F>, bool>) {
            return ask() ? absl::OkStatus()
                         : absl::UnavailableError("it has not converged");
          } else {
            return ask();
          }
        }) {}

  explicit operator bool() const { return ask_ != nullptr; }
  absl::Status operator()() const { return ask_(); }

 private:
  std::function<absl::Status()> ask_;
};

struct LivenessOptions {
  // Which machines are the core. None: it is drawn, at least `core_size` of
  // those in `among`.
  std::vector<std::string> core = {};
  size_t core_size = 0;                 // 0: a majority
  std::vector<std::string> among = {};  // none: all, but for `always`
  // Who belongs to it besides: clients. What runs on no machine always does.
  std::vector<std::string> always = {};
  // Simulated time, and how much of it passes from one question to the next.
  absl::Duration within = absl::Seconds(30);
  absl::Duration every = absl::Milliseconds(10);
  // Has to be there.
  Convergence converged = {};
  // Asked when the time is over: why the system need not converge from where it
  // is, the last copy of something being lost, say. Empty: it should have.
  std::function<std::string()> excuse = nullptr;
};

struct LivenessReport {
  std::vector<std::string> core;
  absl::Duration took;
  std::string excuse;  // why it has not converged; empty: it has
};

// Ends the chaos and waits until the system has converged.
//
// Every nemesis is stopped, and all faults are frozen: no packet gets lost by
// chance, no disk fails (Faults::Freeze). Of the core, machines that are down
// boot and those that hang go on, clocks run true, and the links among them,
// and from and to what is on no machine, are mended, unclogged and released.
// All else stays: links to other machines that are cut, machines that are down
// or hang, what a clock has gained or lost, and what hangs for good already.
// Faults stay frozen afterwards, too; `Faults::Thaw` ends that.
//
// Null: there is no network.
//
// Errors:
//   kInvalidArgument   there is no machine of a name, or the core would have
//                      more machines than there are; nothing is done
//   kDeadlineExceeded  it has not converged; the message says what the core is,
//                      what is still broken, and what the last answer was
Task<absl::StatusOr<LivenessReport>> TryLiveness(
    World& world, Network* network, const LivenessOptions& options);

// The same, but an error fails the run.
Task<> CheckLiveness(World& world, Network* network,
                     const LivenessOptions& options,
                     SourceSite site = SourceSite::current());

}  // namespace orrery

#endif  // ORRERY_SIM_CHAOS_LIVENESS_H_
