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
#include "absl/types/span.h"
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

// Expects that a reader that keeps no events sees those of `trace`.
void ExpectSamePiecemeal(const std::string& bytes, const Trace& trace) {
  std::vector<TraceEvent> events;
  bool same = true;
  const absl::StatusOr<Trace> read =
      ParseTrace(bytes, "x.trace",
                 {.allow_incomplete = true,
                  .on_events = [&](const Trace&, uint64_t first,
                                   absl::Span<const TraceEvent> some) {
                    for (const TraceEvent& event : some) {
                      same = same && first < trace.events.size() &&
                             SameEvent(event, trace.events[first]);
                      ++first;
                    }
                    same = same && first <= trace.events.size();
                    events.insert(events.end(), some.begin(), some.end());
                    return true;
                  }});
  ASSERT_TRUE(read.ok()) << read.status();
  EXPECT_TRUE(same);
  EXPECT_EQ(events.size(), trace.events.size());
  EXPECT_EQ(read->damage, trace.damage);
  EXPECT_EQ(read->good_bytes, trace.good_bytes);
  EXPECT_TRUE(read->events.empty());
}

// Reads `bytes` in all ways. Expects a clear error, which goes to `error`.
// `use`: what could be read is put into words as well.
void ExpectDamage(const std::string& bytes, std::string* error = nullptr,
                  bool use = true) {
  const absl::Status status = ParseTrace(bytes, "x.trace").status();
  ASSERT_FALSE(status.ok());
  if (error != nullptr) *error = std::string(status.message());
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
  if (use) {
    EXPECT_GT(Use(*trace), 0);
  }
  ExpectSamePiecemeal(bytes, *trace);
}

// Returns the first number after `before` in `text`.
uint64_t NumberAfter(absl::string_view before, absl::string_view text) {
  const size_t at = text.find(before);
  uint64_t number = 0;
  if (at == absl::string_view::npos) return number;
  for (char c : text.substr(at + before.size())) {
    if (c < '0' || c > '9') break;
    number = 10 * number + static_cast<uint64_t>(c - '0');
  }
  return number;
}

// Returns the bytes of the sample with a checksum after every few records, and
// their places.
std::string SampleOfManyChecksums(TraceLevel level,
                                  std::vector<size_t>* syncs) {
  std::string bytes(kTraceMagic, kTraceMagicSize);
  syncs->push_back(0);
  int count = 0;
  const std::string sample = SampleTraceBytes(level);
  for (const RawRecord& record : RecordsOf(sample)) {
    if (record.number == static_cast<uint32_t>(TraceRecord::kTrailer)) break;
    bytes.append(record.bytes.data(), record.bytes.size());
    if (++count % (level == TraceLevel::kEvents ? 8 : 2) != 0) continue;
    const size_t begin = syncs->back();
    syncs->push_back(bytes.size());
    AppendSync(begin, &bytes);
  }
  AppendTrailer(&bytes);
  return bytes;
}

// What `AppendSync` appends.
constexpr size_t kChecksumSize = 7;

// Returns all that `trace` says that happened, a line for each.
std::vector<std::string> LinesOf(const Trace& trace) {
  std::vector<std::string> lines;
  TraceNames names;
  for (size_t i = 0; i < trace.events.size(); ++i) {
    names.Learn(trace.events[i]);
    lines.push_back(FormatEvent(i, trace.events[i], names));
  }
  for (const ScheduledChoice& choice : trace.schedule.choices) {
    lines.push_back(absl::StrCat(static_cast<int>(choice.kind), " ", choice.n,
                                 " ", choice.chosen, " ",
                                 trace.schedule.SiteOf(choice)));
  }
  return lines;
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

TEST(TraceDamageTest, ATraceThatIsCutAtAnyByteIsAnErrorThatSaysWhere) {
  for (TraceLevel level : kLevels) {
    const std::string bytes = SampleTraceBytes(level);
    ASSERT_TRUE(ParseTrace(bytes, "x.trace").ok());
    const std::vector<RawRecord> records = RecordsOf(bytes);
    size_t record = 0;
    for (size_t size = 0; size < bytes.size(); ++size) {
      SCOPED_TRACE(absl::StrCat("cut at byte ", size));
      std::string error;
      ExpectDamage(bytes.substr(0, size), &error);
      if (HasFatalFailure()) return;
      if (size == 0) continue;  // it is empty
      // Where the last record that is there begins, or would have begun.
      while (record + 1 < records.size() &&
             records[record + 1].offset <= size) {
        ++record;
      }
      EXPECT_EQ(NumberAfter("damaged at byte ", error),
                std::min(size, records[record].offset))
          << error;
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

// Damages `whole` in some places, and returns the first byte that changed, or
// the size if none has.
size_t DamageAtRandom(Prng& prng, bool only_flips, const std::string& whole,
                      std::string* bytes) {
  *bytes = whole;
  for (uint64_t n = prng.Below(8) + 1; n > 0; --n) {
    const size_t at = prng.Below(bytes->size());
    switch (only_flips ? 0 : prng.Below(4)) {
      case 0:
        (*bytes)[at] = static_cast<char>((*bytes)[at] ^ 1 << prng.Below(8));
        break;
      case 1:
        bytes->erase(at, prng.Below(9));
        break;
      case 2:
        bytes->insert(at, prng.Below(9), static_cast<char>(prng.Below(256)));
        break;
      default:  // a piece of it a second time
        bytes->insert(at, bytes->substr(prng.Below(bytes->size()), 40));
    }
  }
  return static_cast<size_t>(
      std::mismatch(bytes->begin(), bytes->end(), whole.begin(), whole.end())
          .first -
      bytes->begin());
}

class RandomDamageTest : public testing::TestWithParam<TraceLevel> {};

INSTANTIATE_TEST_SUITE_P(Levels, RandomDamageTest, testing::ValuesIn(kLevels));

// Whatever is done to a file that was closed: each line that is read was in it,
// in its place, and all are read that a checksum before the damage vouches for.
TEST_P(RandomDamageTest, WhatIsReadIsWhatAChecksumVouchesFor) {
  std::vector<size_t> syncs;
  const std::string whole = SampleOfManyChecksums(GetParam(), &syncs);
  const absl::StatusOr<Trace> sound = ParseTrace(whole, "x");
  ASSERT_TRUE(sound.ok()) << sound.status();
  // At a checksum, what came before it.
  std::vector<std::vector<std::string>> before;
  for (size_t sync : syncs) {
    const absl::StatusOr<Trace> part =
        ParseTrace(whole.substr(0, sync), "x", {.allow_incomplete = true});
    before.push_back(part.ok() ? LinesOf(*part) : std::vector<std::string>());
  }
  before.push_back(LinesOf(*sound));

  Prng prng(3);
  int partly = 0;
  for (int round = 0; round < 10000; ++round) {
    SCOPED_TRACE(absl::StrCat("round ", round));
    std::string bytes;
    const size_t changed = DamageAtRandom(prng, round % 2 == 0, whole, &bytes);
    if (bytes == whole) continue;
    std::string error;
    ExpectDamage(bytes, &error, /*use=*/round % 10 == 0);
    if (HasFatalFailure()) return;
    const absl::StatusOr<Trace> trace =
        ParseTrace(bytes, "x", {.allow_incomplete = true});
    // The last checksum that is there as it was. A byte of the next one may
    // have changed so that it says the same.
    size_t sync = 0;
    while (sync + 1 < syncs.size() &&
           syncs[sync + 1] + kChecksumSize <= changed) {
      ++sync;
    }
    if (trace.ok() && sync + 1 < syncs.size() && syncs[sync + 1] <= changed &&
        trace->checked_bytes == syncs[sync + 1]) {
      ++sync;
    }
    // It is found where it is, or later, never before.
    if (absl::StrContains(error, "damaged between byte ")) {
      EXPECT_EQ(NumberAfter("between byte ", error), syncs[sync]) << error;
      EXPECT_GT(NumberAfter("and byte ", error) + kChecksumSize, changed)
          << error;
    } else if (absl::StrContains(error, "damaged at byte ")) {
      EXPECT_GE(NumberAfter("at byte ", error), syncs[sync]) << error;
    }
    if (!trace.ok()) {
      EXPECT_EQ(sync, 0u) << "a checksum vouches for the header";
      continue;
    }
    // What is cut off from the end leaves whole records without a checksum.
    if (absl::StrContains(trace->damage, "cut short")) continue;
    ++partly;
    ASSERT_EQ(trace->events.size() + trace->schedule.choices.size(),
              before[sync].size())
        << error;
    for (size_t i = 0; i < trace->events.size(); ++i) {
      ASSERT_TRUE(SameEvent(trace->events[i], sound->events[i])) << i;
    }
    if (round % 10 == 0) {  // texts too
      EXPECT_EQ(LinesOf(*trace), before[sync]) << error;
    }
    EXPECT_EQ(trace->checked_bytes, syncs[sync]);
  }
  EXPECT_GT(partly, GetParam() == TraceLevel::kEvents ? 5000 : 1000);
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
