// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0
//
// `orrery causes`: what led to an event.

#include "orrery/analysis/causes.h"

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "absl/flags/flag.h"
#include "absl/strings/str_cat.h"
#include "orrery/analysis/causes_text.h"
#include "orrery/tools/event_filter.h"
#include "orrery/tools/paint_event.h"
#include "orrery/tools/shared_flags.h"
#include "orrery/tools/verb.h"
#include "orrery/tools/verbs.h"

namespace orrery {
namespace {

// Says why the chain does not go back to the beginning.
void TellWhereItEnds(const Trace& trace, uint64_t last, bool at_limit) {
  if (at_limit) {
    PrintLine("and so on; --last=N shows more");
  } else if (trace.first_event > 0 && trace.events[last].task) {
    PrintLine(absl::StrCat("the trace begins at event ", trace.first_event,
                           "; what came before is not in it"));
  }
}

int Run(const std::vector<std::string>& operands) {
  if (operands.size() != 2) {
    return Trouble("causes: name a trace and an event: a number, or failure");
  }
  absl::StatusOr<Trace> trace = ReadOperand(operands[0]);
  if (!trace.ok()) return Trouble(trace.status().message());
  const absl::Status has_events = CheckHasEvents(*trace);
  if (!has_events.ok()) return Trouble(has_events.message());
  const absl::StatusOr<uint64_t> number = FindEvent(*trace, operands[1]);
  if (!number.ok()) return Trouble(number.status().message());

  const uint64_t index = *number - trace->first_event;
  const uint64_t limit = absl::GetFlag(FLAGS_last).value_or(1000);
  const std::vector<Cause> chain = CauseIndex(*trace).Chain(index, limit);
  if (absl::GetFlag(FLAGS_json)) {
    PrintLine(CausesAsJson(*trace, index, chain));
  } else {
    for (const CauseLine& line : FormatCauses(*trace, index, chain)) {
      if (!PrintLine(PaintEvent(trace->events[line.index], line.text))) break;
    }
    TellWhereItEnds(*trace, chain.empty() ? index : chain.back().event,
                    chain.size() >= limit);
  }
  return TellWhatIsMissing(*trace, "looked at");
}

}  // namespace

constinit const Verb kCausesVerb = {
    .name = "causes",
    .summary = "what led to an event",
    .operands = "FILE EVENT",
    .flags = "last,json",
    .details =
        R"(EVENT is a number, or failure. Shows the event, what led to it, what led to
that, and so on, back to the beginning.

  --last=N    only the N nearest of them (1000)
  --json      as JSON, one object)",
    .one_means = "",
    .run = Run};

}  // namespace orrery
