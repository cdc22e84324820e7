// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0

#include "orrery/traces/dropped_events.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "orrery/traces/format.h"

namespace orrery {
namespace {

// When a block of choices is closed.
constexpr size_t kBlockBytes = 4096;

// The fields of `Event.what` that matter here.
enum What : uint32_t {
  kResumed = 3,
  kSuspended = 4,
  kChosen = 6,
  kAccessed = 7,
  kSpawned = 8,
  kFinished = 9,
  kObjectMade = 10,
  kTimerCancelled = 13,
  kFutureEnded = 19,
  kNodeMade = 24,
  kNodeChanged = 25,
};

// Returns the number in field `number` of `message`; 0 if it has none.
uint64_t Number(absl::string_view message, uint32_t number) {
  WireReader reader(message);
  for (WireField field; reader.Next(&field);) {
    if (field.number == number) return field.value;
  }
  return 0;
}

}  // namespace

void DroppedEvents::Clear() {
  count_ = choices_ = block_count_ = 0;
  now_ = SimTime();
  task_ = TaskId();
  block_.Truncate(0);
  made_.clear();
}

void DroppedEvents::Take(absl::string_view records, Packer& front) {
  WireReader reader(records);
  const char* begin = records.data();
  for (WireField record; reader.Next(&record);) {
    const char* const end = record.bytes.data() + record.bytes.size();
    switch (static_cast<TraceRecord>(record.number)) {
      case TraceRecord::kEvent:
        TakeEvent(record.bytes, front);
        break;
      case TraceRecord::kIntern:
        front.Bytes({begin, static_cast<size_t>(end - begin)});
        break;
      default:
        break;  // checksums, and tasks of a process that lived on
    }
    begin = end;
  }
  CloseBlock(front);
  if (made_.size() > 2 * kMaxMade) ForgetUnused();
}

void DroppedEvents::TakeEvent(absl::string_view event, Packer& front) {
  WireReader reader(event);
  for (WireField field; reader.Next(&field);) {
    switch (field.number) {
      case 1:
        now_ = SimTime(
            static_cast<int64_t>(static_cast<uint64_t>(now_.ns) + field.value));
        break;
      case 2:
        task_ = TaskId(static_cast<uint32_t>(field.value));
        break;
      case kResumed:
        Use(Kind::kTask, task_.value);
        break;
      case kSuspended:
        Use(Kind::kObject, Number(field.bytes, 2));
        break;
      case kChosen:
        TakeChoice(field.bytes, front);
        break;
      case kAccessed:
      case kFutureEnded:
        Use(Kind::kObject, Number(field.bytes, 1));
        break;
      case kSpawned:
        Keep(Kind::kTask, Number(field.bytes, 1), field);
        break;
      case kObjectMade:
        Keep(Kind::kObject, Number(field.bytes, 1), field);
        break;
      case kFinished:
        Forget(Kind::kTask, task_.value);
        break;
      case kTimerCancelled:
        Forget(Kind::kTask, Number(field.bytes, 1));
        break;
      case kNodeMade:
        Keep(Kind::kNode, Number(field.bytes, 1), field);
        break;
      case kNodeChanged:
        Keep(Kind::kNodeState, Number(field.bytes, 1), field);
        break;
      default:
        break;
    }
  }
  ++count_;
}

void DroppedEvents::TakeChoice(absl::string_view chosen, Packer& front) {
  const NumberFields<5> choice(chosen);
  const uint64_t label = choice[4];
  const uint64_t span = choice[5];
  block_.Reserve(64);
  block_.Varint(choice[1] | (label != 0 ? 8 : 0) | (span != 0 ? 16 : 0));
  block_.Varint(choice[2]);
  block_.Varint(choice[3]);
  if (label != 0) block_.Varint(label);
  if (span != 0) block_.Varint(span);
  ++block_count_;
  if (block_.size() >= kBlockBytes) CloseBlock(front);
}

void DroppedEvents::CloseBlock(Packer& front) {
  if (block_count_ == 0) return;
  front.Reserve(64);
  const size_t begin =
      front.Begin(static_cast<uint32_t>(TraceRecord::kChoices));
  front.VarintField(1, choices_);
  front.VarintField(2, block_count_);
  front.BytesField(3, {block_.data(), block_.size()});
  front.End(begin);
  choices_ += block_count_;
  block_count_ = 0;
  block_.Truncate(0);
}

void DroppedEvents::Keep(Kind kind, uint64_t id, const WireField& what) {
  Packer packed;
  packed.OptionalBytesField(what.number, what.bytes);
  made_[Key(kind, id)] = {count_, now_, task_,
                          std::string(packed.data(), packed.size()), count_};
}

void DroppedEvents::Use(Kind kind, uint64_t id) {
  const auto found = made_.find(Key(kind, id));
  if (found != made_.end()) found->second.last_used = count_;
}

void DroppedEvents::ForgetUnused() {
  std::vector<uint64_t> used;
  used.reserve(made_.size());
  for (const auto& [key, made] : made_) used.push_back(made.last_used);
  std::nth_element(used.begin(), used.end() - kMaxMade, used.end());
  const uint64_t oldest = *(used.end() - kMaxMade);
  absl::erase_if(made_, [&](const auto& entry) {
    const auto kind = static_cast<Kind>(entry.first >> 32);
    return kind != Kind::kNode && kind != Kind::kNodeState &&
           entry.second.last_used < oldest;
  });
}

void DroppedEvents::WriteTruncated(Packer& front) const {
  std::vector<const Made*> in_order;
  in_order.reserve(made_.size());
  for (const auto& [key, made] : made_) in_order.push_back(&made);
  std::sort(in_order.begin(), in_order.end(),
            [](const Made* a, const Made* b) { return a->event < b->event; });

  front.Reserve(64);
  const size_t begin =
      front.Begin(static_cast<uint32_t>(TraceRecord::kTruncated));
  front.VarintField(1, count_);
  front.SignedField(2, now_.ns);
  front.VarintField(3, task_.value);
  SimTime now;
  TaskId task;
  for (const Made* made : in_order) {
    front.Reserve(64);
    const size_t event = front.Begin(4);
    front.VarintField(1, static_cast<uint64_t>(made->time.ns) -
                             static_cast<uint64_t>(now.ns));
    now = made->time;
    if (made->task != task) front.OptionalVarintField(2, made->task.value);
    task = made->task;
    front.Bytes(made->what);
    front.End(event);
  }
  front.End(begin);
}

}  // namespace orrery
