// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0
//
// `Recorder`: hands events and choices to the trace and rolls the digests.

#ifndef ORRERY_SIM_RECORDER_H_
#define ORRERY_SIM_RECORDER_H_

#include <cstddef>
#include <cstdint>
#include <memory>
#include <utility>

#include "absl/strings/string_view.h"
#include "orrery/base/choice.h"
#include "orrery/base/ids.h"
#include "orrery/base/sim_time.h"
#include "orrery/base/trace_event.h"
#include "orrery/base/trace_sink.h"

namespace orrery {

// Room for the choices that have not been handed to the sink yet; allocated
// when it is first needed.
using ChoiceBatch = std::unique_ptr<Choice[]>;

class Recorder {
 public:
  // `sink` may be null: nothing is handed on, the digests are still rolled.
  // `batch` is kept for as long as there are choices.
  void Begin(TraceSink* sink, ChoiceBatch& batch) {
    sink_ = sink;
    level_ = sink != nullptr ? sink->level() : TraceLevel::kOff;
    if (level_ == TraceLevel::kOff) return;
    if (batch == nullptr) batch = std::make_unique<Choice[]>(kChoiceBatch);
    begin_ = next_ = batch.get();
    end_ = begin_ + kChoiceBatch;
  }

  bool events() const { return level_ == TraceLevel::kEvents; }
  bool choices_wanted() const { return next_ != nullptr; }
  const DigestPair& digests() const { return digests_; }
  uint64_t choices() const {
    return counted_ + static_cast<uint64_t>(next_ - begin_);
  }

  // Takes down `what`, done by `actor`. Call only if `events()`.
  template <typename Event>
  void Emit(SimTime now, TaskId actor, Event&& what) {
    sink_->OnEvent({now, actor, std::forward<Event>(what)});
  }

  void Step(EntityId entity, SimTime now) {
    digests_.schedule.Mix(entity.value + static_cast<uint64_t>(now.ns));
  }

  // Who runs next is part of the schedule's digest once it has run.
  void ChoseNext(uint64_t n, uint64_t chosen) {
    Add({.kind = ChoiceKind::kNextEntity, .n = n, .chosen = chosen});
  }

  // The text of `choice.site` must live until the run is over. Whether a fault
  // happens is no part of the data's digest until it does: a fault that is
  // masked, and would not have happened, leaves the digest as it is.
  void Drew(const Choice& choice) {
    if (choice.kind != ChoiceKind::kFault) digests_.data.Mix(choice.chosen);
    Add(choice);
  }

  // Mixes what the program did with its data into their digest.
  void MixData(uint64_t word) { digests_.data.Mix(word); }

  void MixBytes(absl::string_view bytes) { digests_.data.MixBytes(bytes); }

  // Hands on the choices that have gathered.
  void Flush() {
    if (next_ == begin_) return;
    const size_t gathered = static_cast<size_t>(next_ - begin_);
    sink_->OnChoices({begin_, gathered}, digests_);
    counted_ += gathered;
    next_ = begin_;
  }

 private:
  void Add(const Choice& choice) {
    if (next_ == nullptr) {
      ++counted_;
      return;
    }
    *next_ = choice;
    if (++next_ == end_) [[unlikely]]
      Flush();
  }

  TraceSink* sink_ = nullptr;
  TraceLevel level_ = TraceLevel::kOff;
  DigestPair digests_;
  uint64_t counted_ = 0;  // those that are not in the batch
  // The batch, how far it is filled, and where it ends; null if nobody wants
  // choices.
  Choice* begin_ = nullptr;
  Choice* next_ = nullptr;
  Choice* end_ = nullptr;
};

}  // namespace orrery

#endif  // ORRERY_SIM_RECORDER_H_
