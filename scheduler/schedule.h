// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0
//
// `Schedule`: the choices of a run as a value that can be stored, edited and
// followed.

#ifndef ORRERY_SCHEDULER_SCHEDULE_H_
#define ORRERY_SCHEDULER_SCHEDULE_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "orrery/base/choice.h"
#include "orrery/base/ids.h"

namespace orrery {

struct ScheduledChoice {
  ChoiceKind kind = ChoiceKind::kNextEntity;
  uint64_t n = 0;
  uint64_t chosen = 0;
  uint32_t site = 0;  // index into `Schedule::sites`; 0 is no label
  SpanId span;

  friend bool operator==(const ScheduledChoice&,
                         const ScheduledChoice&) = default;
};

struct Schedule {
  // Whether the policy that made it chose who runs next. Where it did not,
  // ready things run first in, first out, and only draws are listed.
  bool ordered = true;
  std::vector<ScheduledChoice> choices;
  std::vector<std::string> sites = {""};

  // Returns the label of `choice`.
  absl::string_view SiteOf(const ScheduledChoice& choice) const {
    return sites[choice.site];
  }

  // Adds a choice. The label is copied once and shared by all that carry it.
  void Add(const Choice& choice) {
    uint32_t site = 0;
    while (site < sites.size() && choice.site != sites[site]) ++site;
    if (site == sites.size()) sites.emplace_back(choice.site);
    choices.push_back(
        {choice.kind, choice.n, choice.chosen, site, choice.span});
  }
};

}  // namespace orrery

#endif  // ORRERY_SCHEDULER_SCHEDULE_H_
