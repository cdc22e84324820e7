// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0
//
// Writes golden traces. By hand, for a new version of the format or a new kind
// of record, and never over one that is there:
//
//   ./bazelw run //tests/golden:make_golden -- $PWD/traces/testdata/golden
//
// Then describe each new one, with the trace as its own witness:
//
//   ./bazelw run //tests/golden:golden_text -- $PWD/traces/testdata/golden
//
// and add its size and checksum to golden_trace_test.cc.

#include <unistd.h>

#include <cstdio>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "orrery/base/check.h"
#include "orrery/scheduler/random_scheduler.h"
#include "orrery/tests/sample_programs.h"
#include "orrery/traces/dropped_events.h"
#include "orrery/traces/packer.h"
#include "orrery/traces/sample_trace.h"
#include "orrery/traces/trace.pb.h"
#include "orrery/traces/trace_audit.h"
#include "orrery/traces/trace_file.h"
#include "orrery/traces/trace_writer.h"

namespace orrery {
namespace {

TraceHeader GoldenHeader(TraceLevel level) {
  TraceHeader header = SampleHeader(level);
  header.build = {"0123456789abcdef", "clang 19.1.4", "debug"};
  header.arguments = {"--accounts=3", "--verbose"};
  return header;
}

// The sample's footer, with digests that follow from its events.
TraceFooter GoldenFooter() {
  TraceAudit audit;
  const std::vector<TraceEvent> events = SampleEvents();
  for (size_t i = 0; i < events.size(); ++i) audit.Take(i, events[i]);
  TraceFooter footer = SampleFooter();
  footer.steps = audit.steps();
  footer.elapsed = audit.last_time();
  footer.digests = audit.digests();
  return footer;
}

std::string Events() {
  TraceWriter writer;
  writer.Begin(GoldenHeader(TraceLevel::kEvents));
  Record(SampleEvents(), GoldenFooter().digests, writer);
  ORRERY_CHECK(writer.Finish(GoldenFooter(), SampleTasks()).ok(), "no end");
  return WithoutEnvironment(writer.bytes());
}

// Several blocks, with labels and spans, and checksums between them.
std::string Choices() {
  TraceWriter writer;
  writer.Begin(GoldenHeader(TraceLevel::kChoices));
  Digest data;
  for (int round = 0; round < 4; ++round) {
    std::vector<Choice> batch;
    for (uint64_t i = 0; i < 6; ++i) {
      const auto kind =
          i % 3 == 0 ? ChoiceKind::kNextEntity : ChoiceKind::kData;
      batch.push_back({kind, 1000 * i + 2, 900 * i, i % 3 == 1 ? "amount" : "",
                       SpanId(i % 3 == 2 ? 7 : 0)});
      if (kind == ChoiceKind::kData) data.Mix(batch.back().chosen);
    }
    writer.OnChoices(batch, {Digest(round + 1), data});
  }
  TraceFooter footer = SampleFooter();
  footer.digests = {Digest(4), data};
  ORRERY_CHECK(writer.Finish(footer, SampleTasks()).ok(), "no end");
  return WithoutEnvironment(writer.bytes());
}

// As `kill -9` leaves it: no end, and after the torn record zeros.
std::string Killed() {
  const std::string whole = Events();
  std::string bytes;
  for (const RawRecord& record : RecordsOf(whole)) {
    if (record.number == static_cast<uint32_t>(TraceRecord::kNotDone)) break;
    bytes = whole.substr(0, record.offset + record.bytes.size());
  }
  bytes += std::string("\0\x0b\x5a\x09", 4);
  return bytes + std::string(500, '\0');
}

// With a checksum in the middle, and a byte behind it that is wrong.
std::string Damaged() {
  const std::string whole = Events();
  std::string bytes(kTraceMagic, kTraceMagicSize);
  int count = 0;
  for (const RawRecord& record : RecordsOf(whole)) {
    if (record.number == static_cast<uint32_t>(TraceRecord::kTrailer)) break;
    bytes.append(record.bytes.data(), record.bytes.size());
    if (++count == 40) AppendSync(0, &bytes);
  }
  AppendTrailer(&bytes);
  bytes[bytes.size() * 3 / 4] ^= 0x10;
  return bytes;
}

// What a later version might write that this one has to read: records, kinds of
// events and fields that it does not know.
std::string Later() {
  const std::string whole = Events();
  std::string bytes(kTraceMagic, kTraceMagicSize);
  const std::string unknown_field("\xf2\x3f\x05later", 8);  // number 1022
  for (const RawRecord& record : RecordsOf(whole)) {
    if (record.number == static_cast<uint32_t>(TraceRecord::kTrailer)) break;
    if (record.number == static_cast<uint32_t>(TraceRecord::kFooter)) {
      traces::v1::Footer footer;
      ORRERY_CHECK(footer.ParseFromString(std::string(record.payload)), "none");
      footer.set_events(footer.events() + 2);
      AppendRecord(99, "a record of a later version", &bytes);
      // Events of an unknown kind, with a time and a task, and with nothing.
      AppendRecord(2, std::string("\x08\x05\x10\x02\xf2\x3f\x00", 7), &bytes);
      AppendRecord(2, unknown_field, &bytes);
      AppendRecord(record.number, footer.SerializeAsString() + unknown_field,
                   &bytes);
      continue;
    }
    std::string payload(record.payload);
    if (record.number == static_cast<uint32_t>(TraceRecord::kHeader)) {
      traces::v1::Header header;
      ORRERY_CHECK(header.ParseFromString(payload), "none");
      header.set_version(2);
      payload = header.SerializeAsString();
    }
    payload += unknown_field;
    AppendRecord(record.number, payload, &bytes);
  }
  AppendTrailer(&bytes);
  return bytes;
}

// A run that was more than its budget: the first events are left out.
std::string Ring() {
  constexpr uint64_t kDropped = 30;
  const std::string whole = Events();
  std::string bytes(kTraceMagic, kTraceMagicSize);
  std::string dropped_records;
  std::string kept;
  uint64_t events = 0;
  for (const RawRecord& record : RecordsOf(whole)) {
    if (record.number == static_cast<uint32_t>(TraceRecord::kTrailer)) break;
    std::string& to =
        record.number == static_cast<uint32_t>(TraceRecord::kHeader) ? bytes
        : events < kDropped ? dropped_records
                            : kept;
    absl::StrAppend(&to, record.bytes);
    if (record.number == static_cast<uint32_t>(TraceRecord::kEvent)) ++events;
  }
  DroppedEvents dropped;
  Packer front;
  dropped.Take(dropped_records, front);
  dropped.WriteTruncated(front);
  bytes.append(front.data(), front.size());
  AppendSync(0, &bytes);
  bytes += kept;
  AppendTrailer(&bytes);
  return bytes;
}

// What a run leaves that the engine has made.
std::string Run(const std::string& name, TraceLevel level) {
  for (const SampleProgram& program : SamplePrograms()) {
    if (program.name != name) continue;
    RandomScheduler scheduler;
    TraceWriter writer;
    const RunResult result =
        RunRecorded(program.main, scheduler, Seed(1), level, writer);
    TraceFooter footer;
    footer.steps = result.steps;
    footer.elapsed = SimTime(absl::ToInt64Nanoseconds(result.elapsed));
    footer.outcome = result.outcome;
    footer.digests = result.digests;
    ORRERY_CHECK(writer.Finish(footer).ok(), "no end");
    return WithoutEnvironment(writer.bytes());
  }
  ORRERY_CHECK(false, "no such program");
  return "";
}

void Write(const std::string& folder, const std::string& name,
           const std::string& bytes) {
  const std::string path = absl::StrCat(folder, "/v1_", name, ".orrery");
  if (::access(path.c_str(), F_OK) == 0) {
    std::printf("%s is there, and stays\n", path.c_str());
    return;
  }
  ORRERY_CHECK(WriteTraceFile(path, bytes).ok(), "cannot write");
  std::printf("%s: %zu bytes\n", path.c_str(), bytes.size());
}

void WriteGolden(const std::string& folder) {
  Write(folder, "events", Events());
  Write(folder, "choices", Choices());
  Write(folder, "killed", Killed());
  Write(folder, "damaged", Damaged());
  Write(folder, "later", Later());
  Write(folder, "ring", Ring());
  Write(folder, "concurrent", Run("concurrent", TraceLevel::kEvents));
  Write(folder, "mixed", Run("mixed", TraceLevel::kEvents));
  Write(folder, "mixed_choices", Run("mixed", TraceLevel::kChoices));
}

}  // namespace
}  // namespace orrery

int main(int argc, char** argv) {
  if (argc != 2) {
    std::fprintf(stderr, "usage: make_golden FOLDER\n");
    return 2;
  }
  orrery::WriteGolden(argv[1]);
  return 0;
}
