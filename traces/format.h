// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0
//
// What the writer and the reader of traces agree on, beside trace.proto.

#ifndef ORRERY_TRACES_FORMAT_H_
#define ORRERY_TRACES_FORMAT_H_

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "orrery/base/seed.h"
#include "orrery/base/sim_time.h"
#include "orrery/base/trace_event.h"
#include "orrery/base/trace_sink.h"

namespace orrery {

// The version that is written, and the newest that can be read.
inline constexpr uint32_t kTraceVersion = 1;

// The first nine bytes: a tag and the magic number.
inline constexpr char kTraceMagic[] = "\x59\x89ORY\r\n\x1a\n";
inline constexpr size_t kTraceMagicSize = 9;

// The fields of `Trace` in trace.proto: what a file is a sequence of.
enum class TraceRecord : uint32_t {
  kHeader = 1,
  kEvent = 2,
  kSync = 3,
  kIntern = 4,
  kChoices = 5,
  kFooter = 6,
  kTrailer = 7,
  kNotDone = 8,
  kTruncated = 9,
};

// A checksum stands in a trace at least this often.
inline constexpr size_t kSyncInterval = 64 * 1024;

// When the events in a file take more, it drops the older ones; of those kept
// there are between half of it and all of it.
inline constexpr uint64_t kDefaultMaxEventBytes = uint64_t{64} << 20;

// How many of the tasks that were not done a trace tells about. Of more it
// keeps the number.
inline constexpr size_t kMaxTracedTasks = 10'000;

// The program that ran, as far as it tells whether another one is the same.
struct TraceBuild {
  std::string id;        // changes with every change of the code
  std::string compiler;  // "clang 19.1.4"
  std::string mode;      // "debug", "optimized", with the sanitizers

  friend bool operator==(const TraceBuild&, const TraceBuild&) = default;
};

// What was run.
struct TraceHeader {
  uint32_t version = kTraceVersion;
  TraceLevel level = TraceLevel::kChoices;
  std::string target;
  std::string suite;
  std::string test;
  std::string param;
  uint64_t run = 0;
  Seed seed;
  std::string scheduler = "fifo";
  bool ordered = false;  // the policy chose who runs next
  uint64_t max_steps = 0;
  SimTime max_time;
  TraceBuild build;
  std::vector<std::string> arguments;  // flags of tests left out
};

// What made a run fail.
struct TraceFailure {
  std::string message;
  SimTime time;
  uint64_t step = 0;
  std::string task;  // "client#7"
  std::string site;  // "bank.cc:41"
};

// How it ended.
struct TraceFooter {
  uint64_t events = 0;  // filled in by the writer
  uint64_t choices = 0;
  uint64_t steps = 0;
  SimTime elapsed;
  Outcome outcome = Outcome::kUnknown;
  DigestPair digests;
  std::optional<TraceFailure> failure;
  // The number of the first event::Failed; filled in by the writer.
  std::optional<uint64_t> failed_event;
};

}  // namespace orrery

#endif  // ORRERY_TRACES_FORMAT_H_
