// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0
//
// `Casting`: who plays what. Turns a mishap that leaves something open, as
// "crash @any" does, into one that names machines.

#ifndef ORRERY_SIM_CHAOS_CASTING_H_
#define ORRERY_SIM_CHAOS_CASTING_H_

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "orrery/sim/chaos/mishap.h"
#include "orrery/sim/node/world.h"

namespace orrery {

class Casting {
 public:
  // Returns a number in [0, n), which is drawn. 0 is the simplest.
  using Pick = std::function<uint64_t(uint64_t n)>;

  // `among`: the names of those that can be drawn, and all there are for
  // "@all" and "@rest"; empty: all machines. Both must outlive this.
  Casting(const World& world, const std::vector<std::string>& among);

  // Returns `open` with nothing left open.
  //
  // Errors:
  //   kNotFound            there is no machine of a name in it, or no zone
  //   kFailedPrecondition  there are too few machines for it
  absl::StatusOr<Mishap> Cast(const Mishap& open, const Pick& pick);

 private:
  using Names = std::vector<std::string>;

  absl::Status Add(absl::string_view name, Names& group);
  absl::Status AddDomain(absl::string_view domain, Names& group);
  void AddName(absl::string_view name, Names& group);
  // Adds so many of those that are not named yet, which are enough.
  void AddDrawn(size_t count, bool keep_order, Names& group);
  Names Unnamed() const;

  const World& world_;
  Names all_;
  const Pick* pick_ = nullptr;
  Names named_;
};

}  // namespace orrery

#endif  // ORRERY_SIM_CHAOS_CASTING_H_
