// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0
//
// How long it takes to read, verify and compare traces of 1,000,000 events
// (synthetic_load.h). Times vary with the machine and with what else it does.
//
//   ./bazelw run --config=opt //bench:reading

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/types/span.h"
#include "benchmark/benchmark.h"
#include "orrery/base/check.h"
#include "orrery/bench/synthetic_load.h"
#include "orrery/traces/trace_diff.h"
#include "orrery/traces/trace_file.h"
#include "orrery/traces/trace_reader.h"
#include "orrery/traces/trace_writer.h"
#include "orrery/traces/verify_trace.h"

namespace orrery {
namespace {

constexpr size_t kEvents = 1'000'000;

std::string PathOf(const std::string& name) {
  const char* folder = std::getenv("TMPDIR");
  return absl::StrCat(folder != nullptr ? folder : "/tmp", "/orrery_reading_",
                      name);
}

void WriteTrace(const std::string& name, absl::Span<const TraceEvent> events) {
  TraceHeader header;
  header.level = TraceLevel::kEvents;
  TraceWriter writer;
  writer.Begin(header);
  for (const TraceEvent& event : events) writer.OnEvent(event);
  ORRERY_CHECK(writer.Finish(TraceFooter()).ok() &&
                   WriteTraceFile(PathOf(name), writer.bytes()).ok(),
               "cannot write the trace");
}

Trace ReadOne(const std::string& name) {
  absl::StatusOr<Trace> trace = ReadTrace(PathOf(name));
  ORRERY_CHECK(trace.ok(), trace.status().message());
  return *std::move(trace);
}

void CountEvents(benchmark::State& state, size_t traces) {
  const double events =
      static_cast<double>(state.iterations()) * kEvents * traces;
  state.counters["s/event"] = benchmark::Counter(
      events, benchmark::Counter::kIsRate | benchmark::Counter::kInvert);
}

void Read(benchmark::State& state) {
  for (auto _ : state) benchmark::DoNotOptimize(ReadOne("a"));
  CountEvents(state, 1);
}
BENCHMARK(Read)->Unit(benchmark::kMillisecond);

void ReadInPieces(benchmark::State& state) {
  for (auto _ : state) {
    uint64_t events = 0;
    const auto trace = ReadTrace(
        PathOf("a"), {.on_events = [&](const Trace&, uint64_t,
                                       absl::Span<const TraceEvent> some) {
          events += some.size();
          return true;
        }});
    ORRERY_CHECK(trace.ok() && events == kEvents, "not read");
  }
  CountEvents(state, 1);
}
BENCHMARK(ReadInPieces)->Unit(benchmark::kMillisecond);

void Verify(benchmark::State& state) {
  for (auto _ : state) benchmark::DoNotOptimize(VerifyTrace(PathOf("a")));
  CountEvents(state, 1);
}
BENCHMARK(Verify)->Unit(benchmark::kMillisecond);

// From two files to the first difference, which stands near their ends.
void ReadBothAndDiff(benchmark::State& state) {
  for (auto _ : state) {
    const Trace a = ReadOne("a");
    const Trace b = ReadOne("b");
    ORRERY_CHECK(DiffTraces(a, b).has_value(), "no difference");
  }
  CountEvents(state, 2);
}
BENCHMARK(ReadBothAndDiff)->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace orrery

int main(int argc, char** argv) {
  benchmark::Initialize(&argc, argv);
  if (benchmark::ReportUnrecognizedArguments(argc, argv)) return 1;
  std::vector<orrery::TraceEvent> events =
      orrery::SyntheticEvents(orrery::kEvents, 1);
  orrery::WriteTrace("a", events);
  events[events.size() - 1000].task = orrery::TaskId(7777);
  orrery::WriteTrace("b", events);
  benchmark::RunSpecifiedBenchmarks();
  return 0;
}
