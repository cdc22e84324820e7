// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0
//
// `EventTail`: the last events of a run in words, for a report.

#ifndef ORRERY_TESTING_EVENT_TAIL_H_
#define ORRERY_TESTING_EVENT_TAIL_H_

#include <cstddef>
#include <cstdint>
#include <set>
#include <string>
#include <vector>

#include "absl/types/span.h"
#include "orrery/base/trace_sink.h"
#include "orrery/traces/trace_text.h"

namespace orrery {

// A sink that a run is recorded with while it is repeated, when it is known how
// long it is.
class EventTail final : public TraceSink {
 public:
  // What happens in the last so many steps is put into words. A run has the
  // same memory, however long it is.
  static constexpr uint64_t kSteps = 5000;

  // `steps` is how many steps the run will take. Hands everything on to `next`
  // if that is not null.
  EventTail(uint64_t steps, TraceSink* next)
      : first_step_(steps > kSteps ? steps - kSteps : 0), next_(next) {}

  TraceLevel level() const override { return TraceLevel::kEvents; }
  void OnChoices(absl::Span<const Choice> choices,
                 const DigestPair& digests) override;
  void OnEvent(const TraceEvent& event) override;

  // Returns the last `count` events that tell something about `tasks` and about
  // those which they have started or waited for, and who asked them to cancel,
  // a line each: "#12 1.000s client#7 sleeps until 2.000s [bank.cc:41 Pay]".
  // Events that repeat each other make one line.
  std::vector<std::string> Last(std::set<uint32_t> tasks, size_t count) const;

  // Returns what was made to go wrong in the whole run: "crash at 1.000s".
  const std::vector<std::string>& faults() const { return faults_; }

 private:
  struct Line {
    uint32_t task = 0;
    uint32_t other = 0;  // a task that it has started or waits for
    uint32_t asked = 0;  // a task that it has asked to cancel
    std::string place;   // "#12 1.000s"
    std::string text;    // what follows
    bool shown = false;
  };

  uint64_t first_step_;
  TraceSink* next_;
  uint64_t step_ = 0;
  uint64_t index_ = 0;
  TraceNames names_;
  std::vector<Line> lines_;
  std::vector<std::string> faults_;
};

}  // namespace orrery

#endif  // ORRERY_TESTING_EVENT_TAIL_H_
