// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0
//
// `Recorder`: hands events and choices to the trace and rolls the digests.

#ifndef ORRERY_SIM_RECORDER_H_
#define ORRERY_SIM_RECORDER_H_

#include <cstdint>
#include <utility>

#include "orrery/base/choice.h"
#include "orrery/base/ids.h"
#include "orrery/base/sim_time.h"
#include "orrery/base/trace_event.h"
#include "orrery/base/trace_sink.h"

namespace orrery {

class Recorder {
 public:
  // `sink` may be null: nothing is handed on, the digests are still rolled.
  void Begin(TraceSink* sink) {
    sink_ = sink;
    level_ = sink != nullptr ? sink->level() : TraceLevel::kOff;
    digests_ = {};
    choices_ = 0;
  }

  bool events() const { return level_ == TraceLevel::kEvents; }
  const DigestPair& digests() const { return digests_; }
  uint64_t choices() const { return choices_; }

  // Takes down `what`, done by `actor`. Call only if `events()`.
  template <typename Event>
  void Emit(SimTime now, TaskId actor, Event&& what) {
    sink_->OnEvent({now, actor, std::forward<Event>(what)});
  }

  void Step(EntityId entity, SimTime now) {
    digests_.schedule.Mix(entity.value + static_cast<uint64_t>(now.ns));
  }

  void Chose(const Choice& choice) {
    ++choices_;
    if (choice.kind != ChoiceKind::kNextEntity) {
      digests_.data.Mix(choice.chosen);
    }
    if (level_ != TraceLevel::kOff) sink_->OnChoice(choice, digests_);
  }

 private:
  TraceSink* sink_ = nullptr;
  TraceLevel level_ = TraceLevel::kOff;
  DigestPair digests_;
  uint64_t choices_ = 0;
};

}  // namespace orrery

#endif  // ORRERY_SIM_RECORDER_H_
