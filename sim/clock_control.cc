// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0

#include "orrery/sim/clock_control.h"

#include <algorithm>

#include "absl/strings/str_cat.h"

namespace orrery {
namespace {

// Returns "HoldTime \"disk\" at disk.cc:41 Read, in task client#7".
std::string Describe(const ClockBrake& brake) {
  std::string text =
      brake.kind == ClockBrake::Kind::kHold ? "HoldTime" : "FreezeTime";
  if (!brake.what.empty()) absl::StrAppend(&text, " \"", brake.what, "\"");
  if (brake.site.line() != 0) {
    absl::StrAppend(&text, " at ", FormatSite(brake.site), " ",
                    SiteFunction(brake.site));
  }
  if (!brake.task.empty()) absl::StrAppend(&text, ", in task ", brake.task);
  return text;
}

// Returns the descriptions of all in `brakes`, which is not empty.
std::string DescribeAll(const Ring<ClockBrake>& brakes) {
  std::string text = Describe(*brakes.front());
  size_t more = 0;
  for (const ClockBrake* b = brakes.after(brakes.front()); b != nullptr;
       b = brakes.after(b)) {
    ++more;
  }
  if (more > 0) absl::StrAppend(&text, " and ", more, " more");
  return text;
}

}  // namespace

void ClockControl::Clear() {
  auto let_go = [](auto* node) { node->control = nullptr; };
  freezes_.Drain(let_go);
  holds_.Drain(let_go);
  waiters_.Drain(let_go);
  target_ = SimTime::Infinite();
}

void ClockControl::Add(ClockBrake* brake) {
  brake->control = this;
  (brake->kind == ClockBrake::Kind::kHold ? holds_ : freezes_).PushBack(brake);
}

void ClockControl::Remove(ClockBrake* brake) {
  brake->control = nullptr;
  (brake->kind == ClockBrake::Kind::kHold ? holds_ : freezes_).Remove(brake);
}

void ClockControl::Add(ClockWaiter* waiter) {
  waiter->control = this;
  for (ClockWaiter* w = waiters_.front(); w != nullptr; w = waiters_.after(w)) {
    if (w->until <= waiter->until) continue;
    if (w == waiters_.front()) {
      waiters_.PushFront(waiter);
    } else {
      waiters_.InsertBefore(w, waiter);
    }
    return;
  }
  waiters_.PushBack(waiter);
}

void ClockControl::Remove(ClockWaiter* waiter) {
  waiter->control = nullptr;
  waiters_.Remove(waiter);
}

SimTime ClockControl::Limit(SimTime now, SimTime max) const {
  SimTime limit = std::min(target_, max);
  if (const ClockWaiter* waiter = first(); waiter != nullptr) {
    limit = std::min(limit, waiter->until);
  } else if (frozen() && target_ == SimTime::Infinite()) {
    limit = now;
  }
  if (held()) limit = now;
  return std::max(limit, now);
}

std::string ClockControl::WhoStopsIt() const {
  if (held()) {
    return absl::StrCat("the clock is held by ", DescribeAll(holds_));
  }
  if (frozen()) {
    return absl::StrCat("time is frozen by ", DescribeAll(freezes_));
  }
  return "";
}

}  // namespace orrery
