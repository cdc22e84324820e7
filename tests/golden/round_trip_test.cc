// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0
//
// Traces are packed by hand, and are what libprotobuf would have written:
// record by record, and as one message.

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"
#include "orrery/scheduler/random_scheduler.h"
#include "orrery/testing/subprocess.h"
#include "orrery/tests/sample_programs.h"
#include "orrery/traces/sample_trace.h"
#include "orrery/traces/trace.pb.h"
#include "orrery/traces/trace_reader.h"
#include "orrery/traces/trace_writer.h"

namespace orrery {
namespace {

using google::protobuf::Message;

// Returns an empty message of a record's kind; null if this version has none.
std::unique_ptr<Message> MessageOf(uint32_t number) {
  switch (static_cast<TraceRecord>(number)) {
    case TraceRecord::kHeader:
      return std::make_unique<traces::v1::Header>();
    case TraceRecord::kEvent:
      return std::make_unique<traces::v1::Event>();
    case TraceRecord::kSync:
      return std::make_unique<traces::v1::Sync>();
    case TraceRecord::kIntern:
      return std::make_unique<traces::v1::Intern>();
    case TraceRecord::kChoices:
      return std::make_unique<traces::v1::ChoiceBlock>();
    case TraceRecord::kFooter:
      return std::make_unique<traces::v1::Footer>();
    case TraceRecord::kTrailer:
      return std::make_unique<traces::v1::Trailer>();
    case TraceRecord::kNotDone:
      return std::make_unique<traces::v1::NotDone>();
    case TraceRecord::kTruncated:
      return std::make_unique<traces::v1::Truncated>();
  }
  return nullptr;
}

// Which kinds of records have been seen, over all traces.
std::map<uint32_t, int>& Seen() {
  static auto* const seen = new std::map<uint32_t, int>();
  return *seen;
}

void ExpectRoundTrip(const std::string& bytes) {
  std::vector<RawRecord> records = RecordsOf(bytes);
  for (const RawRecord& record : records) {
    const std::unique_ptr<Message> message = MessageOf(record.number);
    if (message == nullptr) continue;
    const std::string payload(record.payload);
    ASSERT_TRUE(message->ParseFromString(payload)) << "at " << record.offset;
    ASSERT_EQ(message->SerializeAsString(), payload)
        << "at byte " << record.offset << ": " << message->ShortDebugString();
    ++Seen()[record.number];
  }
  // The whole of it: records of a kind together, the magic as the last of those
  // that are known, and behind it those that are not.
  constexpr uint32_t kMagicNumber = 11;
  std::sort(records.begin(), records.end(),
            [](const RawRecord& a, const RawRecord& b) {
              return std::pair(a.number, a.offset) <
                     std::pair(b.number, b.offset);
            });
  std::string sorted;
  bool magic = false;
  for (const RawRecord& record : records) {
    if (record.number > kMagicNumber && !std::exchange(magic, true)) {
      sorted.append(kTraceMagic, kTraceMagicSize);
    }
    sorted.append(record.bytes.data(), record.bytes.size());
  }
  if (!magic) sorted.append(kTraceMagic, kTraceMagicSize);
  traces::v1::Trace trace;
  ASSERT_TRUE(trace.ParseFromString(bytes));
  EXPECT_TRUE(trace.SerializeAsString() == sorted)
      << "as one message it is another one";
}

std::string ReadFile(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  EXPECT_TRUE(file.good()) << path;
  return std::string(std::istreambuf_iterator<char>(file), {});
}

TEST(RoundTripTest, SampleTracesAreWhatLibprotobufWrites) {
  for (TraceLevel level : {TraceLevel::kEvents, TraceLevel::kChoices}) {
    ExpectRoundTrip(SampleTraceBytes(level));
    TraceWriter writer;
    writer.Begin(SampleHeader(level));
    RecordLongRun(writer);
    ASSERT_TRUE(writer.Finish(SampleFooter(), SampleTasks()).ok());
    ExpectRoundTrip(std::string(writer.bytes()));
  }
}

TEST(RoundTripTest, TracesOfTheTutorialsProgramsAreWhatLibprotobufWrites) {
  RandomScheduler scheduler;
  for (const SampleProgram& program : SamplePrograms()) {
    for (TraceLevel level : {TraceLevel::kEvents, TraceLevel::kChoices}) {
      SCOPED_TRACE(program.name);
      TraceWriter writer;
      RunRecorded(program.main, scheduler, Seed(1), level, writer);
      ASSERT_TRUE(writer.Finish(SampleFooter()).ok());
      ExpectRoundTrip(std::string(writer.bytes()));
    }
  }
}

// What the tests of a user leave, with the headers and footers that they get.
TEST(RoundTripTest, TracesOfFailingTestsAreWhatLibprotobufWrites) {
  int traces = 0;
  for (const char* program :
       {"examples/bank/lost_update_test", "tests/failing_sample"}) {
    for (const char* level : {"events", "choices"}) {
      const std::string folder = MakeTestFolder("round_trip");
      const ProgramResult result = RunProgram(
          {.words = {program, "--gtest_filter=BankTest.*:*LosesAnUpdate",
                     absl::StrCat("--orrery_trace_level=", level)},
           .environment = {{"TEST_UNDECLARED_OUTPUTS_DIR", folder}}});
      EXPECT_NE(result.exit_code, 0) << "it fails on purpose";
      for (const auto& entry : std::filesystem::directory_iterator(folder)) {
        const std::string path = entry.path().string();
        if (!absl::StrContains(path, ".orrery") ||
            !absl::StartsWith(ReadFile(path), {kTraceMagic, kTraceMagicSize})) {
          continue;
        }
        SCOPED_TRACE(path);
        ExpectRoundTrip(ReadFile(path));
        ++traces;
      }
    }
  }
  EXPECT_GE(traces, 4);
}

TEST(RoundTripTest, GoldenTracesAreWhatLibprotobufWrites) {
  int traces = 0;
  for (const auto& entry :
       std::filesystem::directory_iterator("traces/testdata/golden")) {
    const std::string path = entry.path().string();
    // Those that are no whole records, or are damaged on purpose.
    if (entry.path().extension() != ".orrery" ||
        absl::StrContains(path, "killed") ||
        absl::StrContains(path, "damaged")) {
      continue;
    }
    SCOPED_TRACE(path);
    ExpectRoundTrip(ReadFile(path));
    ++traces;
  }
  EXPECT_GE(traces, 6);
}

TEST(RoundTripTest, EveryKindOfRecordWasAmongThem) {
  if (Seen().empty()) GTEST_SKIP() << "run together with the others";
  for (uint32_t number = 1; number <= 9; ++number) {
    EXPECT_GT(Seen()[number], 0) << "record " << number;
  }
}

}  // namespace
}  // namespace orrery
