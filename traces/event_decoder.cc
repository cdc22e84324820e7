// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0

#include "orrery/traces/event_decoder.h"

#include <algorithm>
#include <limits>
#include <variant>

#include "absl/strings/str_cat.h"
#include "orrery/traces/wire.h"

namespace orrery {
namespace {

constexpr char kNoEvent[] = "this is no orrery.traces.v1.Event";
constexpr char kNoIntern[] = "this is no orrery.traces.v1.Intern";
constexpr char kNoTruncated[] = "this is no orrery.traces.v1.Truncated";
constexpr char kNoChoices[] = "this is no orrery.traces.v1.ChoiceBlock";

// The fields of Event in trace.proto that say what happened.
constexpr uint32_t kFirstKind = 3;
constexpr uint32_t kLastKind = 27;

// How many task ids are kept together, unless one list has more.
constexpr size_t kListRoom = 1024;

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

// What may stand in the list of what was left out.
bool BringsIntoBeing(const TraceEvent& event) {
  return std::holds_alternative<event::Spawned>(event.what) ||
         std::holds_alternative<event::ObjectMade>(event.what) ||
         std::holds_alternative<event::NodeMade>(event.what) ||
         std::holds_alternative<event::NodeChanged>(event.what);
}

// Walks over a repeated number, whether it is packed or not, wherever it stands
// among the other fields.
class NumberList {
 public:
  NumberList(absl::string_view message, uint32_t number)
      : reader_(message), number_(number) {}

  bool Next(uint64_t* value) {
    while (at_ == end_) {
      WireField field;
      if (!reader_.Next(&field)) return false;
      if (field.number != number_) continue;
      if (field.type == WireType::kVarint) {
        *value = field.value;
        return true;
      }
      if (field.type != WireType::kBytes) continue;
      at_ = field.bytes.data();
      end_ = at_ + field.bytes.size();
    }
    if (ReadVarint(&at_, end_, value)) return true;
    at_ = end_;
    ok_ = false;
    return false;
  }

  bool ok() const { return ok_ && reader_.ok(); }

 private:
  WireReader reader_;
  uint32_t number_;
  const char* at_ = nullptr;
  const char* end_ = nullptr;
  bool ok_ = true;
};

}  // namespace

// ---- What events point to ---------------------------------------------------

absl::string_view EventDecoder::Keep(absl::string_view text) {
  if (text.empty() || texts_ == Texts::kStay) return text;
  return trace_->texts.emplace_back(text);
}

absl::string_view EventDecoder::KeepLogged(absl::string_view text) {
  if (texts_ != Texts::kForNow) return Keep(text);
  return logged_.emplace_back(text);
}

absl::Span<const TaskId> EventDecoder::KeepList() {
  if (list_.empty()) return {};
  std::deque<std::vector<TaskId>>& lists = trace_->lists;
  if (lists.empty() ||
      lists.back().capacity() - lists.back().size() < list_.size()) {
    lists.emplace_back().reserve(std::max(kListRoom, list_.size()));
  }
  std::vector<TaskId>& last = lists.back();
  last.insert(last.end(), list_.begin(), list_.end());
  return absl::MakeConstSpan(last).last(list_.size());
}

void EventDecoder::DropEvents() {
  trace_->events.clear();
  trace_->schedule.choices.clear();
  trace_->lists.clear();
  logged_.clear();
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

std::string EventDecoder::TakeIntern(absl::string_view record) {
  uint32_t id = 0;
  Interned added;
  absl::string_view payload;
  WireReader reader(record);
  for (WireField field; reader.Next(&field);) {
    if (field.number == 1 && field.type == WireType::kVarint) {
      id = static_cast<uint32_t>(field.value);
    } else if ((field.number == 2 || field.number == 3) &&
               field.type == WireType::kBytes) {
      added.is_site = field.number == 3;
      payload = field.bytes;
    }
  }
  if (!reader.ok()) return kNoIntern;
  if (id != interned_.size()) {
    return absl::StrCat("a text has the number ", id, ", not ",
                        interned_.size());
  }
  problem_.clear();
  if (added.is_site) {
    const NumberFields<3> site(payload);
    if (!site.ok()) return kNoIntern;
    added.site = {Text(site.U32(1)), Text(site.U32(2)), site.U32(3)};
  } else {
    added.text = Keep(payload);
  }
  interned_.push_back(added);
  return problem_;
}

// ---- Choices ----------------------------------------------------------------

std::string EventDecoder::TakeChoices(absl::string_view record) {
  const NumberFields<5, 1 << 4 | 1 << 5> block(record);
  if (!block.ok()) return kNoChoices;
  if (block[1] != choices_) {
    return absl::StrCat("choices begin at number ", block[1], ", not at ",
                        choices_);
  }
  problem_.clear();
  NumberList packed(record, 3);
  auto next = [&]() -> uint64_t {
    uint64_t value = 0;
    if (!packed.Next(&value)) problem_ = "a block of choices ends early";
    return value;
  };
  for (uint32_t i = 0; i < block.U32(2); ++i) {
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
      return absl::StrCat("choice ", choices_, " is none: ", choice.chosen,
                          " of ", choice.n);
    }
    trace_->schedule.Add(choice);
    ++choices_;
  }
  uint64_t rest = 0;
  if (problem_.empty() && packed.Next(&rest)) {
    problem_ = "a block of choices is longer than its count";
  }
  if (!packed.ok()) return kNoChoices;
  // Without digests it comes from a process that was killed.
  const bool has_digests = block[4] != 0 || block[5] != 0;
  if (problem_.empty() && has_digests) {
    trace_->checkpoints[choices_] = {Digest(block[4]), Digest(block[5])};
  }
  return problem_;
}

// ---- Events -----------------------------------------------------------------

template <typename Fields>
Fields EventDecoder::Numbers(absl::string_view payload) {
  Fields fields(payload);
  if (!fields.ok()) malformed_ = true;
  return fields;
}

event::Spawned EventDecoder::DecodeSpawned(absl::string_view payload) {
  const auto e = Numbers<NumberFields<7, 1 << 2>>(payload);
  return {TaskId(e.U32(1)),
          EntityId(e[2]),
          AsKind<EntityKind>(e.U32(3)),
          Node(e.U32(4)),
          Text(e.U32(5)),
          Site(e.U32(6)),
          e.has(7) ? SimTime(e.Signed(7)) : now_};
}

event::Suspended EventDecoder::DecodeSuspended(absl::string_view payload) {
  const auto e = Numbers<NumberFields<4>>(payload);
  return {AsKind<WaitKind>(e.U32(1)), e.U32(2), Later(now_, e[3]),
          Site(e.U32(4))};
}

event::Chosen EventDecoder::DecodeChosen(absl::string_view payload) {
  const auto e = Numbers<NumberFields<5>>(payload);
  event::Chosen to;
  to.choice.kind = AsKind<ChoiceKind>(e.U32(1));
  to.choice.n = e[2];
  to.choice.chosen = e[3];
  to.choice.site = Text(e.U32(4));
  to.choice.span = SpanId(e.U32(5));
  if (e[2] < 2 || e[3] >= e[2]) {
    problem_ = absl::StrCat("it chooses ", e[3], " of ", e[2]);
  }
  list_.clear();
  NumberList candidates(payload, 6);
  for (uint64_t id = 0; candidates.Next(&id);) {
    list_.push_back(TaskId(static_cast<uint32_t>(id)));
  }
  if (!candidates.ok()) malformed_ = true;
  to.candidates = KeepList();
  return to;
}

EventDecoder::TextAndSite EventDecoder::DecodeTextAndSite(
    absl::string_view payload) {
  TextAndSite to;
  uint32_t site = 0;
  WireReader reader(payload);
  for (WireField field; reader.Next(&field);) {
    if (field.number == 1 && field.type == WireType::kBytes) {
      to.text = field.bytes;
    } else if (field.number == 2 && field.type == WireType::kVarint) {
      site = static_cast<uint32_t>(field.value);
    }
  }
  if (!reader.ok()) malformed_ = true;
  to.text = KeepLogged(to.text);
  to.site = Site(site);
  return to;
}

// The numbers are those of the fields of Event in trace.proto.
TraceEvent::What EventDecoder::Decode(uint32_t kind,
                                      absl::string_view payload) {
  switch (kind) {
    case 3:
      Numbers<NumberFields<1>>(payload);
      return event::Resumed();
    case 4:
      return DecodeSuspended(payload);
    case 5:
      return event::Woken{TaskId(Numbers<NumberFields<1>>(payload).U32(1))};
    case 6:
      return DecodeChosen(payload);
    case 7: {
      const auto e = Numbers<NumberFields<2>>(payload);
      return event::Accessed{ObjectId(e.U32(1)), AsKind<AccessKind>(e.U32(2))};
    }
    case 8:
      return DecodeSpawned(payload);
    case 9: {
      const auto e = Numbers<NumberFields<2>>(payload);
      return event::Finished{e[1] != 0, e[2] != 0};
    }
    case 10: {
      const auto e = Numbers<NumberFields<5, 1 << 2>>(payload);
      return event::ObjectMade{ObjectId(e.U32(1)), ObjectKey(e[2]),
                               Text(e.U32(3)), Text(e.U32(4)), Site(e.U32(5))};
    }
    case 11: {
      const auto [text, site] = DecodeTextAndSite(payload);
      return event::Logged{text, site};
    }
    case 12: {
      const auto [text, site] = DecodeTextAndSite(payload);
      return event::Failed{text, site};
    }
    case 13:
      return event::TimerCancelled{
          TaskId(Numbers<NumberFields<1>>(payload).U32(1))};
    case 14: {
      const auto e = Numbers<NumberFields<2>>(payload);
      return event::TimePassed{SimTime(e.Signed(1)), Site(e.U32(2))};
    }
    case 15: {
      const auto e = Numbers<NumberFields<2>>(payload);
      return event::Faulted{Text(e.U32(1)), Node(e.U32(2))};
    }
    case 16: {
      const auto e = Numbers<NumberFields<3>>(payload);
      return event::SpanBegun{SpanId(e.U32(1)), SpanId(e.U32(2)),
                              Text(e.U32(3))};
    }
    case 17:
      return event::SpanEnded{SpanId(Numbers<NumberFields<1>>(payload).U32(1))};
    case 18:
      return event::CancelRequested{
          TaskId(Numbers<NumberFields<1>>(payload).U32(1))};
    case 19: {
      const auto e = Numbers<NumberFields<3>>(payload);
      return event::FutureEnded{ObjectId(e.U32(1)), e[2] != 0, e[3] != 0};
    }
    default:
      return DecodeRest(kind, payload);
  }
}

// Those that few programs have.
TraceEvent::What EventDecoder::DecodeRest(uint32_t kind,
                                          absl::string_view payload) {
  switch (kind) {
    case 20: {
      const auto e = Numbers<NumberFields<7, 1 << 6>>(payload);
      return event::MessageSent{MessageId(e[1]), Node(e.U32(2)), Node(e.U32(3)),
                                Text(e.U32(4)),  e[5],           e[6],
                                Site(e.U32(7))};
    }
    case 21: {
      const auto e = Numbers<NumberFields<2>>(payload);
      return event::MessageDelivered{MessageId(e[1]), Site(e.U32(2))};
    }
    case 22: {
      const auto e = Numbers<NumberFields<2>>(payload);
      return event::MessageDropped{MessageId(e[1]), Text(e.U32(2))};
    }
    case 23: {
      const auto e = Numbers<NumberFields<2>>(payload);
      return event::MessageCopied{MessageId(e[1]), MessageId(e[2])};
    }
    case 24: {
      const auto e = Numbers<NumberFields<2>>(payload);
      return event::NodeMade{Node(e.U32(1)), Text(e.U32(2))};
    }
    case 25: {
      const auto e = Numbers<NumberFields<3>>(payload);
      return event::NodeChanged{Node(e.U32(1)), AsKind<NodeState>(e.U32(2)),
                                e.U32(3)};
    }
    case 26: {
      const auto e = Numbers<NumberFields<7, 1 << 6>>(payload);
      return event::FileAccessed{Node(e.U32(1)), Text(e.U32(2)), Text(e.U32(3)),
                                 e[4],           e[5],           e[6],
                                 e[7] != 0};
    }
    default: {
      static_assert(kLastKind == 27);
      const auto e = Numbers<NumberFields<2, 1 << 2>>(payload);
      return event::StateDigested{Text(e.U32(1)), e[2]};
    }
  }
}

std::string EventDecoder::DecodeEvent(absl::string_view record,
                                      std::optional<TraceEvent>* event) {
  uint64_t dt = 0;
  TaskId task = task_;
  uint32_t kind = 0;
  absl::string_view payload;
  WireReader reader(record);
  for (WireField field; reader.Next(&field);) {
    if (field.type == WireType::kBytes) {
      // A later version may say more about an event than this one knows.
      if (field.number < kFirstKind || field.number > kLastKind) continue;
      if (kind != 0) return "it says twice what happened";
      kind = field.number;
      payload = field.bytes;
    } else if (field.type == WireType::kVarint) {
      if (field.number == 1) dt = field.value;
      if (field.number == 2) task = TaskId(static_cast<uint32_t>(field.value));
    }
  }
  if (!reader.ok()) return kNoEvent;
  now_ = Later(now_, dt);
  task_ = task;
  if (kind == 0) return "";
  problem_.clear();
  malformed_ = false;
  event->emplace(TraceEvent{now_, task_, Decode(kind, payload)});
  return malformed_ ? kNoEvent : problem_;
}

std::string EventDecoder::TakeEvent(absl::string_view record) {
  std::optional<TraceEvent> event;
  std::string problem = DecodeEvent(record, &event);
  if (!problem.empty()) return problem;
  if (!event.has_value()) {
    ++trace_->unknown_events;
    return problem;
  }
  if (const auto* chosen = std::get_if<event::Chosen>(&event->what)) {
    trace_->schedule.Add(chosen->choice);
    ++choices_;
  }
  trace_->events.push_back(*event);
  return problem;
}

// Within the record, times and tasks begin anew.
std::string EventDecoder::TakeTruncated(absl::string_view record) {
  const NumberFields<3> truncated(record);
  if (!truncated.ok()) return kNoTruncated;
  now_ = SimTime();
  task_ = TaskId();
  WireReader reader(record);
  for (WireField field; reader.Next(&field);) {
    if (field.number != 4 || field.type != WireType::kBytes) continue;
    std::optional<TraceEvent> event;
    std::string problem = DecodeEvent(field.bytes, &event);
    if (!problem.empty()) return problem;
    if (!event.has_value()) continue;
    if (!BringsIntoBeing(*event)) return "it lists what made nothing";
    trace_->before.push_back(*event);
  }
  trace_->first_event = truncated[1];
  now_ = SimTime(truncated.Signed(2));
  task_ = TaskId(truncated.U32(3));
  return "";
}

}  // namespace orrery
