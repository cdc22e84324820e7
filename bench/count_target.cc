// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0
//
// What the instruction gate runs under callgrind: every workload in every
// setup, and the recording of a load into a file, the counted part of each in
// one call of `orrery_counted`. Prints the
// compiler, and a line for each of them in the order in which callgrind dumps
// their counts.

#include <cstdint>
#include <cstdio>
#include <functional>
#include <memory>

#include "orrery/bench/recorded_load.h"
#include "orrery/bench/setup.h"
#include "orrery/bench/workloads.h"

// Counting starts and ends with this function. A name without mangling, and
// never inlined, so that callgrind can be told of it.
extern "C" [[gnu::noinline]] void orrery_counted(
    const std::function<void()>& operations) {
  operations();
}

int main() {
#ifdef __clang__
  std::puts("clang");
#else
  std::puts("gcc");
#endif
  for (const orrery::Workload& workload : orrery::Workloads()) {
    // Enough that what is done once does not show.
    const uint64_t operations = workload.operations / 10;
    for (const std::unique_ptr<orrery::Setup>& setup : orrery::Setups()) {
      // Pools, queues and buffers grow to their size first.
      workload.run(*setup, operations);
      orrery_counted([&] { workload.run(*setup, operations); });
      std::printf("%s %s %s %llu\n", workload.name, workload.operation,
                  setup->Name().c_str(),
                  static_cast<unsigned long long>(operations));
    }
  }
  // Long enough that checksums and a larger file are needed.
  constexpr uint64_t kEvents = 20 * orrery::RecordedLoad::kEvents;
  orrery::RecordedLoad load;
  load.Begin();
  load.Record(orrery::RecordedLoad::kEvents);
  orrery_counted([&] { load.Record(kEvents); });
  load.End();
  std::printf("Recording event file %llu\n",
              static_cast<unsigned long long>(kEvents));
  return 0;
}
