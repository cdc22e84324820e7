// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0
//
// What may be wrong with the records of a trace, one thing at a time, and what
// is said about it.

#include <sys/mman.h>

#include <cstring>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"
#include "orrery/traces/sample_trace.h"
#include "orrery/traces/trace.pb.h"
#include "orrery/traces/trace_reader.h"

namespace orrery {
namespace {

// A trace that is put together record by record.
class Builder {
 public:
  Builder() : bytes_(kTraceMagic, kTraceMagicSize) {}

  static Builder WithHeader() {
    traces::v1::Header header;
    header.set_version(1);
    header.set_min_reader(1);
    header.set_level(traces::v1::LEVEL_EVENTS);
    return Builder().Add(TraceRecord::kHeader, header);
  }

  template <typename Message>
  Builder Add(TraceRecord record, const Message& message) && {
    return std::move(*this).AddRaw(static_cast<uint32_t>(record),
                                   message.SerializeAsString());
  }
  Builder AddRaw(uint32_t number, absl::string_view payload) && {
    AppendRecord(number, payload, &bytes_);
    return std::move(*this);
  }
  Builder AddBytes(absl::string_view bytes) && {
    bytes_.append(bytes.data(), bytes.size());
    return std::move(*this);
  }
  // The footer and the checksum.
  Builder End(uint64_t events = 0, uint64_t choices = 0) && {
    traces::v1::Footer footer;
    footer.set_events(events);
    footer.set_choices(choices);
    return std::move(*this).Add(TraceRecord::kFooter, footer).Close();
  }
  Builder Close() && {
    AppendTrailer(&bytes_);
    return std::move(*this);
  }

  const std::string& bytes() const { return bytes_; }
  absl::Status Read() const { return ParseTrace(bytes_, "x.trace").status(); }

 private:
  std::string bytes_;
};

traces::v1::Event EventOf(TaskId task) {
  traces::v1::Event event;
  event.set_task(task.value);
  event.mutable_resumed();
  return event;
}

TEST(TraceRecordsTest, ARunInWhichNothingHappenedIsATrace) {
  EXPECT_EQ(Builder::WithHeader().End().Read(), absl::OkStatus());
}

// ---- Records ----------------------------------------------------------------

TEST(TraceRecordsTest, TheMagicAloneLacksItsHeader) {
  EXPECT_EQ(Builder().Read(),
            absl::DataLossError("x.trace: damaged at byte 9 of 9: cut short: "
                                "there is no header"));
}

TEST(TraceRecordsTest, TheHeaderComesFirst) {
  EXPECT_EQ(Builder().Add(TraceRecord::kEvent, EventOf(TaskId(1))).Read(),
            absl::DataLossError("x.trace: damaged at byte 9 of 15: the header "
                                "is not the first record"));
}

TEST(TraceRecordsTest, ASecondHeaderIsDamage) {
  EXPECT_EQ(Builder::WithHeader().AddRaw(1, "").End().Read(),
            absl::DataLossError(
                "x.trace: damaged at byte 17 of 28: a second header"));
}

TEST(TraceRecordsTest, ALevelThatDoesNotExistIsDamage) {
  traces::v1::Header header;
  header.set_level(static_cast<traces::v1::Level>(9));
  EXPECT_EQ(Builder().Add(TraceRecord::kHeader, header).End().Read(),
            absl::DataLossError("x.trace: damaged at byte 9 of 22: the header "
                                "names no known level"));
}

TEST(TraceRecordsTest, ANewerVersionIsRefusedAndSaysWhatToDo) {
  traces::v1::Header header;
  header.set_version(3);
  header.set_min_reader(2);
  const std::string bytes =
      Builder().Add(TraceRecord::kHeader, header).AddRaw(99, "?").bytes();
  for (bool allow_incomplete : {false, true}) {
    EXPECT_EQ(
        ParseTrace(bytes, "x.trace", {.allow_incomplete = allow_incomplete})
            .status(),
        absl::FailedPreconditionError(
            "x.trace: written in version 3 of the format, and needs a reader "
            "of version 2 or later; this one knows version 1. Use the `orrery` "
            "of the version that wrote it"));
  }
}

TEST(TraceRecordsTest, ANewerVersionThatOldReadersMayReadIsRead) {
  traces::v1::Header header;
  header.set_version(2);
  header.set_min_reader(1);
  EXPECT_EQ(Builder().Add(TraceRecord::kHeader, header).End().Read(),
            absl::OkStatus());
}

TEST(TraceRecordsTest, UnknownRecordsAreSkipped) {
  EXPECT_EQ(Builder::WithHeader()
                .AddRaw(99, "of a later version")
                .AddRaw(15, "")
                .End()
                .Read(),
            absl::OkStatus());
}

TEST(TraceRecordsTest, UnknownKindsOfEventsAreCounted) {
  traces::v1::Event unknown;
  unknown.GetReflection()->MutableUnknownFields(&unknown)->AddVarint(31, 5);
  unknown.set_dt(7);
  unknown.set_task(2);
  const Builder trace = Builder::WithHeader()
                            .Add(TraceRecord::kEvent, EventOf(TaskId(1)))
                            .Add(TraceRecord::kEvent, unknown)
                            .AddRaw(2, std::string("\x1a\x00", 2))
                            .End(/*events=*/3);
  const absl::StatusOr<Trace> read = ParseTrace(trace.bytes(), "x.trace");
  ASSERT_TRUE(read.ok()) << read.status();
  EXPECT_EQ(read->unknown_events, 1u);
  ASSERT_EQ(read->events.size(), 2u);
  EXPECT_EQ(read->events[1].time, SimTime(7)) << "its time has passed";
  EXPECT_EQ(read->events[1].task, TaskId(2)) << "its task still acts";
}

traces::v1::NotDone NotDoneOf(uint64_t count, const std::string& name) {
  traces::v1::NotDone not_done;
  not_done.set_count(count);
  not_done.add_task()->set_name(name);
  return not_done;
}

TEST(TraceRecordsTest, OfTasksThatWereNotDoneTheLastListCounts) {
  const Builder trace = Builder::WithHeader()
                            .Add(TraceRecord::kNotDone, NotDoneOf(1, "a#1"))
                            .Add(TraceRecord::kNotDone, NotDoneOf(3, "b#2"))
                            .End();
  const absl::StatusOr<Trace> read = ParseTrace(trace.bytes(), "x.trace");
  ASSERT_TRUE(read.ok()) << read.status();
  ASSERT_EQ(read->not_done.size(), 1u);
  EXPECT_EQ(read->not_done[0].name, "b#2");
  EXPECT_EQ(read->not_done_count, 3u);
}

TEST(TraceRecordsTest, MoreTasksThanWereNotDoneAreDamage) {
  EXPECT_EQ(Builder::WithHeader()
                .Add(TraceRecord::kNotDone, NotDoneOf(0, "a#1"))
                .End()
                .Read(),
            absl::DataLossError("x.trace: damaged at byte 17 of 35: it counts "
                                "0 tasks, there are 1"));
}

TEST(TraceRecordsTest, TasksThatNoChecksumVouchesForAreLeftOut) {
  std::string bytes = Builder::WithHeader()
                          .Add(TraceRecord::kNotDone, NotDoneOf(1, "a#1"))
                          .bytes();
  AppendSync(0, &bytes);
  const size_t checked = bytes.size();
  AppendRecord(static_cast<uint32_t>(TraceRecord::kEvent), "\xff", &bytes);
  absl::StatusOr<Trace> trace =
      ParseTrace(bytes, "x.trace", {.allow_incomplete = true});
  ASSERT_TRUE(trace.ok()) << trace.status();
  EXPECT_EQ(trace->not_done.size(), 1u) << "a checksum vouches for it";

  bytes.resize(checked);
  AppendRecord(static_cast<uint32_t>(TraceRecord::kNotDone),
               NotDoneOf(1, "b#2").SerializeAsString(), &bytes);
  AppendRecord(static_cast<uint32_t>(TraceRecord::kEvent), "\xff", &bytes);
  trace = ParseTrace(bytes, "x.trace", {.allow_incomplete = true});
  ASSERT_TRUE(trace.ok()) << trace.status();
  EXPECT_TRUE(trace->not_done.empty());
  EXPECT_EQ(trace->not_done_count, 0u);
}

TEST(TraceRecordsTest, WhereNoRecordBeginsIsDamage) {
  // A number in place of a record; a record with a number past all sense.
  for (absl::string_view bytes : {"\x10\x01\x10\x01", "\xfa\xff\xff\x01"}) {
    EXPECT_EQ(Builder::WithHeader().AddBytes(bytes).Read(),
              absl::DataLossError(
                  "x.trace: damaged at byte 17 of 21: no record begins here"));
  }
}

// A process that was killed leaves such room, and at its beginning what there
// is of one record without its first byte.
TEST(TraceRecordsTest, RoomThatWasNeverWrittenToIsCutShort) {
  EXPECT_EQ(Builder::WithHeader().AddBytes(std::string(4, '\0')).Read(),
            absl::DataLossError("x.trace: damaged at byte 17 of 21: cut short: "
                                "the trace was never closed"));
  EXPECT_EQ(Builder::WithHeader()
                .AddBytes(absl::string_view("\0\x04\x10\0\0", 5))
                .Read(),
            absl::DataLossError("x.trace: damaged at byte 17 of 22: cut short: "
                                "the trace was never closed"));
}

// What looks like it then is damage, and no byte since the last checksum can be
// trusted.
TEST(TraceRecordsTest, AFileThatHasItsEndWasNotCutShort) {
  std::string bytes = Builder::WithHeader()
                          .Add(TraceRecord::kEvent, EventOf(TaskId(1)))
                          .bytes();
  AppendSync(0, &bytes);
  const size_t checked = bytes.size();
  AppendRecord(static_cast<uint32_t>(TraceRecord::kEvent),
               EventOf(TaskId(2)).SerializeAsString(), &bytes);
  const size_t at = bytes.size();
  AppendRecord(static_cast<uint32_t>(TraceRecord::kEvent),
               EventOf(TaskId(3)).SerializeAsString(), &bytes);
  AppendTrailer(&bytes);
  for (char tag : {'\0', '\xff'}) {
    for (size_t offset : {at, at + 1}) {  // the tag, the length
      if (tag == '\0' && offset != at) continue;
      std::string damaged = bytes;
      damaged[offset] = tag;
      const absl::StatusOr<Trace> trace =
          ParseTrace(damaged, "x.trace", {.allow_incomplete = true});
      ASSERT_TRUE(trace.ok()) << trace.status();
      EXPECT_EQ(trace->events.size(), 1u);
      EXPECT_EQ(trace->good_bytes, checked);
      EXPECT_EQ(trace->damage,
                absl::StrCat("x.trace: damaged at byte ", at, " of ",
                             bytes.size(), ": no record begins here"));
    }
  }
}

TEST(TraceRecordsTest, ARecordLongerThanTheFileIsCutShort) {
  EXPECT_EQ(Builder::WithHeader().AddBytes("\x12\x05\x1a").Read(),
            absl::DataLossError("x.trace: damaged at byte 17 of 20: cut short: "
                                "a record of 5 bytes, of which 1 are there"));
  EXPECT_EQ(
      Builder::WithHeader()
          .AddBytes("\x12\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01\x1a")
          .Read(),
      absl::DataLossError("x.trace: damaged at byte 17 of 29: cut short: a "
                          "record of 18446744073709551615 bytes, of which 1 "
                          "are there"));
  EXPECT_EQ(Builder::WithHeader().AddBytes("\x12\x80").Read(),
            absl::DataLossError("x.trace: damaged at byte 17 of 19: cut short "
                                "within a record's length"));
  EXPECT_EQ(Builder::WithHeader().AddBytes("\x92").Read(),
            absl::DataLossError("x.trace: damaged at byte 17 of 18: cut short "
                                "where a record begins"));
}

TEST(TraceRecordsTest, ARecordThatProtobufCannotReadIsDamage) {
  EXPECT_EQ(Builder::WithHeader().AddRaw(2, "\x1a\x7f").End().Read(),
            absl::DataLossError("x.trace: damaged at byte 17 of 30: this is no "
                                "orrery.traces.v1.Event"));
  EXPECT_EQ(Builder().AddRaw(1, "\xff").Read(),
            absl::DataLossError("x.trace: damaged at byte 9 of 12: this is no "
                                "orrery.traces.v1.Header"));
}

// Protobuf counts bytes in int. These pages are zeros that take no memory.
TEST(TraceRecordsTest, ARecordOfMoreThanTwoGibibytesIsDamage) {
  const std::string start =
      Builder::WithHeader().AddBytes("\x12\x81\x80\x80\x80\x08").bytes();
  const size_t size = start.size() + (size_t{1} << 31) + 1;
  void* memory = ::mmap(nullptr, size, PROT_READ | PROT_WRITE,
                        MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  ASSERT_NE(memory, MAP_FAILED);
  std::memcpy(memory, start.data(), start.size());
  EXPECT_EQ(ParseTrace({static_cast<char*>(memory), size}, "x.trace").status(),
            absl::DataLossError("x.trace: damaged at byte 17 of 2147483672: "
                                "this is no orrery.traces.v1.Event"));
  ::munmap(memory, size);
}

// ---- The end ----------------------------------------------------------------

TEST(TraceRecordsTest, ATraceThatWasNeverClosedIsCutShort) {
  const std::string bytes = Builder::WithHeader()
                                .Add(TraceRecord::kEvent, EventOf(TaskId(1)))
                                .bytes();
  EXPECT_EQ(ParseTrace(bytes, "x.trace").status(),
            absl::DataLossError("x.trace: damaged at byte 23 of 23: cut short: "
                                "the trace was never closed"));
  const absl::StatusOr<Trace> trace =
      ParseTrace(bytes, "x.trace", {.allow_incomplete = true});
  ASSERT_TRUE(trace.ok());
  EXPECT_EQ(trace->events.size(), 1u);
  EXPECT_EQ(trace->damage,
            "x.trace: damaged at byte 23 of 23: cut short: the trace was never "
            "closed");
}

TEST(TraceRecordsTest, AnEndWithoutAFooterIsDamage) {
  EXPECT_EQ(Builder::WithHeader().Close().Read(),
            absl::DataLossError("x.trace: damaged at byte 17 of 24: it ends "
                                "without a footer"));
}

TEST(TraceRecordsTest, ASecondFooterIsDamage) {
  EXPECT_EQ(Builder::WithHeader().AddRaw(6, "").End().Read(),
            absl::DataLossError(
                "x.trace: damaged at byte 19 of 28: a second footer"));
}

TEST(TraceRecordsTest, TheFooterCountsWhatIsThere) {
  EXPECT_EQ(Builder::WithHeader().End(/*events=*/2).Read(),
            absl::DataLossError("x.trace: damaged at byte 17 of 28: the footer "
                                "counts 2 events, there are 0"));
  EXPECT_EQ(Builder::WithHeader().End(/*events=*/0, /*choices=*/3).Read(),
            absl::DataLossError("x.trace: damaged at byte 17 of 28: the footer "
                                "counts 3 choices, there are 0"));
}

TEST(TraceRecordsTest, BytesAfterTheEndAreDamage) {
  EXPECT_EQ(Builder::WithHeader().End().AddRaw(99, "more").Read(),
            absl::DataLossError(
                "x.trace: damaged at byte 26 of 33: bytes after the end"));
}

TEST(TraceRecordsTest, AnEndWithMoreInItThanAChecksumIsDamage) {
  EXPECT_EQ(Builder::WithHeader()
                .AddRaw(6, "")
                .AddRaw(7, std::string("\x10\x01", 2))
                .Read(),
            absl::DataLossError("x.trace: damaged at byte 19 of 23: the last "
                                "record has a wrong size"));
}

// ---- Checksums --------------------------------------------------------------

TEST(TraceRecordsTest, AChecksumThatDoesNotMatchSaysBetweenWhichBytes) {
  traces::v1::Sync sync;
  sync.set_crc32(1);
  const Builder trace = Builder::WithHeader()
                            .Add(TraceRecord::kEvent, EventOf(TaskId(1)))
                            .Add(TraceRecord::kSync, sync);
  EXPECT_EQ(trace.Read(),
            absl::DataLossError("x.trace: damaged between byte 0 and byte 23 "
                                "of 30: the checksum does not match"));
}

// Returns a trace of many checksums; the first byte of each goes to `offsets`.
std::string LongTrace(TraceLevel level, std::vector<size_t>* offsets) {
  TraceWriter writer;
  writer.Begin(SampleHeader(level));
  const std::vector<Choice> batch(
      1000, Choice{ChoiceKind::kData, 500, 400, "label", SpanId(300)});
  for (int i = 0; i < 1000; ++i) {
    if (level == TraceLevel::kEvents) {
      Record(SampleEvents(), {}, writer);
    } else {
      writer.OnChoices(batch, SampleFooter().digests);
    }
  }
  EXPECT_TRUE(writer.Finish(SampleFooter()).ok());
  for (const RawRecord& record : RecordsOf(writer.bytes())) {
    if (record.number == static_cast<uint32_t>(TraceRecord::kSync)) {
      offsets->push_back(record.offset);
    }
  }
  EXPECT_GE(offsets->size(), 3);
  return std::string(writer.bytes());
}

// A changed byte that is still an event: only the checksum tells. No byte since
// the one before it can be trusted.
TEST(TraceRecordsTest, WhatAChecksumDoesNotVouchForIsLeftOut) {
  for (TraceLevel level : {TraceLevel::kEvents, TraceLevel::kChoices}) {
    std::vector<size_t> offsets;
    std::string bytes = LongTrace(level, &offsets);
    const absl::StatusOr<Trace> whole = ParseTrace(bytes, "x.trace");
    ASSERT_TRUE(whole.ok()) << whole.status();
    // What an intact file that ends at the second checksum holds.
    const absl::StatusOr<Trace> before =
        ParseTrace(absl::string_view(bytes).substr(0, offsets[1]), "x.trace",
                   {.allow_incomplete = true});
    ASSERT_TRUE(before.ok());

    // A byte of a logged text or the last one of a digest, well behind that.
    size_t at = bytes.find("no more", offsets[1]);
    if (level == TraceLevel::kChoices) {
      const std::vector<RawRecord> records = RecordsOf(bytes);
      size_t i = 0;
      while (records[i].offset <= offsets[1] ||
             records[i].number !=
                 static_cast<uint32_t>(TraceRecord::kChoices)) {
        ++i;
      }
      at = records[i].offset + records[i].bytes.size() - 1;
    }
    ASSERT_LT(at, offsets[2]);
    bytes[at] = static_cast<char>(bytes[at] ^ 1);

    const absl::StatusOr<Trace> trace =
        ParseTrace(bytes, "x.trace", {.allow_incomplete = true});
    ASSERT_TRUE(trace.ok()) << trace.status();
    EXPECT_EQ(trace->damage,
              absl::StrCat("x.trace: damaged between byte ", offsets[1],
                           " and byte ", offsets[2], " of ", bytes.size(),
                           ": the checksum does not match"));
    EXPECT_EQ(ParseTrace(bytes, "x.trace").status().message(), trace->damage);
    EXPECT_EQ(trace->events.size(), before->events.size());
    EXPECT_EQ(trace->schedule.choices.size(), before->schedule.choices.size());
    EXPECT_EQ(trace->checkpoints, before->checkpoints);
    EXPECT_LT(trace->schedule.choices.size(), whole->schedule.choices.size());
    EXPECT_FALSE(trace->footer.has_value());
    EXPECT_EQ(trace->header.test, "KeepsItsBalance");
  }
}

TEST(TraceRecordsTest, AHeaderThatCannotBeTrustedIsNoTraceAtAll) {
  std::string bytes = SampleTraceBytes(TraceLevel::kEvents);
  const size_t at = bytes.find("KeepsItsBalance");
  ASSERT_NE(at, bytes.npos);
  bytes[at] = 'k';
  EXPECT_EQ(
      ParseTrace(bytes, "x.trace", {.allow_incomplete = true}).status().code(),
      absl::StatusCode::kDataLoss);
}

}  // namespace
}  // namespace orrery
