// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0

#include <iterator>
#include <limits>
#include <string>
#include <utility>
#include <variant>

#include "absl/strings/str_cat.h"
#include "orrery/base/check.h"
#include "orrery/base/prng.h"
#include "orrery/exports/validate.h"
#include "orrery/scheduler/random_scheduler.h"
#include "orrery/tests/sample_programs.h"
#include "orrery/traces/sample_trace.h"
#include "orrery/traces/trace_writer.h"

namespace orrery {
namespace {

constexpr int64_t kLast = std::numeric_limits<int64_t>::max();

Trace Parse(absl::string_view bytes, const std::string& name) {
  absl::StatusOr<Trace> trace =
      ParseTrace(bytes, name, {.allow_incomplete = true});
  ORRERY_CHECK(trace.ok(), trace.status().message());
  return *std::move(trace);
}

Trace OfProgram(const SampleProgram& program, uint64_t seed) {
  RandomScheduler scheduler;
  TraceWriter writer;
  const RunResult result = RunRecorded(program.main, scheduler, Seed(seed),
                                       TraceLevel::kEvents, writer);
  TraceFooter footer;
  footer.outcome = result.outcome;
  footer.steps = result.steps;
  footer.elapsed = SimTime(ToNanoseconds(result.elapsed));
  if (result.failure.has_value()) {
    footer.failure = TraceFailure{
        result.failure->message, result.failure->time, result.failure->step,
        result.failure->task_name, result.failure->site};
  }
  ORRERY_CHECK(writer.Finish(footer, result.tasks).ok(),
               "writing to memory failed");
  return Parse(writer.bytes(), program.name);
}

// The sample, from event `first` on. `before`: it knows what was there before.
Trace WithoutBeginning(size_t first, bool before) {
  Trace trace = ReadBack(SampleEvents(), absl::StrCat("from ", first));
  const auto begin = trace.events.begin();
  for (auto each = begin; before && each < begin + static_cast<long>(first);
       ++each) {
    if (std::holds_alternative<event::Spawned>(each->what) ||
        std::holds_alternative<event::ObjectMade>(each->what) ||
        std::holds_alternative<event::NodeMade>(each->what)) {
      trace.before.push_back(*each);
    }
  }
  trace.events.erase(begin, begin + static_cast<long>(first));
  trace.first_event = 1'000'000 + first;
  return trace;
}

Trace WithTime(SimTime time) {
  std::vector<TraceEvent> events = SampleEvents();
  for (size_t i = events.size() / 2; i < events.size(); ++i) {
    events[i].time = time;
  }
  return ReadBack(events, absl::StrCat("until ", time.ns));
}

// Names that mean something to one format or the other.
constexpr absl::string_view kNames[] = {"</script><script>alert(1)</script>",
                                        "\"quoted\" \\ back",
                                        "line\nbreak\r\ttab\x01\x7f",
                                        "\xff\xfe no text \xc3",
                                        "end",
                                        "a; b # c: d -->> e %% f",
                                        "",
                                        "\xf0\x9f\x94\xa5 fire"};

Trace WithHostileNames() {
  std::vector<TraceEvent> events;
  const SimTime now;
  uint32_t id = 0;
  for (absl::string_view name : kNames) {
    ++id;
    const SiteText site(name, name, id);
    const NodeId node(static_cast<uint16_t>(id));
    const TaskId task(id);
    const MessageId message(id);
    const TraceEvent each[] = {
        {now, TaskId(), event::NodeMade{node, name}},
        {now, TaskId(),
         event::Spawned{task, EntityId(id), EntityKind::kTask, node, name, site,
                        now}},
        {now, task, event::Resumed()},
        {now, task,
         event::ObjectMade{ObjectId(id), ObjectKey(id), name, name, site}},
        {now, task,
         event::Chosen{{ChoiceKind::kData, 4, 3, name, SpanId()}, {}}},
        {now, task, event::Logged{name, site}},
        {now, task,
         event::MessageSent{message, node, NodeId(1), name, 5, 0, site}},
        {now, TaskId(), event::MessageDropped{message, name}},
        {now, task, event::FileAccessed{node, name, name, 0, 0, 0, false}},
        {now, TaskId(), event::Faulted{name, node}},
        {now, task, event::Failed{name, site}},
        {now, task, event::Suspended{WaitKind::kMutex, id, now, site}}};
    events.insert(events.end(), std::begin(each), std::end(each));
  }
  Trace trace = ReadBack(events, "hostile names");
  trace.header.suite = std::string(kNames[0]);
  trace.header.test = std::string(kNames[3]);
  trace.footer->failure->message = std::string(kNames[2]);
  trace.footer->failure->site = std::string(kNames[3]);
  return trace;
}

// Events that no engine would make, in no order: of few tasks, messages and
// nodes, so that they meet.
Trace WithoutSense(uint64_t seed) {
  Prng random(seed);
  const std::vector<TraceEvent> kinds = SampleEvents();
  Trace trace = ReadBack({}, absl::StrCat("without sense ", seed));
  for (int i = 0; i < 200; ++i) {
    TraceEvent event = kinds[random.Below(kinds.size())];
    event.task = TaskId(static_cast<uint32_t>(random.Below(5)));
    event.time = SimTime(static_cast<int64_t>(random.Below(1000)) - 10);
    if (auto* woken = std::get_if<event::Woken>(&event.what)) {
      woken->task = TaskId(static_cast<uint32_t>(random.Below(5)));
    } else if (auto* spawned = std::get_if<event::Spawned>(&event.what)) {
      spawned->id = TaskId(static_cast<uint32_t>(random.Below(5)));
      spawned->node = NodeId(static_cast<uint16_t>(random.Below(3)));
    } else if (random.Below(3) == 0) {
      event.what = event::Resumed();
    }
    trace.events.push_back(event);
  }
  return trace;
}

}  // namespace

std::vector<Trace> TracesToExport() {
  std::vector<Trace> traces;
  traces.push_back(ReadBack(SampleEvents(), "all kinds of events"));
  traces.push_back(ReadBack({}, "no events"));
  for (const SampleProgram& program : SamplePrograms()) {
    for (uint64_t seed : {1, 2, 3}) {
      traces.push_back(OfProgram(program, seed));
    }
  }
  const std::string bytes = SampleTraceBytes(TraceLevel::kEvents);
  for (size_t size = bytes.size() / 3; size < bytes.size(); size += 97) {
    absl::StatusOr<Trace> cut =
        ParseTrace(absl::string_view(bytes).substr(0, size),
                   absl::StrCat("cut at ", size), {.allow_incomplete = true});
    if (cut.ok()) traces.push_back(*std::move(cut));
  }
  for (size_t first = 1; first < SampleEvents().size(); first += 7) {
    traces.push_back(WithoutBeginning(first, false));
    traces.push_back(WithoutBeginning(first, true));
  }
  for (int64_t ns : {kLast, kLast - 1, int64_t{-5}, int64_t{1} << 60}) {
    traces.push_back(WithTime(SimTime(ns)));
  }
  traces.push_back(WithHostileNames());
  Trace late = ReadBack(SampleEvents(), "the last numbers");
  late.first_event = std::numeric_limits<uint64_t>::max() - 200;
  traces.push_back(std::move(late));
  for (uint64_t seed = 1; seed <= 40; ++seed) {
    traces.push_back(WithoutSense(seed));
  }
  return traces;
}

}  // namespace orrery
