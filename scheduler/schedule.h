// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0
//
// `Schedule`: the choices of a run as a value that can be stored, edited and
// followed.

#ifndef ORRERY_SCHEDULER_SCHEDULE_H_
#define ORRERY_SCHEDULER_SCHEDULE_H_

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "orrery/base/choice.h"
#include "orrery/base/ids.h"

namespace orrery {

// One choice of a `Schedule`, which has the text of the label.
struct ScheduledChoice {
  ChoiceKind kind = ChoiceKind::kNextEntity;
  uint64_t n = 0;
  uint64_t chosen = 0;
  uint32_t site = 0;  // index into `Schedule::sites`; 0 is no label
  SpanId span;

  friend bool operator==(const ScheduledChoice&,
                         const ScheduledChoice&) = default;
};

// All choices of a run, in order. Made by adding them, or by editing the lists.
struct Schedule {
  // Whether the policy that made it chose who runs next. Where it did not,
  // ready things run first in, first out, and only draws are listed.
  bool ordered = true;
  std::vector<ScheduledChoice> choices;
  // The labels, each of them once. The first is the empty one.
  std::vector<std::string> sites = {""};

  // Returns the label of `choice`, whose `site` is an index into `sites`.
  absl::string_view SiteOf(const ScheduledChoice& choice) const {
    return sites[choice.site];
  }

  // Adds a choice at the end. The label is copied once and shared by all that
  // carry it. O(log n) in the number of labels.
  void Add(const Choice& choice) {
    choices.push_back({choice.kind, choice.n, choice.chosen,
                       InternSite(choice.site), choice.span});
  }

 private:
  uint32_t InternSite(absl::string_view text) {
    if (text.empty()) return 0;
    if (indexed_ != sites.size()) Reindex();
    auto found = index_.find(text);
    if (found != index_.end() && sites[found->second] != text) {
      Reindex();  // somebody has edited `sites`
      found = index_.find(text);
    }
    if (found != index_.end()) return found->second;
    const uint32_t site = static_cast<uint32_t>(sites.size());
    sites.emplace_back(text);
    index_.emplace(sites.back(), site);
    indexed_ = sites.size();
    return site;
  }

  void Reindex() {
    index_.clear();
    for (uint32_t i = 0; i < sites.size(); ++i) index_.emplace(sites[i], i);
    indexed_ = sites.size();
  }

  std::map<std::string, uint32_t, std::less<>> index_;  // into `sites`
  size_t indexed_ = 1;  // how many of them are in the index, or need not be
};

}  // namespace orrery

#endif  // ORRERY_SCHEDULER_SCHEDULE_H_
