// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0

#include "orrery/testing/event_tail.h"

#include <utility>
#include <variant>

#include "absl/strings/str_cat.h"
#include "orrery/base/sim_time.h"
#include "orrery/base/trace_event.h"

namespace orrery {
namespace {

// A limit on what one run may claim to have gone wrong.
constexpr size_t kMaxFaults = 1000;

// Whether a reader wants to know. That a task runs shows in what it then does,
// and where it stood before that in what it touches; what failed stands above.
bool IsTelling(const TraceEvent& event) {
  if (const auto* wait = std::get_if<event::Suspended>(&event.what)) {
    return wait->wait != WaitKind::kTurn || wait->object == 0;
  }
  return !std::holds_alternative<event::Resumed>(event.what) &&
         !std::holds_alternative<event::Failed>(event.what);
}

// The task that the event's own task has to do with from now on; 0 if none.
uint32_t OtherTask(const TraceEvent& event) {
  if (const auto* spawned = std::get_if<event::Spawned>(&event.what)) {
    return spawned->id.value;
  }
  if (const auto* wait = std::get_if<event::Suspended>(&event.what)) {
    return wait->wait == WaitKind::kJoin ? wait->object : 0;
  }
  return 0;
}

// The task that is asked to cancel; 0 if none. Whoever asks, it says why that
// task ends.
uint32_t AskedToCancel(const TraceEvent& event) {
  const auto* request = std::get_if<event::CancelRequested>(&event.what);
  return request != nullptr ? request->task.value : 0;
}

}  // namespace

void EventTail::OnChoices(absl::Span<const Choice> choices,
                          const DigestPair& digests) {
  if (next_ != nullptr) next_->OnChoices(choices, digests);
}

void EventTail::OnEvent(const TraceEvent& event) {
  if (next_ != nullptr && next_->level() == TraceLevel::kEvents) {
    next_->OnEvent(event);
  }
  names_.Learn(event);
  if (std::holds_alternative<event::Resumed>(event.what)) ++step_;
  if (const auto* fault = std::get_if<event::Faulted>(&event.what);
      fault != nullptr && faults_.size() < kMaxFaults) {
    faults_.push_back(
        absl::StrCat(fault->what, " at ", FormatSimTime(event.time)));
  }
  const uint64_t index = index_++;
  if (step_ < first_step_) return;
  Line& line = lines_.emplace_back();
  line.task = event.task.value;
  line.other = OtherTask(event);
  line.asked = AskedToCancel(event);
  line.shown = IsTelling(event);
  if (!line.shown) return;
  line.place = absl::StrCat("#", index, " ", FormatSimTime(event.time));
  line.text =
      absl::StrCat(names_.Task(event.task), " ", EventText(event, names_));
  const std::string site = EventSite(event);
  if (!site.empty()) absl::StrAppend(&line.text, " [", site, "]");
}

std::vector<std::string> EventTail::Last(std::set<uint32_t> tasks,
                                         size_t count) const {
  struct Group {
    const Line* last;
    uint64_t size = 1;
  };
  std::vector<Group> groups;
  for (const Line& line : lines_) {
    if (tasks.count(line.task) == 0 &&
        (line.asked == 0 || tasks.count(line.asked) == 0)) {
      continue;
    }
    // What a task has started or waited for is likely to have had a part in it.
    if (line.other != 0) tasks.insert(line.other);
    if (!line.shown) continue;
    if (!groups.empty() && groups.back().last->text == line.text) {
      groups.back().last = &line;
      ++groups.back().size;
    } else {
      groups.push_back({&line});
    }
  }
  std::vector<std::string> texts;
  const size_t begin = groups.size() > count ? groups.size() - count : 0;
  for (size_t i = begin; i < groups.size(); ++i) {
    const Group& group = groups[i];
    texts.push_back(absl::StrCat(group.last->place, " ", group.last->text));
    if (group.size > 1) {
      absl::StrAppend(&texts.back(), " (the last of ", group.size, " times)");
    }
  }
  return texts;
}

}  // namespace orrery
