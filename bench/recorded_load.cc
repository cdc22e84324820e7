// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0

#include "orrery/bench/recorded_load.h"

#include <unistd.h>

#include <filesystem>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "orrery/base/check.h"
#include "orrery/bench/synthetic_load.h"

namespace orrery {

RecordedLoad::RecordedLoad()
    : events_(SyntheticEvents(kEvents, 1)),
      path_(absl::StrCat(std::filesystem::temp_directory_path().string(),
                         "/recorded_load.", ::getpid(), ".orrery")) {}

RecordedLoad::~RecordedLoad() { ::unlink(path_.c_str()); }

void RecordedLoad::Begin(uint64_t max_event_bytes) {
  TraceHeader header;
  header.level = TraceLevel::kEvents;
  header.suite = "Bench";
  header.test = "RecordedLoad";
  const absl::Status status = writer_.BeginFile(path_, header, max_event_bytes);
  ORRERY_CHECK(status.ok(), status.message());
}

void RecordedLoad::Record(uint64_t events) {
  for (; events > 0; events -= kEvents) {
    for (const TraceEvent& event : events_) writer_.OnEvent(event);
  }
}

uint64_t RecordedLoad::End() {
  const absl::Status status = writer_.Finish({});
  ORRERY_CHECK(status.ok(), status.message());
  return std::filesystem::file_size(path_);
}

}  // namespace orrery
