// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0
//
// `Choose` and `Random`: the program's own nondeterminism. Every draw goes to
// the scheduler and is recorded, so a run repeats, shrinks towards zeros, and
// can be searched through.

#ifndef ORRERY_SIM_RANDOM_H_
#define ORRERY_SIM_RANDOM_H_

#include <cstdint>
#include <utility>

#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "absl/types/span.h"
#include "orrery/base/check.h"
#include "orrery/base/choice.h"
#include "orrery/base/sim_time.h"
#include "orrery/sim/simulation.h"

namespace orrery {

// Returns one of 0, 1, ..., n-1: whichever the scheduler chooses. 0 should be
// the simplest. `n` is at least 1; with 1 nothing is asked. `site` is a label
// that says what is being chosen.
inline uint64_t Choose(uint64_t n, absl::string_view site) {
  ORRERY_CHECK(n >= 1, "Choose() needs at least one alternative");
  if (n == 1) return 0;
  Simulation& simulation = Simulation::Current("Choose");
  return simulation.Draw(ChoiceKind::kData, n, simulation.KeepLabel(site));
}

// Random numbers of the program. It has no state of its own: copies are free,
// and two of them draw from one stream.
class Random {
 public:
  // `site` is a label that says what the numbers are for. It must outlive the
  // run, as literals do.
  explicit Random(absl::string_view site = "random") : site_(site) {}

  // Returns a uniform integer in [0, n). `n` is at least 1.
  uint64_t Below(uint64_t n) const {
    ORRERY_CHECK(n >= 1, "Random::Below() needs a range that is not empty");
    return Simulation::Current("Random").Draw(ChoiceKind::kRandom, n, site_);
  }

  // Returns a uniform integer in [low, high], at most 2^64 - 1 numbers.
  int64_t Between(int64_t low, int64_t high) const {
    ORRERY_CHECK(low <= high, "Random::Between(): low is above high");
    const uint64_t n =
        static_cast<uint64_t>(high) - static_cast<uint64_t>(low) + 1;
    ORRERY_CHECK(n != 0, "Random::Between(): the range is too wide");
    return static_cast<int64_t>(static_cast<uint64_t>(low) + Below(n));
  }

  // Returns a uniform duration in [low, high], in whole nanoseconds.
  absl::Duration Between(absl::Duration low, absl::Duration high) const {
    return absl::Nanoseconds(
        Between(ToNanoseconds(low), absl::ToInt64Nanoseconds(high)));
  }

  // Returns true once in `n` times on average. `n` is at least 1.
  bool OneIn(uint64_t n) const { return Below(n) + 1 == n; }

  // Puts `items` into a random order (Fisher, Yates: "Statistical tables",
  // 1938; Durstenfeld's form, 1964). All zeros leave them as they are.
  template <typename T>
  void Shuffle(absl::Span<T> items) const {
    for (size_t i = 0; i + 1 < items.size(); ++i) {
      using std::swap;
      const size_t other = i + Below(items.size() - i);
      if (other != i) swap(items[i], items[other]);
    }
  }

 private:
  absl::string_view site_;
};

// Marks the choices that the current task makes while it lives as belonging
// together: an operation, a message, an item of work. A shrinker drops such a
// group as a whole.
class ChoiceSpan {
 public:
  explicit ChoiceSpan(absl::string_view label)
      : simulation_(Simulation::Current("ChoiceSpan")),
        parent_(simulation_.CurrentSpan()),
        span_(simulation_.BeginSpan(label)) {}
  ChoiceSpan(const ChoiceSpan&) = delete;
  ChoiceSpan& operator=(const ChoiceSpan&) = delete;
  ~ChoiceSpan() { simulation_.EndSpan(span_, parent_); }

 private:
  Simulation& simulation_;
  SpanId parent_;
  SpanId span_;
};

}  // namespace orrery

#endif  // ORRERY_SIM_RANDOM_H_
