// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0
//
// Runs one sample program and writes its trace, up to the footer, to standard
// output. determinism_test runs it in several environments.

#include <cstdio>
#include <cstdlib>
#include <string>

#include "orrery/scheduler/random_scheduler.h"
#include "orrery/tests/sample_programs.h"

int main(int argc, char** argv) {
  if (argc != 3) return 2;
  for (const orrery::SampleProgram& program : orrery::SamplePrograms()) {
    if (program.name != argv[1]) continue;
    orrery::RandomScheduler scheduler;
    orrery::TraceWriter writer;
    const orrery::Seed seed(std::strtoull(argv[2], nullptr, 10));
    orrery::RunRecorded(program.main, scheduler, seed,
                        orrery::TraceLevel::kEvents, writer);
    std::fwrite(writer.bytes().data(), 1, writer.bytes().size(), stdout);
    return 0;
  }
  return 2;
}
