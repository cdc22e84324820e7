// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0
//
// `LatencyLaw`: how long something takes that takes a different time each time.
// All is computed in integers, so that the same choice is the same time on
// every machine; a choice of 0 is always the shortest time.

#ifndef ORRERY_SIM_FAULTS_LATENCY_LAW_H_
#define ORRERY_SIM_FAULTS_LATENCY_LAW_H_

#include <cstdint>

#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "orrery/base/choice.h"
#include "orrery/sim/simulation.h"

namespace orrery {

class LatencyLaw {
 public:
  // Always `exactly`, without a draw.
  LatencyLaw(absl::Duration exactly = absl::ZeroDuration());  // NOLINT

  // Any number of nanoseconds from `least` to `most`, all as likely.
  static LatencyLaw Uniform(absl::Duration least, absl::Duration most);
  // `least` and on top of it an exponentially distributed time of so much on
  // average, but no more than `most` in all.
  static LatencyLaw Exponential(absl::Duration least, absl::Duration average,
                                absl::Duration most);
  // Uniform from `least` to `most`, but once in `one_in` times up to `tail`.
  static LatencyLaw WithTail(absl::Duration least, absl::Duration most,
                             uint32_t one_in, absl::Duration tail);

  // Returns how many nanoseconds it takes this time. `site` is a label for the
  // choice, and must outlive the run, as literals do. As a `kind` of kFault,
  // the draw is from a stream for this label alone.
  int64_t Draw(Simulation& simulation, absl::string_view site,
               ChoiceKind kind = ChoiceKind::kLatency) const {
    if (kind_ == Kind::kConstant) [[likely]]
      return least_;
    return DrawSlow(simulation, site, kind);
  }

  int64_t least() const { return least_; }
  int64_t most() const { return most_; }

 private:
  enum class Kind : uint8_t { kConstant, kUniform, kExponential, kTail };

  int64_t DrawSlow(Simulation& simulation, absl::string_view site,
                   ChoiceKind kind) const;

  Kind kind_ = Kind::kConstant;
  uint32_t one_in_ = 0;
  int64_t least_ = 0;
  int64_t most_ = 0;
  int64_t more_ = 0;  // the average of what is added; how long the tail is
};

// Returns -ln(1 - u / 2^32) * 2^32, rounded down: what turns a uniform number
// into an exponentially distributed one with an average of 2^32. It is off by
// less than one part in 10,000.
uint64_t ExponentialFromUniform(uint32_t u);

}  // namespace orrery

#endif  // ORRERY_SIM_FAULTS_LATENCY_LAW_H_
