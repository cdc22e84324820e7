// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0

#include "orrery/traces/event_decoder.h"

#include <algorithm>
#include <limits>
#include <utility>

#include "absl/strings/str_cat.h"

namespace orrery {

using Proto = traces::v1::Event;

namespace {

// Kinds are one byte here. A larger number is a later version's: it becomes one
// that has no name, not one that happens to have the same last byte.
template <typename Kind>
Kind AsKind(uint32_t number) {
  return static_cast<Kind>(std::min<uint32_t>(number, 255));
}

// The writer counts nanoseconds modulo 2^64, so that time may go back.
SimTime Later(SimTime t, uint64_t ns) {
  return SimTime(static_cast<int64_t>(static_cast<uint64_t>(t.ns) + ns));
}

}  // namespace

absl::string_view EventDecoder::Keep(const std::string& text) {
  if (text.empty()) return {};
  return trace_->texts.emplace_back(text);
}

absl::string_view EventDecoder::Text(uint32_t id) {
  if (id < interned_.size() && !interned_[id].is_site) {
    return interned_[id].text;
  }
  problem_ = absl::StrCat("it refers to text ", id, ", which was not given");
  return {};
}

NodeId EventDecoder::Node(uint32_t number) {
  if (number > std::numeric_limits<uint16_t>::max()) {
    problem_ = absl::StrCat("there is no node ", number);
  }
  return NodeId(static_cast<uint16_t>(number));
}

SiteText EventDecoder::Site(uint32_t id) {
  if (id == 0) return {};
  if (id < interned_.size() && interned_[id].is_site) {
    return interned_[id].site;
  }
  problem_ = absl::StrCat("it refers to place ", id, ", which was not given");
  return {};
}

std::string EventDecoder::TakeIntern(const traces::v1::Intern& intern) {
  if (intern.id() != interned_.size()) {
    return absl::StrCat("a text has the number ", intern.id(), ", not ",
                        interned_.size());
  }
  Interned added;
  problem_.clear();
  if (intern.has_site()) {
    added.is_site = true;
    added.site.file = Text(intern.site().file());
    added.site.function = Text(intern.site().function());
    added.site.line = intern.site().line();
  } else {
    added.text = Keep(intern.text());
  }
  interned_.push_back(added);
  return problem_;
}

std::string EventDecoder::TakeChoices(const traces::v1::ChoiceBlock& block) {
  Schedule& schedule = trace_->schedule;
  if (block.first() != schedule.choices.size()) {
    return absl::StrCat("choices begin at number ", block.first(), ", not at ",
                        schedule.choices.size());
  }
  problem_.clear();
  const auto& packed = block.packed();
  int at = 0;
  auto next = [&]() -> uint64_t {
    if (at < packed.size()) return packed.Get(at++);
    problem_ = "a block of choices ends early";
    return 0;
  };
  for (uint64_t i = 0; i < block.count(); ++i) {
    Choice choice;
    const uint64_t head = next();
    choice.kind = static_cast<ChoiceKind>(head & 7);
    choice.n = next();
    choice.chosen = next();
    if ((head & 8) != 0) choice.site = Text(static_cast<uint32_t>(next()));
    if ((head & 16) != 0) {
      choice.span = SpanId(static_cast<uint32_t>(next()));
    }
    if (!problem_.empty()) break;
    if (head > 31 || choice.n < 2 || choice.chosen >= choice.n) {
      return absl::StrCat("choice ", schedule.choices.size(),
                          " is none: ", choice.chosen, " of ", choice.n);
    }
    schedule.Add(choice);
  }
  if (problem_.empty() && at != packed.size()) {
    problem_ = "a block of choices is longer than its count";
  }
  // Without digests it comes from a process that was killed.
  const bool has_digests =
      block.schedule_digest() != 0 || block.data_digest() != 0;
  if (problem_.empty() && has_digests) {
    trace_->checkpoints[schedule.choices.size()] = {
        Digest(block.schedule_digest()), Digest(block.data_digest())};
  }
  return problem_;
}

event::Chosen EventDecoder::DecodeChosen(const traces::v1::Chosen& from) {
  event::Chosen to;
  to.choice.kind = AsKind<ChoiceKind>(from.kind());
  to.choice.n = from.n();
  to.choice.chosen = from.chosen();
  if (from.has_label()) to.choice.site = Text(from.label());
  to.choice.span = SpanId(from.span());
  if (from.n() < 2 || from.chosen() >= from.n()) {
    problem_ = absl::StrCat("it chooses ", from.chosen(), " of ", from.n());
  }
  if (from.candidate_size() > 0) {
    std::vector<TaskId>& list = trace_->lists.emplace_back();
    for (uint32_t id : from.candidate()) list.push_back(TaskId(id));
    to.candidates = list;
  }
  return to;
}

TraceEvent::What EventDecoder::Decode(const Proto& from) {
  switch (from.what_case()) {
    case Proto::kResumed:
      return event::Resumed();
    case Proto::kSuspended: {
      const auto& e = from.suspended();
      return event::Suspended{AsKind<WaitKind>(e.wait()), e.object(),
                              Later(now_, e.due_ns()), Site(e.site())};
    }
    case Proto::kWoken:
      return event::Woken{TaskId(from.woken().task())};
    case Proto::kChosen:
      return DecodeChosen(from.chosen());
    case Proto::kAccessed:
      return event::Accessed{ObjectId(from.accessed().object()),
                             AsKind<AccessKind>(from.accessed().kind())};
    case Proto::kSpawned: {
      const auto& e = from.spawned();
      return event::Spawned{TaskId(e.id()),
                            EntityId(e.entity()),
                            AsKind<EntityKind>(e.kind()),
                            Node(e.node()),
                            e.has_name() ? Text(e.name()) : "",
                            Site(e.site()),
                            e.has_due_ns() ? SimTime(e.due_ns()) : now_};
    }
    case Proto::kFinished:
      return event::Finished{from.finished().failed(),
                             from.finished().cancelled()};
    case Proto::kObjectMade: {
      const auto& e = from.object_made();
      return event::ObjectMade{
          ObjectId(e.id()), ObjectKey(e.key()), Text(e.type()),
          e.has_name() ? Text(e.name()) : "", Site(e.site())};
    }
    case Proto::kLogged:
      return event::Logged{Keep(from.logged().text()),
                           Site(from.logged().site())};
    case Proto::kFailed:
      return event::Failed{Keep(from.failed().message()),
                           Site(from.failed().site())};
    case Proto::kTimerCancelled:
      return event::TimerCancelled{TaskId(from.timer_cancelled().timer())};
    case Proto::kTimePassed:
      return event::TimePassed{SimTime(from.time_passed().until_ns()),
                               Site(from.time_passed().site())};
    case Proto::kFaulted:
      return event::Faulted{Text(from.faulted().what()),
                            Node(from.faulted().node())};
    case Proto::kSpanBegun:
      return event::SpanBegun{SpanId(from.span_begun().id()),
                              SpanId(from.span_begun().parent()),
                              Text(from.span_begun().label())};
    case Proto::kSpanEnded:
      return event::SpanEnded{SpanId(from.span_ended().id())};
    case Proto::kCancelRequested:
      return event::CancelRequested{TaskId(from.cancel_requested().task())};
    case Proto::kFutureEnded:
      return event::FutureEnded{ObjectId(from.future_ended().future()),
                                from.future_ended().failed(),
                                from.future_ended().cancelled()};
    case Proto::kMessageSent: {
      const auto& e = from.message_sent();
      return event::MessageSent{MessageId(e.id()), Node(e.from()), Node(e.to()),
                                Text(e.type()),    e.size(),       e.payload(),
                                Site(e.site())};
    }
    case Proto::kMessageDelivered:
      return event::MessageDelivered{MessageId(from.message_delivered().id()),
                                     Site(from.message_delivered().site())};
    case Proto::kMessageDropped:
      return event::MessageDropped{MessageId(from.message_dropped().id()),
                                   Text(from.message_dropped().why())};
    case Proto::kMessageCopied:
      return event::MessageCopied{MessageId(from.message_copied().id()),
                                  MessageId(from.message_copied().copy())};
    case Proto::kNodeMade:
      return event::NodeMade{Node(from.node_made().id()),
                             Text(from.node_made().name())};
    case Proto::kNodeChanged:
      return event::NodeChanged{Node(from.node_changed().node()),
                                AsKind<NodeState>(from.node_changed().state()),
                                from.node_changed().incarnation()};
    case Proto::kFileAccessed: {
      const auto& e = from.file_accessed();
      return event::FileAccessed{
          Node(e.node()), Text(e.operation()), Text(e.file()), e.offset(),
          e.size(),       e.payload(),         e.failed()};
    }
    case Proto::WHAT_NOT_SET:
      break;
  }
  ++trace_->unknown_events;
  return event::Resumed();
}

std::string EventDecoder::TakeNotDone(const traces::v1::NotDone& from) {
  const uint64_t listed = static_cast<uint64_t>(from.task_size());
  if (from.count() < listed) {
    return absl::StrCat("it counts ", from.count(), " tasks, there are ",
                        listed);
  }
  trace_->not_done_count = from.count();
  trace_->not_done.clear();
  for (const traces::v1::TaskReport& task : from.task()) {
    TaskReport& to = trace_->not_done.emplace_back();
    to.id = TaskId(task.id());
    to.name = task.name();
    to.wait = AsKind<WaitKind>(task.wait());
    to.waits_for = task.waits_for();
    to.held_by = task.held_by();
    to.due = SimTime(task.due_ns());
    to.stack.assign(task.stack().begin(), task.stack().end());
    to.spawned_at = task.spawned_at();
    to.awaited_by.assign(task.awaited_by().begin(), task.awaited_by().end());
    to.running = task.running();
  }
  return "";
}

std::string EventDecoder::TakeEvent(const Proto& from) {
  problem_.clear();
  now_ = Later(now_, from.dt());
  if (from.has_task()) task_ = TaskId(from.task());
  const uint64_t unknown = trace_->unknown_events;
  TraceEvent event = {now_, task_, Decode(from)};
  if (trace_->unknown_events != unknown) return "";
  if (problem_.empty()) {
    if (const auto* chosen = std::get_if<event::Chosen>(&event.what)) {
      trace_->schedule.Add(chosen->choice);
    }
    trace_->events.push_back(std::move(event));
  }
  return problem_;
}

}  // namespace orrery
