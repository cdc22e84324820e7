// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0
//
// Abseil's clock. Some of its versions ask the system only now and then, and
// count the processor's cycles in between: nobody would see that.

#include <dlfcn.h>
#include <time.h>

#include <atomic>
#include <cstdint>
#include <string>

#include "absl/base/config.h"
#include "absl/base/options.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "orrery/base/sim_time.h"
#include "orrery/testing/allow_escape.h"
#include "orrery/testing/caught_escape.h"

namespace orrery {
namespace {

#define ORRERY_TEXT_OF_(word) #word
#define ORRERY_TEXT_OF(word) ORRERY_TEXT_OF_(word)

// Returns the symbol of a function of Abseil's; `name` is mangled.
std::string SymbolOf(absl::string_view name) {
#if ABSL_OPTION_USE_INLINE_NAMESPACE
  const absl::string_view space =
      ORRERY_TEXT_OF(ABSL_OPTION_INLINE_NAMESPACE_NAME);
  return absl::StrCat("_ZN4absl", space.size(), space, name, "Ev");
#else
  return absl::StrCat("_ZN4absl", name, "Ev");
#endif
}

using Nanoseconds = int64_t();

// Null in a program into which Abseil itself is linked, if ours has taken the
// place of Abseil's own.
Nanoseconds* FindRealClock() {
  static constinit std::atomic<Nanoseconds*> found = nullptr;
  Nanoseconds* function = found.load(std::memory_order_relaxed);
  if (function == nullptr) {
    function = reinterpret_cast<Nanoseconds*>(
        ::dlsym(RTLD_NEXT, SymbolOf("19GetCurrentTimeNanos").c_str()));
    found.store(function, std::memory_order_relaxed);
  }
  return function;
}

int64_t TimeFor(const void* caller) {
  if (IsEscape("absl::Now", nullptr, caller)) {
    return absl::ToUnixNanos(SimEpoch()) + AnswerTime().ns;
  }
  const AllowEscape allow("what Abseil asks the system for an allowed call");
  if (Nanoseconds* real = FindRealClock()) return real();
  timespec time = {};
  ::clock_gettime(CLOCK_REALTIME, &time);
  return int64_t{time.tv_sec} * 1'000'000'000 + time.tv_nsec;
}

}  // namespace
}  // namespace orrery

// Weak: Abseil's own definitions go before these in a program that has them.
namespace absl {
ABSL_NAMESPACE_BEGIN

__attribute__((weak, visibility("default"))) Time Now() {
  return FromUnixNanos(orrery::TimeFor(__builtin_return_address(0)));
}

__attribute__((weak, visibility("default"))) int64_t GetCurrentTimeNanos() {
  return orrery::TimeFor(__builtin_return_address(0));
}

ABSL_NAMESPACE_END
}  // namespace absl
