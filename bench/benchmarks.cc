// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0
//
// Times every workload in every setup, and how long it takes to record. Times
// vary with the machine and with what else it does: compare within one run.
//
//   ./bazelw run --config=opt //bench:benchmarks

#include <memory>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "benchmark/benchmark.h"
#include "orrery/base/trace_sink.h"
#include "orrery/bench/recorded_load.h"
#include "orrery/bench/setup.h"
#include "orrery/bench/workloads.h"

namespace orrery {
namespace {

void RegisterAll(const std::vector<std::unique_ptr<Setup>>& setups) {
  for (const Workload& workload : Workloads()) {
    for (const std::unique_ptr<Setup>& setup : setups) {
      const std::string name = absl::StrCat(
          workload.name, "/", workload.operation, "/", setup->Name());
      benchmark::RegisterBenchmark(name.c_str(), [&workload, &setup](
                                                     benchmark::State& state) {
        for (auto _ : state) workload.run(*setup, workload.operations);
        const double done = static_cast<double>(state.iterations()) *
                            static_cast<double>(workload.operations);
        state.counters["ops/s"] =
            benchmark::Counter(done, benchmark::Counter::kIsRate);
        state.counters["s/op"] = benchmark::Counter(
            done, benchmark::Counter::kIsRate | benchmark::Counter::kInvert);
      })->Unit(benchmark::kMillisecond);
    }
  }
}

// `ring`: with so small a budget that most events are dropped again.
void RegisterRecording() {
  for (const bool ring : {false, true}) {
    const char* name =
        ring ? "Recording/event/file-ring" : "Recording/event/file";
    benchmark::RegisterBenchmark(name, [ring](benchmark::State& state) {
      constexpr uint64_t kEvents = 1'000'000;
      RecordedLoad load;
      uint64_t bytes = 0;
      for (auto _ : state) {
        load.Begin(ring ? uint64_t{1} << 20 : kDefaultMaxEventBytes);
        load.Record(kEvents);
        bytes = load.End();
      }
      const double done = static_cast<double>(state.iterations()) *
                          static_cast<double>(kEvents);
      state.counters["s/op"] = benchmark::Counter(
          done, benchmark::Counter::kIsRate | benchmark::Counter::kInvert);
      state.counters["bytes/op"] =
          static_cast<double>(bytes) / static_cast<double>(kEvents);
    })->Unit(benchmark::kMillisecond);
  }
}

}  // namespace
}  // namespace orrery

int main(int argc, char** argv) {
  std::vector<std::unique_ptr<orrery::Setup>> setups = orrery::Setups();
  // What it costs to record the choices is the difference between the two.
  setups.insert(setups.begin() + 1, std::make_unique<orrery::Setup>(
                                        "random", orrery::TraceLevel::kOff));
  benchmark::Initialize(&argc, argv);
  if (benchmark::ReportUnrecognizedArguments(argc, argv)) return 1;
  orrery::RegisterAll(setups);
  orrery::RegisterRecording();
  benchmark::RunSpecifiedBenchmarks();
  return 0;
}
