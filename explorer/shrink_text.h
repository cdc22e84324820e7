// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0
//
// A shrunk run in words: how little it does otherwise than the simplest run,
// and what that is.
//
//   2 deviations from FIFO order (there were 13), after 87 replays
//     1. before writer#3 goes on (bank.cc:41 Deposit), reader#2 begins
//        (spawned at bank.cc:60 Audit)
//     ...

#ifndef ORRERY_EXPLORER_SHRINK_TEXT_H_
#define ORRERY_EXPLORER_SHRINK_TEXT_H_

#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "absl/types/span.h"
#include "orrery/base/ids.h"
#include "orrery/base/trace_sink.h"
#include "orrery/explorer/shrink.h"
#include "orrery/scheduler/deviations.h"
#include "orrery/traces/trace_text.h"

namespace orrery {

// A sink for a replay of the shrunk run: puts each deviation, and each draw
// that is not 0, into words as it comes.
class DeviationWords final : public TraceSink {
 public:
  // `order` lists the deviations that will come. Hands everything on to `next`
  // if that is not null.
  explicit DeviationWords(std::vector<Deviation> order,
                          TraceSink* next = nullptr);

  TraceLevel level() const override { return TraceLevel::kEvents; }
  void OnChoices(absl::Span<const Choice> choices,
                 const DigestPair& digests) override;
  void OnEvent(const TraceEvent& event) override;

  // Returns the lines so far, in the order of the run: "before writer#3 goes on
  // (bank.cc:41 Deposit), reader#2 begins (spawned at bank.cc:60 Audit)",
  // "client#7 draws 4 of 10 for random \"jitter\"".
  const std::vector<std::string>& lines() const { return lines_; }

 private:
  // Where a task stands.
  struct Place {
    std::string site;
    bool begun = false;
  };

  void Learn(const TraceEvent& event);
  std::string NameOf(EntityId entity) const;
  // Returns " (bank.cc:41 Deposit)"; "" if it is not known.
  std::string SiteOf(EntityId entity) const;
  bool HasBegun(EntityId entity) const;

  std::vector<Deviation> order_;
  TraceSink* next_;
  size_t deviations_ = 0;  // so far
  TraceNames names_;
  std::map<EntityId, TaskId> tasks_;
  std::map<TaskId, Place> places_;
  std::vector<std::string> lines_;
};

// Returns "2 deviations from FIFO order, 1 fault and 3 draws that are not 0";
// "no deviation from FIFO order".
std::string DeviationsInWords(const ShrinkCost& cost);

// Returns what a report says about a shrunk run, line by line: how small it is,
// why it was cut short if it was, the numbered `lines` (of the longest lists
// only the first ones), and which other failures were met.
std::vector<std::string> FormatShrink(const ShrinkResult& result,
                                      absl::Span<const std::string> lines);

}  // namespace orrery

#endif  // ORRERY_EXPLORER_SHRINK_TEXT_H_
