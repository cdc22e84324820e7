// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0
//
// Whatever happens to the bytes of a trace: reading it is an error that says
// where, and never a crash. Worth most under the address sanitizer.

#include <algorithm>
#include <set>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "orrery/base/prng.h"
#include "orrery/traces/sample_trace.h"
#include "orrery/traces/trace_diff.h"
#include "orrery/traces/trace_json.h"
#include "orrery/traces/trace_reader.h"
#include "orrery/traces/trace_text.h"

namespace orrery {
namespace {

using absl::StatusCode;
using testing::HasSubstr;

constexpr TraceLevel kLevels[] = {TraceLevel::kChoices, TraceLevel::kEvents};

// Puts all of a trace into words, as whoever has read it might.
size_t Use(const Trace& trace) {
  size_t characters = FormatInfo(trace).size() + InfoAsJson(trace).size();
  TraceNames names;
  for (size_t i = 0; i < trace.events.size(); ++i) {
    names.Learn(trace.events[i]);
    characters += FormatEvent(i, trace.events[i], names).size();
    characters += EventAs(EventFormat::kJson, i, trace.events[i], names).size();
  }
  for (const ScheduledChoice& choice : trace.schedule.choices) {
    characters += trace.schedule.SiteOf(choice).size();
    EXPECT_LT(choice.chosen, choice.n);
  }
  return characters;
}

// Reads `bytes` in both ways. Expects a clear error.
void ExpectDamage(const std::string& bytes) {
  const absl::Status status = ParseTrace(bytes, "x.trace").status();
  ASSERT_FALSE(status.ok());
  const absl::string_view message = status.message();
  bool clear = false;
  switch (status.code()) {
    case StatusCode::kInvalidArgument:  // not a trace: it is the first bytes
      clear =
          absl::StartsWith(message, "x.trace: not an Orrery trace: ") ||
          message == "x.trace: the file is empty; nothing was recorded into it";
      break;
    case StatusCode::kFailedPrecondition:
      clear = absl::StartsWith(message, "x.trace: written in version ");
      break;
    case StatusCode::kDataLoss:  // at byte N, or between byte N and byte M
      clear =
          (absl::StartsWith(message, "x.trace: damaged at byte ") ||
           absl::StartsWith(message, "x.trace: damaged between byte ")) &&
          absl::StrContains(message, absl::StrCat(" of ", bytes.size(), ": "));
      break;
    default:
      break;
  }
  EXPECT_TRUE(clear) << status;
  const absl::StatusOr<Trace> trace =
      ParseTrace(bytes, "x.trace", {.allow_incomplete = true});
  if (!trace.ok()) {
    EXPECT_EQ(trace.status(), status);
    return;
  }
  EXPECT_EQ(trace->damage, status.message());
  EXPECT_GT(Use(*trace), 0);
}

TEST(TraceDamageTest, TheSampleHasEveryKindOfEvent) {
  std::set<size_t> kinds;
  for (const TraceEvent& event : SampleEvents()) {
    kinds.insert(event.what.index());
  }
  EXPECT_EQ(kinds.size(), std::variant_size_v<TraceEvent::What>);
}

TEST(TraceDamageTest, TheSampleHasEveryKindOfWait) {
  std::set<WaitKind> waits;
  for (const TraceEvent& event : SampleEvents()) {
    const auto* wait = std::get_if<event::Suspended>(&event.what);
    if (wait != nullptr) waits.insert(wait->wait);
  }
  for (int kind = 0; WaitName(static_cast<WaitKind>(kind)) != "unknown";
       ++kind) {
    EXPECT_EQ(waits.count(static_cast<WaitKind>(kind)), 1) << kind;
  }
}

TEST(TraceDamageTest, ATraceThatIsCutAtAnyByteIsAnError) {
  for (TraceLevel level : kLevels) {
    const std::string bytes = SampleTraceBytes(level);
    ASSERT_TRUE(ParseTrace(bytes, "x.trace").ok());
    for (size_t size = 0; size < bytes.size(); ++size) {
      SCOPED_TRACE(absl::StrCat("cut at byte ", size));
      ExpectDamage(bytes.substr(0, size));
      if (HasFatalFailure()) return;
    }
  }
}

TEST(TraceDamageTest, OfATraceThatIsCutAllWholeRecordsAreRead) {
  const std::string bytes = SampleTraceBytes(TraceLevel::kEvents);
  const Trace whole = ReadBack(SampleEvents());
  const std::vector<RawRecord> records = RecordsOf(bytes);
  for (size_t size = records[1].offset; size < bytes.size(); ++size) {
    const absl::StatusOr<Trace> trace =
        ParseTrace(absl::string_view(bytes).substr(0, size), "x",
                   {.allow_incomplete = true});
    ASSERT_TRUE(trace.ok()) << trace.status();
    const size_t events = static_cast<size_t>(
        std::count_if(records.begin(), records.end(), [&](const RawRecord& r) {
          return r.number == static_cast<uint32_t>(TraceRecord::kEvent) &&
                 r.offset + r.bytes.size() <= size;
        }));
    ASSERT_EQ(trace->events.size(), events) << "cut at byte " << size;
    for (size_t i = 0; i < events; ++i) {
      ASSERT_TRUE(SameEvent(trace->events[i], whole.events[i]));
    }
  }
}

TEST(TraceDamageTest, AnyByteThatIsChangedIsAnError) {
  for (TraceLevel level : kLevels) {
    const std::string bytes = SampleTraceBytes(level);
    for (size_t at = 0; at < bytes.size(); ++at) {
      // Each bit alone, and all of them.
      for (int mask : {1, 2, 4, 8, 16, 32, 64, 128, 255}) {
        SCOPED_TRACE(absl::StrCat("byte ", at, " xor ", mask));
        std::string damaged = bytes;
        damaged[at] = static_cast<char>(damaged[at] ^ mask);
        ExpectDamage(damaged);
        if (HasFatalFailure()) return;
      }
    }
  }
}

// A changed length may lead past the end, as if the file were cut short there.
TEST(TraceDamageTest, EventsBeforeAChangedByteAreReadAsTheyWereOrNotAtAll) {
  const std::string bytes = SampleTraceBytes(TraceLevel::kEvents);
  const Trace whole = ReadBack(SampleEvents());
  const std::vector<RawRecord> records = RecordsOf(bytes);
  int read = 0;
  for (size_t at = kTraceMagicSize; at < bytes.size(); ++at) {
    const size_t intact = static_cast<size_t>(
        std::count_if(records.begin(), records.end(), [&](const RawRecord& r) {
          return r.number == static_cast<uint32_t>(TraceRecord::kEvent) &&
                 r.offset + r.bytes.size() <= at;
        }));
    for (int mask : {1, 16, 128, 255}) {
      std::string damaged = bytes;
      damaged[at] = static_cast<char>(damaged[at] ^ mask);
      const absl::StatusOr<Trace> trace =
          ParseTrace(damaged, "x", {.allow_incomplete = true});
      if (!trace.ok()) continue;
      EXPECT_THAT(trace->damage, HasSubstr("cut short"));
      ASSERT_GE(trace->events.size(), intact);
      for (size_t i = 0; i < intact; ++i, ++read) {
        ASSERT_TRUE(SameEvent(trace->events[i], whole.events[i]))
            << "byte " << at << " xor " << mask << ", event " << i;
      }
    }
  }
  EXPECT_GT(read, 1000);
}

TEST(TraceDamageTest, TenThousandRandomDamagesAreErrors) {
  const std::string wholes[] = {SampleTraceBytes(TraceLevel::kChoices),
                                SampleTraceBytes(TraceLevel::kEvents)};
  Prng prng(1);
  for (int round = 0; round < 10000; ++round) {
    const std::string& whole = wholes[round % 2];
    std::string bytes = whole;
    for (uint64_t n = prng.Below(8) + 1; n > 0; --n) {
      const size_t at = prng.Below(bytes.size());
      switch (prng.Below(4)) {
        case 0:
          bytes[at] = static_cast<char>(prng.Below(256));
          break;
        case 1:
          bytes.erase(at, prng.Below(9));
          break;
        case 2:
          bytes.insert(at, prng.Below(9), static_cast<char>(prng.Below(256)));
          break;
        default:  // a piece of it a second time
          bytes.insert(at, bytes.substr(prng.Below(bytes.size()), 40));
      }
    }
    if (bytes == whole) continue;
    SCOPED_TRACE(absl::StrCat("round ", round));
    ExpectDamage(bytes);
    if (HasFatalFailure()) return;
  }
}

// With a good checksum over them, nothing but the decoder stands between such
// records and whoever reads them.
TEST(TraceDamageTest, RecordsOfNonsenseWithAGoodChecksumDoNoHarm) {
  Prng prng(2);
  const std::string events = SampleTraceBytes(TraceLevel::kEvents);
  const std::string choices = SampleTraceBytes(TraceLevel::kChoices);
  const std::vector<RawRecord> records = RecordsOf(events);
  std::vector<RawRecord> blocks;
  for (const RawRecord& record : RecordsOf(choices)) {
    if (record.number == static_cast<uint32_t>(TraceRecord::kChoices)) {
      blocks.push_back(record);
    }
  }
  ASSERT_FALSE(blocks.empty());
  size_t used = 0;
  for (int round = 0; round < 2000; ++round) {
    std::string bytes(kTraceMagic, kTraceMagicSize);
    size_t checked = 0;
    auto append = [&](const RawRecord& record) {
      std::string payload(record.payload);
      if (prng.Below(30) == 0 && !payload.empty()) {
        payload[prng.Below(payload.size())] =
            static_cast<char>(prng.Below(256));
      }
      AppendRecord(record.number, payload, &bytes);
      const size_t begin = std::exchange(checked, bytes.size());
      AppendSync(begin, &bytes);
    };
    for (const RawRecord& record : records) {
      if (record.number == static_cast<uint32_t>(TraceRecord::kTrailer)) break;
      append(record);
      if (prng.Below(20) == 0) append(blocks[prng.Below(blocks.size())]);
    }
    const absl::StatusOr<Trace> trace =
        ParseTrace(bytes, "x.trace", {.allow_incomplete = true});
    if (trace.ok()) used += Use(*trace);
  }
  EXPECT_GT(used, 2'000'000) << "most is read all the same";
}

}  // namespace
}  // namespace orrery
