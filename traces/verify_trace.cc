// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0

#include "orrery/traces/verify_trace.h"

#include <utility>

#include "absl/functional/function_ref.h"
#include "absl/strings/str_cat.h"
#include "absl/types/span.h"
#include "orrery/base/digest.h"
#include "orrery/traces/trace_audit.h"

namespace orrery {
namespace {

std::string Hex16(Digest digest) {
  return absl::StrCat(absl::Hex(digest.value(), absl::kZeroPad16));
}

void AddFault(TraceVerdict& verdict, std::string what) {
  ++verdict.fault_count;
  verdict.faults.push_back(std::move(what));
}

template <typename Number>
bool SameNumber(TraceVerdict& verdict, absl::string_view what, Number recorded,
                Number found) {
  if (recorded == found) return true;
  AddFault(verdict, absl::StrCat("the footer says ", what, " ", recorded,
                                 ", the events ", found));
  return false;
}

void CheckDigest(TraceVerdict& verdict, absl::string_view whose,
                 Digest recorded, Digest found) {
  if (recorded == found) {
    verdict.holds.push_back(
        absl::StrCat("the ", whose, "'s digest follows from the events"));
    return;
  }
  AddFault(verdict,
           absl::StrCat("the ", whose, "'s digest is ", Hex16(recorded),
                        ", from the events it is ", Hex16(found)));
}

// Returns why the events alone do not tell how the run ended; empty if they do.
std::string WhyNotAll(const Trace& trace) {
  if (trace.first_event != 0) return "the first events are not in the file";
  if (trace.unknown_events != 0) {
    return "there are events of kinds that this version does not know";
  }
  return "";
}

void CheckEvents(const TraceAudit& audit, TraceVerdict& verdict) {
  const Trace& trace = verdict.trace;
  const std::string why_not = WhyNotAll(trace);
  if (trace.unknown_events != 0) {
    verdict.unchecked.push_back(absl::StrCat("what is named: ", why_not));
  } else {
    verdict.faults = audit.faults();
    verdict.fault_count = audit.fault_count();
    if (verdict.fault_count == 0) {
      verdict.holds.push_back("what is named was made before");
    }
  }
  if (!trace.footer.has_value()) {
    verdict.unchecked.push_back("digests: there is no footer");
    return;
  }
  const TraceFooter& footer = *trace.footer;
  if (!why_not.empty()) {
    verdict.unchecked.push_back(absl::StrCat("digests: ", why_not));
    return;
  }
  const uint64_t none = verdict.events;
  bool same = SameNumber(verdict, "steps", footer.steps, audit.steps());
  same = SameNumber(verdict, "failed_event", footer.failed_event.value_or(none),
                    audit.failed_event().value_or(none)) &&
         same;
  if (same) verdict.holds.push_back("steps and failures are counted right");
  CheckDigest(verdict, "schedule", footer.digests.schedule,
              audit.digests().schedule);
  if (audit.knows_data()) {
    CheckDigest(verdict, "data", footer.digests.data, audit.digests().data);
  } else {
    verdict.unchecked.push_back("the data's digest: files are part of it");
  }
}

// Without events it is not known what else the program mixed in: where that was
// nothing, they follow from the choices.
void CheckChoices(TraceVerdict& verdict) {
  const Trace& trace = verdict.trace;
  verdict.unchecked.push_back(
      "the schedule's digest: there are no events to tell who ran when");
  Digest data;
  uint64_t index = 0;
  bool same = true;
  for (const ScheduledChoice& choice : trace.schedule.choices) {
    if (choice.kind != ChoiceKind::kNextEntity &&
        choice.kind != ChoiceKind::kFault) {
      data.Mix(choice.chosen);
    }
    const auto checkpoint = trace.checkpoints.find(++index);
    if (checkpoint != trace.checkpoints.end()) {
      same = same && checkpoint->second.data == data;
    }
  }
  if (trace.footer.has_value()) {
    same = same && trace.footer->digests.data == data;
  }
  if (same && (trace.footer.has_value() || !trace.checkpoints.empty())) {
    verdict.holds.push_back("the data's digest follows from the choices");
  } else {
    verdict.unchecked.push_back(
        "the data's digest: more than choices may be part of it");
  }
}

absl::StatusOr<TraceVerdict> Verify(
    const VerifyTraceOptions& options,
    absl::FunctionRef<absl::StatusOr<Trace>(const ReadTraceOptions&)> read) {
  TraceAudit audit;
  uint64_t events = 0;
  ReadTraceOptions how;
  how.allow_incomplete = true;
  how.on_progress = options.on_progress;
  how.on_events = [&](const Trace& so_far, uint64_t first,
                      absl::Span<const TraceEvent> some) {
    if (first != 0 && first == so_far.first_event) {
      audit.TakeBefore(so_far.before);
    }
    for (const TraceEvent& event : some) audit.Take(first++, event);
    events = first;
    return true;
  };
  absl::StatusOr<Trace> trace = read(how);
  if (!trace.ok()) return trace.status();
  TraceVerdict verdict;
  verdict.trace = *std::move(trace);
  verdict.events = events + verdict.trace.unknown_events;
  verdict.choices = verdict.trace.choice_count;
  if (verdict.trace.damage.empty()) {
    verdict.holds.push_back("all bytes match their checksums");
    verdict.holds.push_back("all events and choices are there");
  }
  if (verdict.trace.header.level == TraceLevel::kEvents) {
    CheckEvents(audit, verdict);
  } else {
    CheckChoices(verdict);
  }
  return verdict;
}

}  // namespace

absl::StatusOr<TraceVerdict> VerifyTrace(const std::string& path,
                                         const VerifyTraceOptions& options) {
  return Verify(options, [&](const ReadTraceOptions& how) {
    return ReadTrace(path, how);
  });
}

absl::StatusOr<TraceVerdict> VerifyTraceBytes(
    absl::string_view bytes, const std::string& name,
    const VerifyTraceOptions& options) {
  return Verify(options, [&](const ReadTraceOptions& how) {
    return ParseTrace(bytes, name, how);
  });
}

std::string FormatVerdict(const TraceVerdict& verdict) {
  const Trace& trace = verdict.trace;
  std::string text;
  if (verdict.sound()) {
    text = absl::StrCat(trace.name, ": sound");
  } else if (!trace.damage.empty()) {
    text = absl::StrCat(trace.damage, "\n  good up to byte ", trace.good_bytes);
  } else {
    text = absl::StrCat(trace.name, ": not sound");
  }
  absl::StrAppend(&text, "\n  ", verdict.events, " events, ", verdict.choices,
                  " choices");
  if (trace.first_event != 0) {
    absl::StrAppend(&text, "; the first ", trace.first_event,
                    " events were left out to stay within the budget");
  }
  for (const std::string& fault : verdict.faults) {
    absl::StrAppend(&text, "\n  wrong: ", fault);
  }
  if (verdict.fault_count > verdict.faults.size()) {
    absl::StrAppend(&text,
                    "\n  wrong: ", verdict.fault_count - verdict.faults.size(),
                    " more");
  }
  for (const std::string& what : verdict.holds) {
    absl::StrAppend(&text, "\n  right: ", what);
  }
  for (const std::string& what : verdict.unchecked) {
    absl::StrAppend(&text, "\n  not checked: ", what);
  }
  return text;
}

}  // namespace orrery
