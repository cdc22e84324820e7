// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0

#include "orrery/traces/trace_audit.h"

#include <variant>

#include "absl/strings/str_cat.h"

namespace orrery {

void TraceAudit::Fault(absl::string_view what) {
  if (++fault_count_ > kMaxFaults) return;
  faults_.push_back(absl::StrCat("event #", index_, " ", what));
}

void TraceAudit::Make(Numbers& numbers, absl::string_view what, uint64_t id) {
  if (id == 0) return Fault(absl::StrCat("makes ", what, " without a number"));
  if (!numbers.known.insert(id).second) {
    return Fault(absl::StrCat("makes ", what, " ", id, " a second time"));
  }
  if (numbers.first == 0 && !takes_before_) numbers.first = id;
}

void TraceAudit::Use(const Numbers& numbers, absl::string_view what,
                     uint64_t id) {
  if (id == 0 || numbers.known.contains(id)) return;
  if (misses_beginning_ && (numbers.first == 0 || id < numbers.first)) return;
  Fault(absl::StrCat("names ", what, " ", id, ", which nothing has made"));
}

void TraceAudit::TakeBefore(absl::Span<const TraceEvent> before) {
  misses_beginning_ = true;
  takes_before_ = true;
  for (const TraceEvent& event : before) {
    task_ = event.task;
    std::visit([this](const auto& what) { Check(what); }, event.what);
  }
  takes_before_ = false;
}

void TraceAudit::Take(uint64_t index, const TraceEvent& event) {
  index_ = index;
  task_ = event.task;
  last_time_ = event.time;
  Use(tasks_, "task", task_.value);
  std::visit([this](const auto& what) { Check(what); }, event.what);
}

void TraceAudit::Check(const event::Spawned& e) {
  Make(tasks_, "task", e.id.value);
  entities_[e.id.value] = e.entity;
}
void TraceAudit::Check(const event::ObjectMade& e) {
  Make(objects_, "object", e.id.value);
}
void TraceAudit::Check(const event::Chosen& e) {
  for (TaskId task : e.candidates) Use(tasks_, "task", task.value);
  if (!e.candidates.empty() && e.candidates.size() != e.choice.n) {
    Fault(absl::StrCat("chooses among ", e.choice.n, " and lists ",
                       e.candidates.size()));
  }
  Use(spans_, "span", e.choice.span.value);
  // Who runs next is told by its step, and whether a fault happens by
  // `Faulted`.
  if (e.choice.kind != ChoiceKind::kNextEntity &&
      e.choice.kind != ChoiceKind::kFault) {
    digests_.data.Mix(e.choice.chosen);
  }
}
void TraceAudit::Check(const event::Resumed&) {
  ++steps_;
  const auto entity = entities_.find(task_.value);
  if (entity == entities_.end()) return;
  digests_.schedule.Mix(entity->second.value +
                        static_cast<uint64_t>(last_time_.ns));
}
void TraceAudit::Check(const event::Suspended& e) {
  if (e.wait == WaitKind::kJoin) {
    Use(tasks_, "task", e.object);
  } else {
    Use(objects_, "object", e.object);
  }
}
void TraceAudit::Check(const event::Woken& e) {
  Use(tasks_, "task", e.task.value);
}
void TraceAudit::Check(const event::Accessed& e) {
  Use(objects_, "object", e.object.value);
}
void TraceAudit::Check(const event::Finished&) {}
void TraceAudit::Check(const event::TimerCancelled& e) {
  Use(tasks_, "timer", e.timer.value);
}
void TraceAudit::Check(const event::CancelRequested& e) {
  Use(tasks_, "task", e.task.value);
}
void TraceAudit::Check(const event::FutureEnded& e) {
  Use(objects_, "object", e.future.value);
}
void TraceAudit::Check(const event::Logged&) {}
void TraceAudit::Check(const event::Failed&) {
  if (!failed_event_.has_value()) failed_event_ = index_;
}
void TraceAudit::Check(const event::TimePassed&) {}
void TraceAudit::Check(const event::Faulted& e) {
  digests_.data.MixBytes(e.what);
}
void TraceAudit::Check(const event::SpanBegun& e) {
  Use(spans_, "span", e.parent.value);
  Make(spans_, "span", e.id.value);
}
void TraceAudit::Check(const event::SpanEnded& e) {
  Use(spans_, "span", e.id.value);
}
void TraceAudit::Check(const event::MessageSent& e) {
  Use(nodes_, "node", e.from.value);
  Use(nodes_, "node", e.to.value);
  Make(messages_, "message", e.id.value);
  digests_.data.Mix(e.payload);
}
void TraceAudit::Check(const event::MessageDelivered& e) {
  Use(messages_, "message", e.id.value);
}
void TraceAudit::Check(const event::MessageDropped& e) {
  Use(messages_, "message", e.id.value);
}
void TraceAudit::Check(const event::MessageCopied& e) {
  Use(messages_, "message", e.id.value);
  Make(messages_, "message", e.copy.value);
}
void TraceAudit::Check(const event::NodeMade& e) {
  Make(nodes_, "node", e.id.value);
}
void TraceAudit::Check(const event::NodeChanged& e) {
  Use(nodes_, "node", e.node.value);
}
void TraceAudit::Check(const event::FileAccessed& e) {
  Use(nodes_, "node", e.node.value);
  knows_data_ = false;
}
void TraceAudit::Check(const event::StateDigested& e) {
  digests_.data.Mix(e.digest);
}

}  // namespace orrery
