// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0
//
// What is made different, on purpose, about the process in which a run is
// repeated. A plain second run misses whatever is the same for both by
// accident: the allocator hands out ascending addresses, the user is the same,
// fresh memory is zero.

#ifndef ORRERY_EXPLORER_PERTURBATION_H_
#define ORRERY_EXPLORER_PERTURBATION_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"

namespace orrery {

enum class Perturbation : uint8_t {
  kEnvironment = 0,  // HOME, USER and the like; further variables
  kLocale = 1,       // LANG and LC_ALL
  kTimeZone = 2,     // TZ
  kFolder = 3,       // the working directory
  kContents = 4,     // what is in memory that nobody has written to
  kHeapLayout = 5,   // which of two blocks has the higher address
};
inline constexpr Perturbation kAllPerturbations[] = {
    Perturbation::kEnvironment, Perturbation::kLocale,
    Perturbation::kTimeZone,    Perturbation::kFolder,
    Perturbation::kContents,    Perturbation::kHeapLayout,
};

// A set of them.
class Perturbations {
 public:
  constexpr Perturbations() = default;                              // none
  constexpr Perturbations(Perturbation one) : bits_(BitOf(one)) {}  // NOLINT
  static constexpr Perturbations All() {
    Perturbations all;
    for (Perturbation one : kAllPerturbations) all.bits_ |= BitOf(one);
    return all;
  }

  constexpr bool Has(Perturbation one) const {
    return (bits_ & BitOf(one)) != 0;
  }
  constexpr bool empty() const { return bits_ == 0; }

 private:
  static constexpr uint32_t BitOf(Perturbation one) {
    return uint32_t{1} << static_cast<uint8_t>(one);
  }
  uint32_t bits_ = 0;
};

// Returns what is different, to be put after "with": "another heap layout".
absl::string_view PerturbationText(Perturbation one);

// Returns what a program probably did to notice: "it reads a variable of the
// environment".
absl::string_view PerturbationHint(Perturbation one);

// The variable that asks the library in the other process to scramble memory,
// see memory_scrambler.h; its value is a seed.
inline constexpr char kScrambleVariable[] = "ORRERY_SCRAMBLE_MEMORY";

// Returns `environment`, a list of "NAME=value", with what `which` asks for.
// Whatever else is in it stays: a test may depend on what its build rule or
// its runner hands it. Deterministic, but for which locales and time zones are
// installed.
std::vector<std::string> PerturbedEnvironment(
    std::vector<std::string> environment, Perturbations which);

// Makes `path` a folder that stands in for the working directory: it has a link
// for each thing in it, so that a program finds its files and is elsewhere all
// the same. Returns "" or why that cannot be done.
std::string MakeOtherFolder(const std::string& path);

}  // namespace orrery

#endif  // ORRERY_EXPLORER_PERTURBATION_H_
