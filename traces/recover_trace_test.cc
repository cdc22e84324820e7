// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0

#include "orrery/traces/recover_trace.h"

#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "orrery/traces/sample_trace.h"
#include "orrery/traces/trace_diff.h"
#include "orrery/traces/trace_file.h"
#include "orrery/traces/trace_reader.h"
#include "orrery/traces/trace_text.h"
#include "orrery/traces/trace_writer.h"

namespace orrery {
namespace {

using testing::HasSubstr;

std::string TempPath(absl::string_view name) {
  return absl::StrCat(testing::TempDir(), "/recover_trace_test_", name);
}

// Saves what is left in `bytes`, and reads that.
absl::StatusOr<Trace> Saved(const std::string& bytes,
                            TraceRecovery* recovery = nullptr) {
  const std::string from = TempPath("from");
  const std::string to = TempPath("to");
  absl::Status status = WriteTraceFile(from, bytes);
  if (!status.ok()) return status;
  absl::StatusOr<TraceRecovery> result = RecoverTrace(from, to);
  if (!result.ok()) return result.status();
  if (recovery != nullptr) *recovery = *result;
  return ReadTrace(to);
}

// Expects that `saved` has what `left` has, which was read from the remains.
void ExpectAllSaved(const Trace& saved, const Trace& left) {
  EXPECT_EQ(saved.damage, "");
  ASSERT_EQ(saved.events.size(), left.events.size());
  for (size_t i = 0; i < saved.events.size(); ++i) {
    ASSERT_TRUE(SameEvent(saved.events[i], left.events[i])) << i;
  }
  EXPECT_EQ(saved.schedule.choices, left.schedule.choices);
  EXPECT_EQ(saved.not_done_count, left.not_done_count);
  EXPECT_EQ(saved.header.test, left.header.test);
  EXPECT_EQ(saved.footer.has_value(), left.footer.has_value());
}

TEST(RecoverTraceTest, WhereverAFileEndsAllWholeRecordsBecomeATrace) {
  for (TraceLevel level : {TraceLevel::kEvents, TraceLevel::kChoices}) {
    const std::string bytes = SampleTraceBytes(level);
    const size_t begin = RecordsOf(bytes)[1].offset;
    for (size_t size = begin; size < bytes.size(); size += 7) {
      SCOPED_TRACE(absl::StrCat("cut at byte ", size));
      const std::string part = bytes.substr(0, size);
      TraceRecovery recovery;
      const absl::StatusOr<Trace> saved = Saved(part, &recovery);
      ASSERT_TRUE(saved.ok()) << saved.status();
      const absl::StatusOr<Trace> left =
          ParseTrace(part, TempPath("from"), {.allow_incomplete = true});
      ASSERT_TRUE(left.ok());
      ExpectAllSaved(*saved, *left);
      EXPECT_EQ(recovery.damage, left->damage);
      EXPECT_EQ(recovery.kept_bytes, left->good_bytes);
      EXPECT_EQ(recovery.events, left->events.size());
      EXPECT_EQ(recovery.choices, left->schedule.choices.size());
      if (!left->footer.has_value()) {
        EXPECT_EQ(saved->recovered, left->damage);
      }
    }
  }
}

TEST(RecoverTraceTest, OfAFileThatIsDamagedWhatAChecksumVouchesForIsSaved) {
  TraceWriter writer;
  writer.Begin(SampleHeader(TraceLevel::kEvents));
  RecordLongRun(writer);
  ASSERT_TRUE(writer.Finish(SampleFooter()).ok());
  std::string bytes(writer.bytes());
  bytes[bytes.size() / 2] ^= 4;
  TraceRecovery recovery;
  const absl::StatusOr<Trace> saved = Saved(bytes, &recovery);
  ASSERT_TRUE(saved.ok()) << saved.status();
  const absl::StatusOr<Trace> left =
      ParseTrace(bytes, TempPath("from"), {.allow_incomplete = true});
  ASSERT_TRUE(left.ok());
  EXPECT_GT(left->events.size(), 1000u);
  ExpectAllSaved(*saved, *left);
  EXPECT_GT(recovery.kept_bytes, bytes.size() / 3);
  EXPECT_LE(recovery.kept_bytes, bytes.size() / 2);
}

TEST(RecoverTraceTest, HowARecoveredRunEndedIsUnknownAndWhatWasLostIsSaid) {
  const std::string bytes = SampleTraceBytes(TraceLevel::kEvents);
  const absl::StatusOr<Trace> saved = Saved(bytes.substr(0, bytes.size() / 2));
  ASSERT_TRUE(saved.ok()) << saved.status();
  EXPECT_FALSE(saved->footer.has_value());
  const std::string info = FormatInfo(*saved);
  EXPECT_THAT(info, HasSubstr("outcome:   unknown, "));
  EXPECT_THAT(info, HasSubstr("recovered: "));
  EXPECT_THAT(info, HasSubstr("damaged at byte "));
}

// Only the checksum after it is missing.
TEST(RecoverTraceTest, AFooterThatIsThereStays) {
  const std::string bytes = SampleTraceBytes(TraceLevel::kEvents);
  const absl::StatusOr<Trace> saved = Saved(bytes.substr(0, bytes.size() - 7));
  ASSERT_TRUE(saved.ok()) << saved.status();
  ASSERT_TRUE(saved->footer.has_value());
  EXPECT_EQ(saved->footer->outcome, SampleFooter().outcome);
  EXPECT_EQ(saved->recovered, "");
}

TEST(RecoverTraceTest, ASoundTraceIsCopied) {
  const std::string bytes = SampleTraceBytes(TraceLevel::kEvents);
  TraceRecovery recovery;
  ASSERT_TRUE(Saved(bytes, &recovery).ok());
  EXPECT_EQ(recovery.damage, "");
  EXPECT_EQ(*ReadTraceBytes(TempPath("to"), "to"), bytes);
  EXPECT_EQ(FormatRecovery("a", "b", recovery), "a: sound; b is a copy of it");
}

TEST(RecoverTraceTest, WhatWasRecoveredCanBeRecoveredAgain) {
  const std::string bytes = SampleTraceBytes(TraceLevel::kEvents);
  ASSERT_TRUE(Saved(bytes.substr(0, bytes.size() / 2)).ok());
  const std::string once = *ReadTraceBytes(TempPath("to"), "to");
  const absl::StatusOr<Trace> twice = Saved(once.substr(0, once.size() - 3));
  ASSERT_TRUE(twice.ok()) << twice.status();
  EXPECT_NE(twice->recovered, "");
  EXPECT_EQ(*ReadTraceBytes(TempPath("to"), "to"), once);
}

TEST(RecoverTraceTest, TheTraceItselfIsNeverWrittenTo) {
  const std::string path = TempPath("itself");
  ASSERT_TRUE(WriteTraceFile(path, SampleTraceBytes(TraceLevel::kEvents)).ok());
  EXPECT_EQ(
      RecoverTrace(path, path).status(),
      absl::InvalidArgumentError(absl::StrCat(
          path,
          ": this is the trace itself; name another file to save it to")));
  EXPECT_TRUE(ReadTrace(path).ok());
}

TEST(RecoverTraceTest, WhatCannotBeReadOrWrittenIsAnError) {
  EXPECT_EQ(RecoverTrace("/no/such.trace", TempPath("to")).status().code(),
            absl::StatusCode::kNotFound);
  EXPECT_EQ(RecoverTrace("-", TempPath("to")).status().code(),
            absl::StatusCode::kInvalidArgument);
  const std::string path = TempPath("whole");
  ASSERT_TRUE(WriteTraceFile(path, SampleTraceBytes(TraceLevel::kEvents)).ok());
  EXPECT_EQ(RecoverTrace(path, "/no/such/folder/x").status().code(),
            absl::StatusCode::kNotFound);
  // Nothing vouches for the header.
  EXPECT_EQ(Saved("hello").status().code(), absl::StatusCode::kInvalidArgument);
}

}  // namespace
}  // namespace orrery
