// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0
//
// Times every workload in every setup. Times vary with the machine and with
// what else it does: compare within one run.
//
//   ./bazelw run --config=opt //bench:benchmarks

#include <memory>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "benchmark/benchmark.h"
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

}  // namespace
}  // namespace orrery

int main(int argc, char** argv) {
  const std::vector<std::unique_ptr<orrery::Setup>> setups = orrery::Setups();
  benchmark::Initialize(&argc, argv);
  if (benchmark::ReportUnrecognizedArguments(argc, argv)) return 1;
  orrery::RegisterAll(setups);
  benchmark::RunSpecifiedBenchmarks();
  return 0;
}
