// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0
//
// `orrery grep` and `orrery stats`, and the colors of all verbs.

#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "orrery/tools/orrery_fixture.h"
#include "orrery/traces/sample_trace.h"

namespace orrery {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::EndsWith;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing::StartsWith;

class OrreryGrepTest : public OrreryFixture {
 protected:
  // Returns the numbers of the events that `grep` finds: "#12".
  std::vector<std::string> Found(const std::string& arguments) {
    const Output output = Orrery(absl::StrCat("grep ", arguments));
    EXPECT_EQ(output.err, "");
    std::vector<std::string> numbers;
    for (absl::string_view line :
         absl::StrSplit(output.out, '\n', absl::SkipEmpty())) {
      numbers.emplace_back(line.substr(0, line.find(' ')));
    }
    EXPECT_EQ(output.exit_code, numbers.empty() ? 1 : 0);
    return numbers;
  }
};

using OrreryStatsTest = OrreryFixture;
using OrreryColorTest = OrreryFixture;

// ---- grep -------------------------------------------------------------------

TEST_F(OrreryGrepTest, FindsEventsWhoseLineHasTheText) {
  const Output output = Orrery("grep 'runs' events.trace");
  EXPECT_EQ(output.exit_code, 0);
  EXPECT_EQ(output.out, "#1 0.000s main#1 runs\n#13 0.000s client#2 runs\n");
  EXPECT_THAT(Found("RUNS events.trace"), IsEmpty());
  EXPECT_THAT(Found("-i RUNS events.trace"), ElementsAre("#1", "#13"));
  // Places and times belong to the line.
  EXPECT_THAT(Found("--to=4 transfer.cc:300 events.trace"), ElementsAre("#2"));
  // A pattern of plain text has no special characters, and is one operand.
  EXPECT_THAT(Found("'r.ns' events.trace"), IsEmpty());
  EXPECT_THAT(Found("-- --json events.trace"), IsEmpty());
}

TEST_F(OrreryGrepTest, FindsRegularExpressions) {
  EXPECT_THAT(Found("-E '(main|client)#\\d r.ns$' events.trace"),
              ElementsAre("#1", "#13"));
  ExpectTrouble("grep -E '[a' events.trace",
                "grep: \"[a\" is no regular expression: a [ or ] has no other "
                "half");
  ExpectTrouble("grep -E a --followed-by='[' events.trace",
                "grep: --followed-by=\"[\" is no regular expression: a [ or ] "
                "has no other half");
}

TEST_F(OrreryGrepTest, FiltersAreThoseOfPrint) {
  EXPECT_THAT(Found("client --kind=choice,woken events.trace"),
              ElementsAre("#12", "#15"));
  EXPECT_THAT(Found("runs --task=main events.trace"), ElementsAre("#1"));
  EXPECT_THAT(Found("runs --from=2 events.trace"), ElementsAre("#13"));
  EXPECT_THAT(Found("runs --after=1 --before=14 events.trace"),
              ElementsAre("#13"));
  EXPECT_THAT(Found("runs --after=13 events.trace"), IsEmpty());
}

TEST_F(OrreryGrepTest, EventsCanBeAskedForWhatComesBeforeAndAfter) {
  EXPECT_THAT(Found("runs --preceded-by='acquires' events.trace"),
              ElementsAre("#13"));
  EXPECT_THAT(Found("runs --not-preceded-by='acquires' events.trace"),
              ElementsAre("#1"));
  EXPECT_THAT(Found("runs --followed-by='acquires' events.trace"),
              ElementsAre("#1"));
  EXPECT_THAT(Found("runs --not-followed-by='acquires' events.trace"),
              ElementsAre("#13"));
  EXPECT_THAT(Found("runs --followed-by='acquires' --within=8 events.trace"),
              IsEmpty());
}

TEST_F(OrreryGrepTest, CountsAndShowsWhatIsAround) {
  EXPECT_EQ(Orrery("grep -c runs events.trace").out, "2\n");
  const Output none = Orrery("grep --count nothing events.trace");
  EXPECT_EQ(none.out, "0\n");
  EXPECT_EQ(none.exit_code, 1);
  EXPECT_THAT(Found("-C 1 runs events.trace"),
              ElementsAre("#0", "#1", "#2", "--", "#12", "#13", "#14"));
  // What is around two of them is shown once.
  EXPECT_THAT(Found("--context=2 --kind=span_begun,span_ended '' events.trace"),
              ElementsAre("#5", "#6", "#7", "#8", "#9", "#10", "#11"));
}

TEST_F(OrreryGrepTest, OfSeveralFilesEachLineSaysOfWhich) {
  Write("b.trace", SampleTraceBytes(TraceLevel::kEvents));
  EXPECT_EQ(Orrery("grep 'main#1 runs' events.trace b.trace").out,
            "events.trace:#1 0.000s main#1 runs\n"
            "b.trace:#1 0.000s main#1 runs\n");
  EXPECT_EQ(Orrery("grep -c runs events.trace b.trace").out,
            "events.trace:2\nb.trace:2\n");
  // One that cannot be read is trouble, and the others are searched.
  const Output output = Orrery("grep -c runs missing.trace b.trace");
  EXPECT_EQ(output.exit_code, 2);
  EXPECT_EQ(output.out, "b.trace:2\n");
  EXPECT_THAT(output.err, HasSubstr("missing.trace: No such file"));
}

TEST_F(OrreryGrepTest, JsonIsAsOfPrint) {
  EXPECT_EQ(Orrery("grep --json 'main#1 runs' events.trace").out,
            Orrery("print --json --from=1 --to=1 events.trace").out);
}

TEST_F(OrreryGrepTest, WithoutATraceItSaysWhatItNeeds) {
  ExpectTrouble("grep", "grep: name a pattern and a trace");
  ExpectTrouble("grep runs", "grep: name a pattern and a trace");
  EXPECT_THAT(Orrery("grep runs choices.trace").err,
              StartsWith("orrery: choices.trace: it holds choices only, "));
}

TEST_F(OrreryGrepTest, ADashIsStandardInput) {
  EXPECT_EQ(Shell("orrery grep -c runs - <events.trace").out, "2\n");
}

// ---- stats ------------------------------------------------------------------

TEST_F(OrreryStatsTest, ShowsTablesOfWhatThereWas) {
  const Output output = Orrery("stats events.trace");
  EXPECT_EQ(output.exit_code, 0);
  EXPECT_EQ(output.err, "");
  EXPECT_THAT(output.out, StartsWith("events.trace: 78 events, 2 steps, 2 "
                                     "choices, "));
  EXPECT_THAT(output.out, HasSubstr("\nchoices:\n  1  data \"amount\"\n"
                                    "  1  next task\n"));
  EXPECT_THAT(output.out, HasSubstr("\nmessages:\n  2  sent\n"));
  EXPECT_THAT(output.out, HasSubstr("  1  dropped: partition\n"));
  EXPECT_THAT(output.out, HasSubstr("\nfaults:\n"));
  EXPECT_THAT(output.out, HasSubstr("  1  replica-1 crashes\n"));
  EXPECT_THAT(output.out, HasSubstr("\nwaits:\n"));
  EXPECT_THAT(output.out, HasSubstr("\ntasks:\n"));
}

TEST_F(OrreryStatsTest, TopIsHowManyLinesATableHas) {
  EXPECT_THAT(Orrery("stats --top=1 events.trace").out,
              HasSubstr("\nchoices:\n  1  data \"amount\"\n  and 1 more\n"));
  EXPECT_THAT(Orrery("stats --top=0 events.trace").out,
              Not(HasSubstr(" more\n")));
}

TEST_F(OrreryStatsTest, OfChoicesAloneThoseAreCounted) {
  const Output output = Orrery("stats choices.trace");
  EXPECT_EQ(output.exit_code, 0) << output.err;
  EXPECT_THAT(output.out, AllOf(HasSubstr("0 events, 0 steps, 2 choices"),
                                HasSubstr("\nchoices:\n")));
}

TEST_F(OrreryStatsTest, JsonIsOneObjectATrace) {
  const Output output = Orrery("stats --json events.trace choices.trace");
  EXPECT_EQ(output.exit_code, 0);
  const std::vector<std::string> lines = absl::StrSplit(output.out, '\n');
  ASSERT_EQ(lines.size(), 3u);
  EXPECT_THAT(lines[0],
              StartsWith("{\"file\":\"events.trace\",\"events\":78,"));
  EXPECT_THAT(lines[1],
              StartsWith("{\"file\":\"choices.trace\",\"events\":0,"));
}

TEST_F(OrreryStatsTest, OfATraceThatIsCutShortWhatIsThereIsCounted) {
  Write(
      "cut.trace",
      absl::string_view(SampleTraceBytes(TraceLevel::kEvents)).substr(0, 700));
  for (const char* verb : {"stats cut.trace", "timeline cut.trace",
                           "grep runs cut.trace", "causes cut.trace 1"}) {
    const Output output = Orrery(verb);
    EXPECT_EQ(output.exit_code, 2) << verb;
    EXPECT_NE(output.out, "") << verb;
    EXPECT_THAT(output.err, AllOf(StartsWith("orrery: cut.trace: "),
                                  HasSubstr(" (what came before it is ")));
  }
}

// ---- Colors -----------------------------------------------------------------

TEST_F(OrreryColorTest, OnATerminalFailuresAreRed) {
  EXPECT_EQ(ShellOnTerminal("TERM=xterm orrery print --no-sites "
                            "--kind=failure events.trace",
                            80),
            "\x1b[31m#75 1.500000001s client#2 FAILURE: balance is "
            "off\x1b[0m\n");
  EXPECT_THAT(ShellOnTerminal("TERM=xterm orrery timeline events.trace", 300),
              HasSubstr("\x1b[31mFAILURE"));
}

TEST_F(OrreryColorTest, ThereAreNoneWhereTheyAreNotWanted) {
  const std::string plain = Orrery("print --kind=failure,log events.trace").out;
  EXPECT_THAT(plain, Not(HasSubstr("\x1b")));
  for (const char* environment :
       {"TERM=xterm NO_COLOR=1", "TERM=dumb", "TERM=xterm NO_COLOR=0"}) {
    EXPECT_EQ(ShellOnTerminal(absl::StrCat(environment,
                                           " orrery print "
                                           "--kind=failure,log events.trace"),
                              200),
              plain)
        << environment;
  }
  // Set and empty is as if it were not set.
  EXPECT_THAT(ShellOnTerminal("TERM=xterm NO_COLOR= orrery print "
                              "--kind=failure events.trace",
                              80),
              StartsWith("\x1b[31m"));
}

TEST_F(OrreryColorTest, JsonHasNone) {
  EXPECT_THAT(ShellOnTerminal("TERM=xterm orrery print --json events.trace; "
                              "TERM=xterm orrery grep --json '' events.trace; "
                              "TERM=xterm orrery timeline --json events.trace",
                              80),
              Not(HasSubstr("\x1b")));
}

// What goes on is for whoever watches, and soon over.
TEST_F(OrreryColorTest, ShortWorkShowsNoProgress) {
  EXPECT_THAT(ShellOnTerminal("orrery grep -c runs events.trace", 80),
              EndsWith("2\n"));
}

}  // namespace
}  // namespace orrery
