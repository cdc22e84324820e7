// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0

#include "orrery/explorer/record_diff.h"

#include <functional>
#include <string>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "orrery/sim/log.h"
#include "orrery/sim/simulation.h"
#include "orrery/sim/sleep.h"
#include "orrery/sim/spawn.h"
#include "orrery/traces/trace_writer.h"

namespace orrery {
namespace {

using testing::HasSubstr;

Task<> Say(std::string text) {
  co_await Sleep(absl::Seconds(1));
  Log(text);
}

Task<> Main(std::string text) {
  JoinHandle<> speaker = Spawn("speaker", Say, text);
  co_await speaker;
}

Trace TraceOf(const std::string& name, std::string text,
              const TraceFooter& footer = {}, const std::string& failed = "") {
  TraceHeader header;
  header.level = TraceLevel::kEvents;
  TraceWriter writer;
  writer.Begin(header);
  Simulation({.trace = &writer}).Run(Main, text);
  if (!failed.empty()) {
    TraceEvent event;
    event.what = event::Failed{failed, SiteText()};
    writer.OnEvent(event);
  }
  EXPECT_TRUE(writer.Finish(footer).ok());
  absl::StatusOr<Trace> trace = ParseTrace(writer.bytes(), name);
  EXPECT_TRUE(trace.ok()) << trace.status();
  return *std::move(trace);
}

TEST(RecordDiffTest, EqualRunsDoNotDiffer) {
  Trace first = TraceOf("first", "hello");
  Trace second = TraceOf("second", "hello");
  EXPECT_EQ(DiffRecords(first, second), std::nullopt);
}

// The digests of these two are the same.
TEST(RecordDiffTest, ALogLineCountsAndItsTaskIsIntroduced) {
  Trace first = TraceOf("first", "hello");
  Trace second = TraceOf("second", "hullo");
  const std::string diff = DiffRecords(first, second).value_or("");
  EXPECT_THAT(diff, HasSubstr("first: #8 1.000s speaker#2 log: hello"));
  EXPECT_THAT(diff, HasSubstr("second: #8 1.000s speaker#2 log: hullo"));
  EXPECT_THAT(diff, HasSubstr("\nspeaker#2 was spawned at "
                              "explorer/record_diff_test.cc:"));
}

TEST(RecordDiffTest, AnAddressThatTheProgramLogsCounts) {
  Trace first = TraceOf("first", "at 0x7f0012");
  Trace second = TraceOf("second", "at 0x7f0024");
  EXPECT_NE(DiffRecords(first, second), std::nullopt);
}

TEST(RecordDiffTest, AnAddressInAnAssertionsMessageDoesNot) {
  TraceFooter footer;
  footer.failure.emplace();
  footer.failure->message = "p, which is 0x7f0012";
  Trace first = TraceOf("first", "", footer, "p, which is 0x7f0012");
  footer.failure->message = "p, which is 0x55aa10";
  Trace second = TraceOf("second", "", footer, "p, which is 0x55aa10");
  EXPECT_EQ(DiffRecords(first, second), std::nullopt);
  Trace third = TraceOf("third", "", footer, "q, which is 0x55aa10");
  EXPECT_NE(DiffRecords(first, third), std::nullopt);
}

TEST(RecordDiffTest, HowTheyEndedCounts) {
  Trace first = TraceOf("first", "hello");
  TraceFooter footer;
  footer.steps = 99;
  Trace second = TraceOf("second", "hello", footer);
  EXPECT_THAT(DiffRecords(first, second).value_or(""),
              HasSubstr("the end differs"));
}

TEST(RecordDiffTest, AddressesAreLeftOut) {
  EXPECT_EQ(WithoutAddresses("a 0x1fF, b 0x2."), "a 0x..., b 0x....");
  EXPECT_EQ(WithoutAddresses("0x"), "0x");
  EXPECT_EQ(WithoutAddresses("0xyz 10x5"), "0xyz 10x...");
  EXPECT_EQ(WithoutAddresses("is 8-byte object <2A-00 00-00>, and 7"),
            "is 8-byte object <...>, and 7");
  EXPECT_EQ(WithoutAddresses("8-byte object <2A-00"), "8-byte object <...");
}

}  // namespace
}  // namespace orrery
