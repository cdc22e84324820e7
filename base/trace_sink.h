// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0
//
// `TraceSink`: takes down what happens in a run, as it happens.

#ifndef ORRERY_BASE_TRACE_SINK_H_
#define ORRERY_BASE_TRACE_SINK_H_

#include <cstdint>

#include "absl/types/span.h"
#include "orrery/base/choice.h"
#include "orrery/base/digest.h"
#include "orrery/base/trace_event.h"

namespace orrery {

// How much is taken down.
enum class TraceLevel : uint8_t {
  kOff = 0,
  kChoices = 1,  // what replay needs
  kEvents = 2,   // what people need
};

// How many choices are handed to a sink at a time, at most.
inline constexpr size_t kChoiceBatch = 1024;

// The state of a run's digests, handed along with choices.
struct DigestPair {
  Digest schedule;  // who ran, and when
  Digest data;      // what was drawn, and what the program mixed in

  friend constexpr bool operator==(const DigestPair&,
                                   const DigestPair&) = default;
};

// A sink must not call back into the simulation. Text in an event lives until
// the call returns; a sink copies what it keeps.
class TraceSink {
 public:
  virtual ~TraceSink() = default;

  // Which of the two calls below the sink wants. Asked once per run.
  virtual TraceLevel level() const = 0;

  // Called from level `kChoices` on, for every `kChoiceBatch` choices and, when
  // the run is over, for the rest. `digests` are those after the last of them.
  // Labels live until the run is over.
  virtual void OnChoices(absl::Span<const Choice> choices,
                         const DigestPair& digests) = 0;

  // Called for each event at level `kEvents`. Choices come as events too.
  virtual void OnEvent(const TraceEvent& event) = 0;
};

}  // namespace orrery

#endif  // ORRERY_BASE_TRACE_SINK_H_
