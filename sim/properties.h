// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0
//
// `Always`, `Sometimes`, `Reachable`, `Unreachable`, `EventuallyWithin`: what a
// program claims about itself, written where it can be seen to be true. They
// stand in the code under test as well as in tests, and need no GoogleTest.
//
//   void Account::Pay(int64_t cents) {
//     balance_ -= cents;
//     Always(balance_ >= 0, "an account is never overdrawn");
//     Sometimes(balance_ == 0, "an account is emptied");
//   }
//
// `Always` and `Unreachable` fail the run in which they are violated.
// `Sometimes` and `Reachable` are promises about a campaign, that is, about all
// runs of a test: one in which they never came true has not tested what it was
// meant to test, and fails. docs/scaling.md says which test answers for which
// of them.
//
// The first four are macros. They register before `main`, so that one which no
// run comes by is known as well, in every program that they are linked into.
// (One in a template is known where the template is instantiated.) The name is
// a literal and the identity: the same name in two places is one property.
// Outside of a simulation, and while the frames of a run that is over are
// destroyed, they evaluate their condition and do nothing.
//
// Where these names are taken, define ORRERY_PREFIXED_PROPERTIES before this
// header is included and write ORRERY_ALWAYS, ORRERY_SOMETIMES,
// ORRERY_REACHABLE and ORRERY_UNREACHABLE.

#ifndef ORRERY_SIM_PROPERTIES_H_
#define ORRERY_SIM_PROPERTIES_H_

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <utility>

#include "absl/time/time.h"
#include "orrery/base/property.h"
#include "orrery/base/sim_time.h"
#include "orrery/base/source_site.h"
#include "orrery/sim/simulation.h"
#include "orrery/sim/sleep.h"
#include "orrery/sim/task.h"

namespace orrery {
namespace properties_internal {

// Has a member for each place that mentions a property. `Place` is a class of
// that place alone.
template <PropertyKind kKind, typename Place>
struct Registered {
  static const size_t number;
};

template <PropertyKind kKind, typename Place>
const size_t Registered<kKind, Place>::number =
    RegisterProperty(kKind, Place::Name(), Place::File(), Place::Line());

// Counts an evaluation, and fails the run if the property is violated.
void Evaluate(size_t number, bool holds, const SourceSite& site);

// Fails the run: `name` did not come true in `duration`.
void FailEventually(absl::Duration duration, const std::string& name,
                    const SourceSite& site);

}  // namespace properties_internal

// EventuallyWithin()
//
// Awaits that `predicate()` returns true, and fails the run if it has not done
// so when `duration` of simulated time has passed. `name` says what is awaited.
//
//   co_await EventuallyWithin(absl::Seconds(5), [&] { return HasLeader(); },
//                             "a leader is elected");
//
// The predicate is asked at once, then after each hundredth of the duration (at
// least a nanosecond), and for the last time when all of it has passed: at
// times that depend on nothing else, so that a run repeats. So it ought to stay
// true once it is: what is true only between two of these points goes unseen.
// It must not wait, and should change nothing.
//
// With a compiler on which captures with destructors are not safe beside
// `co_await` (docs/compilers.md), capture references.
template <typename Predicate>
Task<> EventuallyWithin(absl::Duration duration, Predicate predicate,
                        std::string name = "",
                        SourceSite site = SourceSite::current()) {
  constexpr int64_t kPolls = 100;
  Simulation& simulation = Simulation::Current("EventuallyWithin");
  const SimTime deadline = After(simulation.now(), ToNanoseconds(duration));
  const absl::Duration pause =
      std::max(duration / kPolls, absl::Nanoseconds(1));
  for (;;) {
    const bool holds = predicate();
    if (holds) co_return;
    if (simulation.now() >= deadline) break;
    const absl::Duration rest =
        absl::Nanoseconds(deadline.ns - simulation.now().ns);
    co_await Sleep(std::min(pause, rest));
  }
  properties_internal::FailEventually(duration, name, site);
  co_await Yield();  // the run ends here
}

}  // namespace orrery

// The number of the property with this name, which is a literal. A lambda, so
// that it is an expression; without captures, so that it may stand beside a
// `co_await`.
#define ORRERY_PROPERTY_(kind, literal)                          \
  [] {                                                           \
    struct Place {                                               \
      static constexpr const char* Name() { return "" literal; } \
      static constexpr const char* File() { return __FILE__; }   \
      static constexpr uint32_t Line() { return __LINE__; }      \
    };                                                           \
    return ::orrery::properties_internal::Registered<            \
        ::orrery::PropertyKind::kind, Place>::number;            \
  }()

#define ORRERY_EVALUATE_PROPERTY_(kind, condition, name)                \
  ::orrery::properties_internal::Evaluate(ORRERY_PROPERTY_(kind, name), \
                                          static_cast<bool>(condition), \
                                          ::orrery::SourceSite::current())

// The run fails where `condition` is false.
#define ORRERY_ALWAYS(condition, name) \
  ORRERY_EVALUATE_PROPERTY_(kAlways, condition, name)

// `condition` is true at least once in a campaign.
#define ORRERY_SOMETIMES(condition, name) \
  ORRERY_EVALUATE_PROPERTY_(kSometimes, condition, name)

// This place is reached at least once in a campaign.
#define ORRERY_REACHABLE(name) ORRERY_EVALUATE_PROPERTY_(kReachable, true, name)

// The run fails where this place is reached.
#define ORRERY_UNREACHABLE(name) \
  ORRERY_EVALUATE_PROPERTY_(kUnreachable, false, name)

#ifndef ORRERY_PREFIXED_PROPERTIES

#define Sometimes(condition, name) ORRERY_SOMETIMES(condition, name)
#define Reachable(name) ORRERY_REACHABLE(name)

// There are functions `Chance::Always()` and, in other libraries,
// `Unreachable()`, which stay what they are.
#define ORRERY_SECOND_(first, second, ...) second
#define Always(...)                                      \
  ORRERY_SECOND_(__VA_OPT__(, ) ORRERY_ALWAYS, Always, ) \
  (__VA_ARGS__)
#define Unreachable(...)                                           \
  ORRERY_SECOND_(__VA_OPT__(, ) ORRERY_UNREACHABLE, Unreachable, ) \
  (__VA_ARGS__)

#endif  // ORRERY_PREFIXED_PROPERTIES

#endif  // ORRERY_SIM_PROPERTIES_H_
