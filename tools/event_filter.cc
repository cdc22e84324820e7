// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0

#include "orrery/tools/event_filter.h"

#include <optional>

#include "absl/algorithm/container.h"
#include "absl/flags/flag.h"
#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "orrery/analysis/failure_index.h"
#include "orrery/tools/command_line.h"
#include "orrery/tools/shared_flags.h"

namespace orrery {
namespace {

// Whether `name`, "client#7", is what `wanted` asks for.
bool IsTask(const std::string& name, TaskId id, const std::string& wanted) {
  uint32_t number = 0;
  if (absl::SimpleAtoi(wanted, &number)) return id.value == number;
  return name == wanted || absl::StartsWith(name, absl::StrCat(wanted, "#"));
}

// "no events", "events 12 to 40".
std::string EventsOf(const Trace& trace) {
  if (trace.events.empty()) return "no events";
  return absl::StrCat("events ", trace.first_event, " to ",
                      trace.first_event + trace.events.size() - 1);
}

}  // namespace

absl::StatusOr<EventFilter> EventFilter::FromFlags() {
  EventFilter filter;
  filter.from_ = absl::GetFlag(FLAGS_from).value_or(filter.from_);
  filter.to_ = absl::GetFlag(FLAGS_to).value_or(filter.to_);
  filter.tasks_ =
      absl::StrSplit(absl::GetFlag(FLAGS_task), ',', absl::SkipEmpty());
  filter.kinds_ =
      absl::StrSplit(absl::GetFlag(FLAGS_kind), ',', absl::SkipEmpty());
  const std::vector<absl::string_view> known = EventKindNames();
  for (const std::string& kind : filter.kinds_) {
    if (absl::c_linear_search(known, kind)) continue;
    return absl::InvalidArgumentError(
        absl::StrCat("--kind=", kind, DidYouMean(kind, known, ""),
                     ": expected one of ", absl::StrJoin(known, ", ")));
  }
  return filter;
}

bool EventFilter::Passes(uint64_t number, const TraceEvent& event,
                         const TraceNames& names) const {
  return number >= from_ && number <= to_ &&
         (kinds_.empty() ||
          absl::c_linear_search(kinds_, EventKindName(event))) &&
         PassesTask(event.task, names);
}

bool EventFilter::PassesTask(TaskId task, const TraceNames& names) const {
  if (tasks_.empty()) return true;
  const std::string name = names.Task(task);
  return absl::c_any_of(tasks_, [&](const std::string& wanted) {
    return IsTask(name, task, wanted);
  });
}

absl::Status CheckHasEvents(const Trace& trace) {
  if (trace.header.level == TraceLevel::kEvents) return absl::OkStatus();
  return absl::FailedPreconditionError(absl::StrCat(
      trace.name, ": it holds choices only, ", trace.schedule.choices.size(),
      " of them; to get the events, run the test with --orrery_seed=",
      trace.header.seed.value, " --orrery_scheduler=", trace.header.scheduler,
      " --orrery_trace_level=events"));
}

absl::StatusOr<uint64_t> FindEvent(const Trace& trace, absl::string_view text) {
  if (text == "failure") {
    const std::optional<uint64_t> index = FailureIndex(trace);
    if (index.has_value()) return trace.first_event + *index;
    const bool gone =
        trace.footer.has_value() && trace.footer->failed_event.has_value();
    return absl::NotFoundError(
        gone ? absl::StrCat(trace.name, ": the failure is event ",
                            *trace.footer->failed_event, ", and it holds ",
                            EventsOf(trace))
             : absl::StrCat(trace.name, ": the run did not fail"));
  }
  absl::string_view digits = text;
  if (!absl::ConsumePrefix(&digits, "event:")) {
    absl::ConsumePrefix(&digits, "#");
  }
  uint64_t number = 0;
  if (digits.empty() || !absl::c_all_of(digits, absl::ascii_isdigit) ||
      !absl::SimpleAtoi(digits, &number)) {
    return absl::InvalidArgumentError(
        absl::StrCat("\"", text,
                     "\": expected the number of an event, or "
                     "failure"));
  }
  if (number < trace.first_event ||
      number - trace.first_event >= trace.events.size()) {
    return absl::NotFoundError(absl::StrCat(trace.name, ": there is no event ",
                                            number, "; it holds ",
                                            EventsOf(trace)));
  }
  return number;
}

}  // namespace orrery
