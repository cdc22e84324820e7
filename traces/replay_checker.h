// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0
//
// `ReplayChecker`: holds a run against a recorded one while it goes, and stops
// at the first event that differs.

#ifndef ORRERY_TRACES_REPLAY_CHECKER_H_
#define ORRERY_TRACES_REPLAY_CHECKER_H_

#include <cstddef>
#include <functional>
#include <string>

#include "orrery/base/trace_sink.h"
#include "orrery/traces/trace_reader.h"
#include "orrery/traces/trace_text.h"

namespace orrery {

// Log lines may have been added or taken away, and places may have moved; all
// else must be as recorded. A trace without events is checked by its choices,
// which the replaying scheduler does, and by the digests that it has.
class ReplayChecker final : public TraceSink {
 public:
  // Hands everything on to `next`, if there is one. `diverge` is called once,
  // with the difference in words; it should end the run. All must outlive it.
  ReplayChecker(const Trace* recorded, TraceSink* next,
                std::function<void(std::string)> diverge);

  TraceLevel level() const override;
  void OnChoices(absl::Span<const Choice> choices,
                 const DigestPair& digests) override;
  void OnEvent(const TraceEvent& event) override;

  // Call after the run: finds what was recorded and did not happen, and digests
  // that differ at the end. Returns the difference in words, or "".
  std::string CheckEnd(const DigestPair& digests);

 private:
  void Diverge(const TraceEvent& actual);
  void SkipRemarks();
  // Returns the last events that were as recorded, with a heading.
  std::string Context() const;

  const Trace* recorded_;
  TraceSink* next_;
  std::function<void(std::string)> diverge_;
  bool diverged_ = false;
  size_t at_ = 0;        // the recorded event that comes next
  uint64_t events_ = 0;  // of this run
  uint64_t choices_ = 0;
  TraceNames recorded_names_;
  TraceNames names_;
};

}  // namespace orrery

#endif  // ORRERY_TRACES_REPLAY_CHECKER_H_
