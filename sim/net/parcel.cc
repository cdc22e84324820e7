// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0

#include "orrery/sim/net/parcel.h"

namespace orrery {

absl::string_view LossText(Loss why) {
  switch (why) {
    case Loss::kCut:
      return "cut";
    case Loss::kDropped:
      return "dropped";
    case Loss::kAnotherIncarnation:
      return "another incarnation";
  }
  return "";
}

}  // namespace orrery
