// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0
//
// Writes beside each golden trace of a folder what it says, and what the schema
// is. Texts may change when wording does; the traces never do.
//
//   ./bazelw run //tests/golden:golden_text -- $PWD/traces/testdata/golden

#include <cstdio>
#include <filesystem>
#include <fstream>
#include <string>

#include "orrery/base/check.h"
#include "orrery/tests/golden/describe_trace.h"
#include "orrery/traces/trace_reader.h"

namespace orrery {
namespace {

void WriteText(const std::string& path, const std::string& text) {
  std::ofstream file(path);
  file << text;
  ORRERY_CHECK(file.good(), "cannot write");
  std::printf("%s\n", path.c_str());
}

void DescribeAll(const std::string& folder) {
  for (const auto& entry : std::filesystem::directory_iterator(folder)) {
    if (entry.path().extension() != ".orrery") continue;
    absl::StatusOr<Trace> trace =
        ReadTrace(entry.path().string(), {.allow_incomplete = true});
    ORRERY_CHECK(trace.ok(), trace.status().message());
    // The same wherever the folder is.
    const std::string path = trace->name;
    trace->name = entry.path().filename().string();
    const size_t at = trace->damage.find(path);
    if (at == 0) trace->damage.replace(0, path.size(), trace->name);
    WriteText(std::filesystem::path(path).replace_extension(".txt").string(),
              DescribeTrace(*trace));
  }
  WriteText(folder + "/v1_schema.txt", DescribeSchema());
}

}  // namespace
}  // namespace orrery

int main(int argc, char** argv) {
  if (argc != 2) {
    std::fprintf(stderr, "usage: golden_text FOLDER\n");
    return 2;
  }
  orrery::DescribeAll(argv[1]);
  return 0;
}
