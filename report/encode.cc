// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0

#include "orrery/report/encode.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <tuple>
#include <utility>
#include <variant>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/string_view.h"
#include "orrery/analysis/causes.h"
#include "orrery/analysis/lanes.h"
#include "orrery/base/sim_time.h"
#include "orrery/base/task_report.h"
#include "orrery/base/trace_event.h"
#include "orrery/report/record_maker.h"
#include "orrery/report/wire.h"
#include "orrery/scheduler/schedule.h"
#include "orrery/traces/trace_text.h"

namespace orrery {
namespace {

constexpr uint64_t kVersion = 1;
constexpr int64_t kNanoseconds = 1'000'000'000;

// The events that the page shows: indices into `Trace::events`.
struct Window {
  size_t begin = 0;
  size_t end = 0;

  bool Has(uint64_t event) const { return begin <= event && event < end; }
  // Returns the index within the window of what is not before it.
  uint64_t From(uint64_t event) const {
    return std::clamp<uint64_t>(event, begin, end) - begin;
  }
};

// Returns the index of the event at which the page opens.
std::optional<size_t> FailedEvent(const Trace& trace) {
  const std::vector<TraceEvent>& events = trace.events;
  if (trace.footer.has_value() && trace.footer->failed_event.has_value()) {
    const uint64_t number = *trace.footer->failed_event;
    if (number >= trace.first_event &&
        number - trace.first_event < events.size()) {
      return number - trace.first_event;
    }
  }
  for (size_t i = 0; i < events.size(); ++i) {
    if (std::holds_alternative<event::Failed>(events[i].what)) return i;
  }
  return std::nullopt;
}

// Returns `size` events, of which three in four come before `center`: what led
// to it is more than what it led to.
Window WindowAround(size_t center, uint64_t size, size_t count) {
  if (size == 0 || size >= count) return {0, count};
  const size_t after = std::min<size_t>(size / 4, count - center);
  const size_t end = std::clamp<size_t>(center + after, size, count);
  return {end - size, end};
}

class Encoder {
 public:
  Encoder(const Trace& trace, const ReportOptions& options)
      : trace_(trace),
        options_(options),
        causes_(trace),
        lanes_(BuildLanes(trace)),
        records_(names_, lane_of_, texts_) {
    for (const TraceEvent& event : trace.before) names_.Learn(event);
    for (const TraceEvent& event : trace.events) names_.Learn(event);
    for (const Lane& lane : lanes_.lanes) {
      lane_of_.emplace(lane.id.value, lane_of_.size());
    }
    failed_ = FailedEvent(trace);
    count_ =
        ShowsChoices() ? trace.schedule.choices.size() : trace.events.size();
    window_ = WindowAround(failed_.value_or(count_), options.window, count_);
  }

  std::string Encode() {
    Wire body;
    AppendFacts(body);
    AppendWords(body);
    // They fill the tables that come before them.
    Wire columns;
    if (ShowsChoices()) {
      AppendChoices(columns);
    } else {
      AppendEvents(columns);
    }
    AppendList(body, sites_);
    AppendLanes(body);
    AppendBands(body);
    records_.records().AppendTo(body);
    body.Raw(columns.bytes());
    AppendTasks(body);

    Wire all;
    all.Number(kVersion);
    texts_.AppendTo(all);
    all.Raw(body.bytes());
    return all.bytes();
  }

 private:
  // Whether it has no events, and the page shows its choices for them.
  bool ShowsChoices() const {
    return trace_.header.level != TraceLevel::kEvents;
  }

  uint32_t Text(absl::string_view text) { return texts_.Add(text); }

  void AppendList(Wire& to, const std::vector<uint32_t>& texts) {
    to.Number(texts.size());
    for (uint32_t text : texts) to.Number(text);
  }

  void AppendFacts(Wire& to) {
    std::vector<std::pair<absl::string_view, std::string>> facts;
    std::vector<std::pair<absl::string_view, uint64_t>> counts;
    const auto fact = [&](absl::string_view key, std::string value) {
      if (!value.empty()) facts.emplace_back(key, std::move(value));
    };
    const auto count = [&](absl::string_view key, uint64_t value) {
      counts.emplace_back(key, value);
    };
    const TraceHeader& header = trace_.header;
    fact("trace", trace_.name);
    if (!header.suite.empty() || !header.test.empty()) {
      fact("test", absl::StrCat(header.suite, header.suite.empty() ? "" : ".",
                                header.test));
    }
    fact("parameter", header.param);
    fact("target", header.target);
    fact("arguments", absl::StrJoin(header.arguments, " "));
    fact("build", header.build.id);
    fact("compiler", header.build.compiler);
    fact("mode", header.build.mode);
    fact("seed", absl::StrCat(header.seed.value));
    fact("scheduler", header.scheduler);
    fact("rerun", options_.rerun);
    fact("replay", options_.replay);
    fact("damage", trace_.damage);
    fact("recovered", trace_.recovered);
    count("run", header.run);
    count("choices_only", ShowsChoices() ? 1 : 0);
    count("first", trace_.first_event + window_.begin);
    count("lost", trace_.first_event);
    count("cut_before", window_.begin);
    count("cut_after", count_ - window_.end);
    count("unknown_events", trace_.unknown_events);
    count("not_done", trace_.not_done_count);
    count("choices", trace_.choice_count);
    if (failed_.has_value()) {
      count("failed_event", trace_.first_event + *failed_);
      fact("site", EventSite(trace_.events[*failed_]));
    }
    Outcome outcome = Outcome::kUnknown;
    if (trace_.footer.has_value()) {
      const TraceFooter& footer = *trace_.footer;
      outcome = footer.outcome;
      count("steps", footer.steps);
      fact("elapsed", FormatSimTime(footer.elapsed));
      fact("schedule_digest",
           absl::StrCat(
               absl::Hex(footer.digests.schedule.value(), absl::kZeroPad16)));
      fact("data_digest", absl::StrCat(absl::Hex(footer.digests.data.value(),
                                                 absl::kZeroPad16)));
      if (footer.failure.has_value()) {
        const TraceFailure& failure = *footer.failure;
        fact("message", failure.message);
        fact("failed_at", FormatSimTime(failure.time));
        fact("failed_task", failure.task);
        fact("failed_site", failure.site);
        count("failed_step", failure.step);
      }
    }
    if (failed_.has_value() &&
        (!trace_.footer.has_value() || !trace_.footer->failure.has_value())) {
      // The process died before it could say so in the footer.
      const TraceEvent& event = trace_.events[*failed_];
      if (const auto* what = std::get_if<event::Failed>(&event.what)) {
        fact("message", std::string(what->message));
        fact("failed_at", FormatSimTime(event.time));
        fact("failed_task", names_.Task(event.task));
      }
    }
    fact("outcome", std::string(OutcomeName(outcome)));
    count("completed", outcome == Outcome::kCompleted ? 1 : 0);

    to.Number(facts.size());
    for (const auto& [key, value] : facts) {
      to.Number(Text(key));
      to.Number(Text(value));
    }
    to.Number(counts.size());
    for (const auto& [key, value] : counts) {
      to.Number(Text(key));
      to.Number(value);
    }
  }

  void AppendWords(Wire& to) {
    std::vector<uint32_t> words;
    for (absl::string_view kind : EventKindNames()) words.push_back(Text(kind));
    AppendList(to, words);
    words.clear();
    for (int kind = 0; kind <= static_cast<int>(CauseKind::kCancel); ++kind) {
      words.push_back(Text(CauseKindName(static_cast<CauseKind>(kind))));
    }
    AppendList(to, words);
    to.Number(lanes_.nodes.size());
    for (const NodeName& node : lanes_.nodes) {
      to.Number(node.id.value);
      to.Number(Text(node.name));
    }
  }

  // Returns the number of the event's place + 1, or 0. Places stand in a trace
  // once, so they are known by their address.
  uint64_t Site(const TraceEvent& event) {
    return std::visit(
        [&](const auto& what) -> uint64_t {
          if constexpr (requires { what.site; }) {
            const SiteText& site = what.site;
            if (site.line == 0) return 0;
            const auto [known, is_new] = site_numbers_.try_emplace(
                std::make_tuple(site.file.data(), site.function.data(),
                                site.line),
                sites_.size() + 1);
            if (is_new) sites_.push_back(Text(EventSite(event)));
            return known->second;
          }
          return 0;
        },
        event.what);
  }

  void AppendEvents(Wire& to) {
    Wire records, lanes, sites, causes, cause_kinds, times;
    uint64_t instants = 0;
    int64_t last_second = 0;
    uint32_t next = 0;
    for (size_t i = window_.begin; i < window_.end; ++i) {
      const TraceEvent& event = trace_.events[i];
      const uint32_t record = records_.Add(event);
      records.Number(record == next ? 0 : next - record);
      if (record == next) ++next;
      const auto lane = lane_of_.find(event.task.value);
      lanes.Number(lane == lane_of_.end() ? 0 : lane->second);
      sites.Number(Site(event));
      const Cause cause = causes_.Of(i);
      causes.Number(cause.kind == CauseKind::kNone ? 0 : i - cause.event);
      cause_kinds.Number(static_cast<uint64_t>(cause.kind));
      // Events of one instant stand together.
      size_t end = i + 1;
      if (i > window_.begin && trace_.events[i - 1].time == event.time)
        continue;
      while (end < window_.end && trace_.events[end].time == event.time) ++end;
      int64_t second = event.time.ns / kNanoseconds;
      int64_t rest = event.time.ns % kNanoseconds;
      if (rest < 0) {
        rest += kNanoseconds;
        --second;
      }
      ++instants;
      times.Signed(second - last_second);
      times.Number(static_cast<uint64_t>(rest));
      times.Number(end - i);
      last_second = second;
    }
    to.Number(window_.end - window_.begin);
    for (const Wire* column :
         {&records, &lanes, &sites, &causes, &cause_kinds}) {
      to.Sized(column->bytes());
    }
    to.Number(instants);
    to.Raw(times.bytes());
  }

  void AppendChoices(Wire& to) {
    Wire records;
    uint32_t next = 0;
    const Schedule& schedule = trace_.schedule;
    for (size_t i = window_.begin; i < window_.end; ++i) {
      const ScheduledChoice& choice = schedule.choices[i];
      TraceEvent event;
      event.what = event::Chosen{{choice.kind, choice.n, choice.chosen,
                                  schedule.SiteOf(choice), choice.span},
                                 {}};
      const uint32_t record = records_.Add(event);
      records.Number(record == next ? 0 : next - record);
      if (record == next) ++next;
    }
    const std::string none(window_.end - window_.begin, '\0');
    to.Number(none.size());
    to.Sized(records.bytes());
    for (int column = 0; column < 4; ++column) to.Sized(none);
    to.Number(0);
  }

  void AppendLanes(Wire& to) {
    to.Number(lanes_.lanes.size());
    for (const Lane& lane : lanes_.lanes) {
      to.Number(Text(names_.Task(lane.id)));
      to.Number(static_cast<uint64_t>(lane.kind));
      to.Number(lane.node.value);
      to.Number(window_.From(lane.first));
      to.Number(window_.From(lane.last));
      to.Number(lane.finished && lane.last < window_.end ? 1 : 0);
      Wire runs;
      uint64_t count = 0;
      uint64_t last = 0;
      for (const RunBlock& run : lane.blocks) {
        if (run.end < window_.begin || run.begin >= window_.end) continue;
        const uint64_t begin = window_.From(run.begin);
        const uint64_t end = window_.From(run.end + 1);
        runs.Number(begin - last);
        runs.Number(end - begin);
        last = end;
        ++count;
      }
      to.Number(count);
      to.Raw(runs.bytes());
    }
  }

  // What a node went through that kept its tasks from running.
  void AppendBands(Wire& to) {
    struct Band {
      uint64_t begin;
      uint32_t text;
    };
    absl::flat_hash_map<uint16_t, Band> open;
    Wire bands;
    uint64_t count = 0;
    const auto close = [&](uint16_t node, const Band& band, size_t end) {
      if (end <= window_.begin || band.begin >= window_.end) return;
      if (end == band.begin) return;
      const uint64_t begin = window_.From(band.begin);
      bands.Number(node);
      bands.Number(begin);
      bands.Number(window_.From(end) - begin);
      bands.Number(band.text);
      ++count;
    };
    const auto look_at = [&](const TraceEvent& event, size_t i) {
      const auto* changed = std::get_if<event::NodeChanged>(&event.what);
      if (changed == nullptr) return;
      const auto found = open.find(changed->node.value);
      if (found != open.end()) {
        close(found->first, found->second, i);
        open.erase(found);
      }
      if (changed->state != NodeState::kUp) {
        open[changed->node.value] = {i, Text(NodeStateVerb(changed->state))};
      }
    };
    const std::vector<TraceEvent>& events = trace_.events;
    for (const TraceEvent& event : trace_.before) look_at(event, 0);
    for (size_t i = 0; i < events.size(); ++i) look_at(events[i], i);
    std::vector<std::pair<uint16_t, Band>> rest(open.begin(), open.end());
    std::sort(rest.begin(), rest.end(),
              [](const auto& a, const auto& b) { return a.first < b.first; });
    for (const auto& [node, band] : rest) close(node, band, events.size());
    to.Number(count);
    to.Raw(bands.bytes());
  }

  void AppendTasks(Wire& to) {
    to.Number(trace_.not_done.size());
    const auto list = [&](const std::vector<std::string>& texts) {
      to.Number(texts.size());
      for (const std::string& text : texts) to.Number(Text(text));
    };
    for (const TaskReport& task : trace_.not_done) {
      const auto lane = lane_of_.find(task.id.value);
      to.Number(lane == lane_of_.end() ? 0 : uint64_t{lane->second} + 1);
      to.Number(Text(task.name));
      to.Number(Text(FormatWait(task)));
      to.Number(Text(task.waits_for));
      to.Number(Text(task.held_by));
      to.Number(Text(task.spawned_at));
      to.Number(task.running ? 1 : 0);
      list(task.stack);
      list(task.awaited_by);
    }
  }

  const Trace& trace_;
  const ReportOptions& options_;
  const CauseIndex causes_;
  const Lanes lanes_;
  TraceNames names_;
  absl::flat_hash_map<uint32_t, uint32_t> lane_of_;  // by task
  WireTable texts_;
  RecordMaker records_;
  std::vector<uint32_t> sites_;
  absl::flat_hash_map<std::tuple<const char*, const char*, uint32_t>, uint64_t>
      site_numbers_;
  std::optional<size_t> failed_;
  size_t count_ = 0;  // of all events, or choices
  Window window_;
};

}  // namespace

std::string EncodeReport(const Trace& trace, const ReportOptions& options) {
  return Encoder(trace, options).Encode();
}

}  // namespace orrery
