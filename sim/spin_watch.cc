// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0

#include "orrery/sim/spin_watch.h"

#include <algorithm>
#include <cstddef>
#include <functional>
#include <map>
#include <utility>

#include "absl/strings/str_cat.h"
#include "orrery/base/trace_event.h"
#include "orrery/sim/posted_callback.h"

namespace orrery {
namespace {

constexpr size_t kMaxShown = 8;

bool SamePlace(const SourceSite& a, const SourceSite& b) {
  return a.line() == b.line() &&
         absl::string_view(a.file_name()) == b.file_name();
}

std::string At(absl::string_view how, const SourceSite& site) {
  if (site.line() == 0) return "";
  return absl::StrCat(how, FormatSite(site), " ", SiteFunction(site));
}

}  // namespace

void SpinWatch::Note(const Runnable& next) {
  Group found;
  if (next.kind == EntityKind::kTask) {
    found.origin = static_cast<const TaskState&>(next).origin;
    found.site = found.origin->site;
  } else {
    found.site = static_cast<const PostedCallback&>(next).site;
  }
  auto group =
      std::find_if(groups_.begin(), groups_.end(), [&](const Group& g) {
        return g.origin == found.origin && SamePlace(g.site, found.site);
      });
  if (group == groups_.end()) group = groups_.insert(group, std::move(found));
  group->numbers.insert(next.number().value);
  ++group->steps;
  ++steps_;
}

std::string SpinWatch::Who(const Group& group,
                           absl::FunctionRef<std::string(TaskId)> place) const {
  const size_t count = group.numbers.size();
  if (group.origin == nullptr) {
    return absl::StrCat(
        count == 1 ? "a callback" : absl::StrCat(count, " callbacks"),
        At(" posted at ", group.site));
  }
  const TaskId first(*group.numbers.begin());
  const absl::string_view name = group.origin->name.empty()
                                     ? absl::string_view("task")
                                     : group.origin->name;
  std::string who = absl::StrCat(name, "#", first.value);
  if (count > 1) absl::StrAppend(&who, " and ", count - 1, " more like it");
  const std::string at = place(first);
  if (!at.empty()) return absl::StrCat(who, ", which stands at ", at, ",");
  return absl::StrCat(who, At(", spawned at ", group.site), ",");
}

std::string SpinWatch::Describe(
    absl::FunctionRef<std::string(TaskId)> place) const {
  // The busiest first; of two that are alike, the one that came first.
  std::multimap<uint64_t, const Group*, std::greater<>> by_steps;
  for (const Group& group : groups_) by_steps.emplace(group.steps, &group);
  std::string text;
  size_t shown = 0;
  for (const auto& [steps, group] : by_steps) {
    if (shown == kMaxShown) {
      absl::StrAppend(&text, "\n  ", by_steps.size() - shown,
                      " others took the rest");
      break;
    }
    ++shown;
    absl::StrAppend(&text, "\n  ", Who(*group, place), " took ", steps,
                    " of the last ", steps_, " steps");
  }
  return text;
}

}  // namespace orrery
