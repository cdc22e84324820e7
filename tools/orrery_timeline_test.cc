// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0
//
// `orrery timeline` and `orrery causes`, of a test that lost a deposit and of
// one that was stuck.

#include <algorithm>
#include <cstddef>
#include <regex>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "orrery/analysis/text_table.h"
#include "orrery/tools/orrery_fixture.h"

namespace orrery {
namespace {

using testing::AllOf;
using testing::EndsWith;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

class OrreryTimelineTest : public OrreryFixture {
 protected:
  // Expects that it succeeds. Returns what it prints.
  std::string Printed(const std::string& arguments) {
    const Output output = Orrery(arguments);
    EXPECT_EQ(output.exit_code, 0) << output.err;
    EXPECT_EQ(output.err, "");
    return output.out;
  }
  void RecordLostDeposit() {
    RecordSample("FailingSample.LosesAnUpdate", "bank.trace");
  }
};

// ---- timeline ---------------------------------------------------------------

TEST_F(OrreryTimelineTest, ALostDepositIsSeenInTwoColumns) {
  RecordLostDeposit();
  EXPECT_EQ(
      Printed("timeline --ascii --width=90 --from=6 bank.trace"),
      R"(  #    time  | loop             | main#1           | first#2          | second#3
-------------+------------------+------------------+------------------+------------------
  6  0.000s  | picks second#3   |                  |                  |
             | of 2             |                  |                  |
  7       "  |                  |                  |                  | runs
  8       "  |                  |                  |                  | stands before
             |                  |                  |                  | Shared "balance"
  9       "  | picks first#2 of |                  |                  |
             | 2                |                  |                  |
 10       "  |                  |                  | runs             |
 11       "  |                  |                  | stands before    |
             |                  |                  | Shared "balance" |
 12       "  | picks first#2 of |                  |                  |
             | 2                |                  |                  |
 13       "  |                  |                  | runs             |
 14       "  |                  |                  | reads Shared     |
             |                  |                  | "balance"        |
 15       "  |                  |                  | stands before    |
             |                  |                  | Shared "balance" |
 16       "  | picks second#3   |                  |                  |
             | of 2             |                  |                  |
 17       "  |                  |                  |                  | runs
 18       "  |                  |                  |                  | reads Shared
             |                  |                  |                  | "balance"
 19       "  |                  |                  |                  | stands before
             |                  |                  |                  | Shared "balance"
 20       "  | picks first#2 of |                  |                  |
             | 2                |                  |                  |
 21       "  |                  |                  | runs             |
 22       "  |                  |                  | writes Shared    |
             |                  |                  | "balance"        |
 23       "  |                  |                  | ends             |
 24       "  |                  | < woken          | wakes main#1     |
 25       "  | picks second#3   |                  |                  |
             | of 2             |                  |                  |
 26       "  |                  |                  |                  | runs
 27       "  |                  |                  |                  | writes Shared
             |                  |                  |                  | "balance"
 28       "  |                  |                  |                  | ends
 29       "  |                  | runs             |                  |
>30       "  |                  | FAILURE:         |                  |
             |                  | Expected         |                  |
             |                  | equality of      |                  |
             |                  | these values:    |                  |
             |                  | balance.Peek()   |                  |
             |                  | Which is: 5   15 |                  |
             |                  | a deposit is     |                  |
             |                  | lost             |                  |
 31       "  |                  | ends             |                  |
)");
}

TEST_F(OrreryTimelineTest, TheDepositsAloneFitIntoLess) {
  RecordLostDeposit();
  EXPECT_EQ(Printed("timeline --ascii --width=60 --task=first,second --from=13 "
                    "bank.trace"),
            R"(  #    time  | first#2              | second#3
-------------+----------------------+----------------------
 13  0.000s  | runs                 |
 14       "  | reads Shared         |
             | "balance"            |
 15       "  | stands before Shared |
             | "balance"            |
 17       "  |                      | runs
 18       "  |                      | reads Shared
             |                      | "balance"
 19       "  |                      | stands before Shared
             |                      | "balance"
 21       "  | runs                 |
 22       "  | writes Shared        |
             | "balance"            |
 23       "  | ends                 |
 24       "  | wakes main#1         |
 26       "  |                      | runs
 27       "  |                      | writes Shared
             |                      | "balance"
 28       "  |                      | ends
)");
}

TEST_F(OrreryTimelineTest, LinesAndArrowsAreDrawnUnlessTheyAreNotWanted) {
  RecordLostDeposit();
  const std::string table = Printed("timeline bank.trace");
  EXPECT_THAT(table, HasSubstr("\n►30 "));
  EXPECT_THAT(table, HasSubstr("─┼─"));
  EXPECT_THAT(table, HasSubstr("│ ◄ woken"));
}

TEST_F(OrreryTimelineTest, AStuckRunIsShownUpToWhereItStuck) {
  RecordSample("FailingSample.FivePhilosophersDeadlock", "stuck.trace");
  const std::string table = Printed("timeline stuck.trace --width=200");
  EXPECT_THAT(table, AllOf(HasSubstr("│ Anna#2 "), HasSubstr("│ Eva#6")));
  EXPECT_THAT(table, HasSubstr("waits for Mutex \"fork a\""));
}

TEST_F(OrreryTimelineTest, OfALongRunThePartAroundTheFailureIsShown) {
  WriteLongTrace("long.trace");
  const std::string table = Printed("timeline --ascii long.trace");
  EXPECT_THAT(table, HasSubstr("\n>75 "));
  EXPECT_THAT(table, StartsWith(" 35 "));
  EXPECT_THAT(table, HasSubstr("\n 85 "));
  EXPECT_THAT(table, Not(HasSubstr("\n 86 ")));
  EXPECT_THAT(table,
              EndsWith("\nevents 35 to 85 of 0 to 23399; --from=N --to=N, "
                       "--around=event:N or --context=N show others\n"));
}

TEST_F(OrreryTimelineTest, AnyEventMayBeInTheMiddle) {
  const std::vector<std::string> lines = absl::StrSplit(
      Printed("timeline --width=1 --ascii --around=event:10 --context=1 "
              "events.trace"),
      '\n');
  ASSERT_EQ(lines.size(), 5u);
  EXPECT_EQ(lines[0], "  9  0.000s  main#1  ends span 1");
  EXPECT_EQ(lines[1], ">10       \"  main#1  acquires Mutex \"state\"");
  EXPECT_EQ(lines[2], " 11       \"  main#1  waits for task client#2");
  EXPECT_THAT(lines[3], StartsWith("events 9 to 11 of 0 to 77; "));
  ExpectTrouble("timeline --around=event:78 events.trace",
                "events.trace: there is no event 78; it holds events 0 to 77");
  ExpectTrouble("timeline --around=here events.trace",
                "\"here\": expected the number of an event, or failure");
}

TEST_F(OrreryTimelineTest, FromAndToAreShownWhole) {
  const std::string list =
      Printed("timeline --width=1 --from=3 --to=4 events.trace");
  EXPECT_EQ(list,
            " 3  0.000s  main#1  posts callback#3\n"
            " 4       \"  main#1  posts timer#4 for 1.500s\n");
  EXPECT_EQ(Printed("timeline --from=1000 events.trace"), "no such events\n");
}

TEST_F(OrreryTimelineTest, TasksThatAreNamedHaveAColumnEach) {
  const std::string table = Printed(
      "timeline --ascii --tasks=client,timer --to=16 events.trace --width=80");
  EXPECT_THAT(table, HasSubstr("| client#2 "));
  EXPECT_THAT(table, HasSubstr("| timer#4"));
  EXPECT_THAT(table, HasSubstr("< spawned by main#1"));
  EXPECT_THAT(table, Not(HasSubstr("| main#1")));
}

TEST_F(OrreryTimelineTest, ItIsAsWideAsTheTerminal) {
  for (const int columns : {90, 130}) {
    const std::string table = ShellOnTerminal(
        "NO_COLOR=1 orrery timeline --to=16 events.trace", columns);
    size_t widest = 0;
    for (absl::string_view line : absl::StrSplit(table, '\n')) {
      widest = std::max(widest, ColumnsOf(line));
    }
    EXPECT_LE(widest, static_cast<size_t>(columns)) << table;
    EXPECT_GT(widest, static_cast<size_t>(columns) - 30) << table;
  }
}

TEST_F(OrreryTimelineTest, JsonIsOneObjectAnEvent) {
  EXPECT_EQ(Printed("timeline --json --from=15 --to=15 events.trace"),
            "{\"index\":15,\"time_ns\":1500000000,\"task\":\"loop\",\"kind\":"
            "\"woken\",\"text\":\"wakes client#2\",\"site\":\"\",\"target\":"
            "\"client#2\",\"note\":\"woken\"}\n");
}

// ---- causes -----------------------------------------------------------------

TEST_F(OrreryTimelineTest, WhatLedToALostDepositGoesBackToTheBeginning) {
  RecordLostDeposit();
  // Lines move with each edit of the sample.
  const std::string story = std::regex_replace(
      Printed("causes bank.trace failure"), std::regex("cc:[0-9]+"), "cc:N");
  EXPECT_EQ(
      story,
      R"(#30 0.000s main#1 FAILURE: Expected equality of these values:   balance.Peek()     Which is: 5   15 a deposit is lost [tests/failing_sample.cc:N]
  in the step of  #29 0.000s main#1 runs
  woken by        #24 0.000s first#2 wakes main#1
  in the step of  #21 0.000s first#2 runs
  goes on after   #15 0.000s first#2 stands before Shared "balance" [tests/failing_sample.cc:N Deposit]
  in the step of  #13 0.000s first#2 runs
  goes on after   #11 0.000s first#2 stands before Shared "balance" [tests/failing_sample.cc:N Deposit]
  in the step of  #10 0.000s first#2 runs
  spawned by      #3 0.000s main#1 spawns first#2 [tests/failing_sample.cc:N FailingSample_LosesAnUpdate]
  in the step of  #1 0.000s main#1 runs
  spawned by      #0 0.000s loop spawns main#1
)");
}

TEST_F(OrreryTimelineTest, CausesAreOfOneEventOfOneTrace) {
  EXPECT_EQ(Printed("causes events.trace 15"),
            "#15 1.500s loop wakes client#2\n"
            "  timer set by    #14 0.000s client#2 sleeps until 1.500s "
            "[bank/transfer.cc:300 Transfer]\n"
            "  in the step of  #13 0.000s client#2 runs\n"
            "  spawned by      #2 0.000s main#1 spawns client#2 on node 3 "
            "[bank/transfer.cc:300 Transfer]\n"
            "  in the step of  #1 0.000s main#1 runs\n"
            "  spawned by      #0 0.000s loop spawns main#1 "
            "[bank/transfer.cc:41 Transfer]\n");
  EXPECT_EQ(Printed("causes events.trace '#15' --last=1"),
            "#15 1.500s loop wakes client#2\n"
            "  timer set by  #14 0.000s client#2 sleeps until 1.500s "
            "[bank/transfer.cc:300 Transfer]\n"
            "and so on; --last=N shows more\n");
  ExpectTrouble("causes events.trace",
                "causes: name a trace and an event: a number, or failure");
  ExpectTrouble("causes events.trace 78",
                "events.trace: there is no event 78; it holds events 0 to 77");
  EXPECT_THAT(Orrery("causes choices.trace failure").err,
              StartsWith("orrery: choices.trace: it holds choices only, "));
}

TEST_F(OrreryTimelineTest, CausesAsJsonAreOneObject) {
  EXPECT_EQ(Printed("causes --json events.trace 1"),
            "{\"file\":\"events.trace\",\"event\":{\"relation\":\"\",\"index\":"
            "1,\"time_ns\":0,\"task\":\"main#1\",\"kind\":\"resumed\",\"text\":"
            "\"runs\",\"site\":\"\"},\"causes\":[{\"relation\":\"spawned by\","
            "\"index\":0,\"time_ns\":0,\"task\":\"loop\",\"kind\":\"spawned\","
            "\"text\":\"spawns main#1\",\"site\":\"bank/transfer.cc:41 "
            "Transfer\"}]}\n");
}

}  // namespace
}  // namespace orrery
