// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0
//
// `orrery grep`: the events that match, also by what came before and after.

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/flags/flag.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "orrery/analysis/names_before.h"
#include "orrery/tools/event_filter.h"
#include "orrery/tools/event_search.h"
#include "orrery/tools/paint_event.h"
#include "orrery/tools/shared_flags.h"
#include "orrery/tools/terminal.h"
#include "orrery/tools/text_pattern.h"
#include "orrery/tools/verb.h"
#include "orrery/tools/verbs.h"
#include "orrery/traces/trace_json.h"
#include "orrery/traces/trace_text.h"

ABSL_FLAG(bool, extended, false, "grep: the patterns are regular expressions");
ABSL_FLAG(bool, ignore_case, false, "grep: a letter is as good as its capital");
ABSL_FLAG(bool, count, false, "grep: only how many events match");
ABSL_FLAG(std::string, preceded_by, "",
          "grep: only where an event that matches this came before");
ABSL_FLAG(std::string, not_preceded_by, "",
          "grep: only where no event that matches this came before");
ABSL_FLAG(std::string, followed_by, "",
          "grep: only where an event that matches this comes after");
ABSL_FLAG(std::string, not_followed_by, "",
          "grep: only where no event that matches this comes after");
ABSL_FLAG(std::optional<uint64_t>, within, std::nullopt,
          "grep: how many events before and after are looked at for those");
ABSL_FLAG(std::optional<uint64_t>, before, std::nullopt,
          "grep: only events before the one with this number");
ABSL_FLAG(std::optional<uint64_t>, after, std::nullopt,
          "grep: only events after the one with this number");

namespace orrery {
namespace {

// Reads a flag that holds a pattern; none if it is not set.
//
// Errors:
//   kInvalidArgument  it is no pattern
absl::Status ReadPattern(absl::string_view flag, const std::string& text,
                         std::optional<TextPattern>* pattern) {
  if (text.empty()) return absl::OkStatus();
  absl::StatusOr<TextPattern> made = TextPattern::Make(
      text, {.regex = absl::GetFlag(FLAGS_extended),
             .ignore_case = absl::GetFlag(FLAGS_ignore_case)});
  if (!made.ok()) {
    return absl::InvalidArgumentError(
        absl::StrCat(flag, made.status().message()));
  }
  pattern->emplace(*std::move(made));
  return absl::OkStatus();
}

absl::StatusOr<EventSearch> SearchFromFlags(const std::string& pattern) {
  EventSearch search;
  const absl::StatusOr<EventFilter> filter = EventFilter::FromFlags();
  if (!filter.ok()) return filter.status();
  search.filter = *filter;
  search.after = absl::GetFlag(FLAGS_after);
  search.before = absl::GetFlag(FLAGS_before);
  search.within = absl::GetFlag(FLAGS_within);
  absl::Status status = ReadPattern("", pattern, &search.pattern);
  auto read = [&status](const char* flag, const std::string& text,
                        std::optional<TextPattern>* to) {
    if (status.ok()) status = ReadPattern(flag, text, to);
  };
  read("--preceded-by=", absl::GetFlag(FLAGS_preceded_by), &search.preceded_by);
  read("--not-preceded-by=", absl::GetFlag(FLAGS_not_preceded_by),
       &search.not_preceded_by);
  read("--followed-by=", absl::GetFlag(FLAGS_followed_by), &search.followed_by);
  read("--not-followed-by=", absl::GetFlag(FLAGS_not_followed_by),
       &search.not_followed_by);
  if (!status.ok()) return status;
  return search;
}

// Prints the events that were found, with so many around them.
class Printer {
 public:
  // `prefix` stands before each line.
  Printer(const Trace& trace, std::string prefix)
      : trace_(trace),
        prefix_(std::move(prefix)),
        context_(absl::GetFlag(FLAGS_context).value_or(0)),
        names_(NamesBefore(trace)) {}

  // `found` ascends.
  void Print(const std::vector<uint64_t>& found) {
    uint64_t next = 0;  // the first event that is not printed
    for (size_t i = 0; i < found.size(); ++i) {
      const uint64_t begin =
          std::max(next, found[i] - std::min<uint64_t>(found[i], context_));
      if (context_ > 0 && i > 0 && begin > next) PrintLine("--");
      uint64_t end = found[i] + 1;
      end += std::min<uint64_t>(context_, trace_.events.size() - end);
      for (uint64_t at = begin; at < end; ++at) {
        if (!PrintEvent(at)) return;
      }
      next = std::max(next, end);
    }
  }

 private:
  bool PrintEvent(uint64_t index) {
    for (; learned_ <= index; ++learned_) {
      names_.Learn(trace_.events[learned_]);
    }
    const TraceEvent& event = trace_.events[index];
    const uint64_t number = trace_.first_event + index;
    if (absl::GetFlag(FLAGS_json)) {
      return PrintLine(EventAs(EventFormat::kJson, number, event, names_));
    }
    return PrintLine(absl::StrCat(
        prefix_, PaintEvent(event, FormatEvent(number, event, names_))));
  }

  const Trace& trace_;
  std::string prefix_;
  uint64_t context_;
  TraceNames names_;
  uint64_t learned_ = 0;
};

int Run(const std::vector<std::string>& operands) {
  if (operands.size() < 2) return Trouble("grep: name a pattern and a trace");
  const absl::StatusOr<EventSearch> search = SearchFromFlags(operands[0]);
  if (!search.ok()) {
    return Trouble(absl::StrCat("grep: ", search.status().message()));
  }
  bool found_any = false;
  bool trouble = false;
  auto say = [&](absl::string_view message) {
    Trouble(message);
    trouble = true;
  };
  for (size_t i = 1; i < operands.size(); ++i) {
    absl::StatusOr<Trace> trace = ReadOperand(operands[i]);
    if (!trace.ok()) {
      say(trace.status().message());
      continue;
    }
    const absl::Status has_events = CheckHasEvents(*trace);
    if (!has_events.ok()) {
      say(has_events.message());
      continue;
    }
    Progress progress("searching");
    const absl::StatusOr<std::vector<uint64_t>> found =
        FindEvents(*trace, *search, [&progress](uint64_t done, uint64_t all) {
          progress.Update(done, all);
        });
    if (!found.ok()) {
      say(absl::StrCat("grep: ", found.status().message()));
      continue;
    }
    found_any |= !found->empty();
    // Of several files each line says of which it is, as grep's do.
    const std::string prefix =
        operands.size() > 2 ? absl::StrCat(OneLine(trace->name), ":") : "";
    if (absl::GetFlag(FLAGS_count)) {
      PrintLine(absl::StrCat(prefix, found->size()));
    } else {
      Printer(*trace, prefix).Print(*found);
    }
    if (TellWhatIsMissing(*trace, "searched") != kSame) trouble = true;
  }
  return trouble ? kTrouble : found_any ? kSame : kDifferent;
}

}  // namespace

constinit const Verb kGrepVerb = {
    .name = "grep",
    .summary = "the events that match a pattern",
    .operands = "PATTERN FILE...",
    .flags =
        "extended|E,ignore_case|i,count|c,from,to,after,before,task|tasks,"
        "kind,preceded_by,not_preceded_by,followed_by,not_followed_by,"
        "within,context|C,json",
    .details =
        R"(PATTERN is a text that the line of an event contains, as `orrery print` shows
it; with -E it is a regular expression, as of ECMAScript, and of a line its
first 1000 characters count.

  -E, --extended            patterns are regular expressions
  -i, --ignore-case         a letter is as good as its capital
  -c, --count               only how many events match
  -C, --context=N           with N events before and after
  --from=N --to=N           only events with these numbers
  --after=N --before=N      only events after that one, or before that one
  --task=TASK,...           only those of these tasks: client, client#7 or 7
  --kind=KIND,...           only those of these kinds: choice, log, failure, ...
  --preceded-by=PATTERN     only where an event that matches this came before
  --not-preceded-by=PATTERN only where none did
  --followed-by=PATTERN     only where an event that matches this comes after
  --not-followed-by=PATTERN only where none does
  --within=N                for these four: at most N events before or after
  --json                    as JSON, one object an event)",
    .one_means = "no event matches",
    .run = Run};

}  // namespace orrery
