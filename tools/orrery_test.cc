// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0
//
// What the verbs of `orrery` print, and what they return. The command line and
// bad files are in orrery_trouble_test.cc.

#include <string>
#include <variant>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "orrery/tools/orrery_fixture.h"
#include "orrery/traces/sample_trace.h"
#include "orrery/traces/trace.pb.h"
#include "orrery/traces/trace_text.h"

namespace orrery {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

using OrreryTest = OrreryFixture;

// ---- info -------------------------------------------------------------------

TEST_F(OrreryTest, InfoShowsHeaderAndOutcome) {
  const Output output = Orrery("info events.trace");
  EXPECT_EQ(output.exit_code, 0);
  EXPECT_EQ(output.err, "");
  EXPECT_THAT(output.out, StartsWith("trace:     events.trace ("));
  EXPECT_THAT(output.out, HasSubstr("\ntest:      Bank.KeepsItsBalance\n"));
  EXPECT_THAT(output.out,
              HasSubstr("\noutcome:   failed after 1.500000001s, 12 steps, 2 "
                        "choices, 78 events\n"));
  EXPECT_THAT(Orrery("info choices.trace").out, HasSubstr("choices only)\n"));
}

TEST_F(OrreryTest, InfoShowsWhoWaitsForWhom) {
  EXPECT_THAT(
      Orrery("info events.trace").out,
      HasSubstr("\nnot done:  4 tasks; below each one those that it waits for\n"
                "           main#1 waits for task client#2 at "
                "bank/transfer.cc:41 Transfer <- bank/main.cc:9 Main\n"
                "             client#2 waits for Mutex \"state\" held by "
                "helper#5 at bank/transfer.cc:300 Transfer\n"));
  EXPECT_THAT(Orrery("info --json choices.trace").out,
              HasSubstr("\"not_done_count\":4,\"not_done\":[{\"task\":"
                        "\"main#1\",\"wait\":\"task\","));
}

TEST_F(OrreryTest, PrintKnowsCancellation) {
  EXPECT_EQ(Orrery("print --from=50 --to=54 --kind=cancel_requested "
                   "events.trace")
                .out,
            "#52 1.500000001s client#2 asks helper#5 to cancel\n"
            "#53 1.500000001s loop asks helper#5 to cancel\n");
  EXPECT_EQ(Orrery("print --kind=finished --task=helper events.trace").out,
            "#54 1.500000001s helper#5 ends, cancelled\n");
  EXPECT_THAT(Printed("--kind=future_ended events.trace"),
              ElementsAre("#48", "#49", "#50"));
}

TEST_F(OrreryTest, InfoOfSeveralFilesKeepsThemApart) {
  const Output output = Orrery("info events.trace choices.trace");
  EXPECT_EQ(output.exit_code, 0);
  EXPECT_THAT(output.out, StartsWith("trace:     events.trace ("));
  EXPECT_THAT(output.out, HasSubstr("\n\ntrace:     choices.trace ("));
}

TEST_F(OrreryTest, InfoGoesOnAfterAFileThatIsNoTrace) {
  Write("notes.txt", "buy milk\n");
  const Output output =
      Orrery("info missing.trace notes.txt events.trace choices.trace");
  EXPECT_EQ(output.exit_code, 2);
  EXPECT_THAT(output.out, StartsWith("trace:     events.trace ("));
  EXPECT_THAT(output.out, HasSubstr("\n\ntrace:     choices.trace ("));
  EXPECT_EQ(output.err,
            "orrery: cannot open the trace missing.trace: No such file or "
            "directory\n"
            "orrery: notes.txt: not an Orrery trace: it begins with \"buy "
            "milk\\n\", a trace with \"Y\\x89ORY\\r\\n\\x1a\\n\"\n");
}

TEST_F(OrreryTest, InfoAsJsonIsOneObjectALine) {
  const Output output = Orrery("info --json events.trace choices.trace");
  EXPECT_EQ(output.exit_code, 0);
  const std::vector<std::string> lines = absl::StrSplit(output.out, '\n');
  ASSERT_EQ(lines.size(), 3u);
  EXPECT_THAT(lines[0], StartsWith("{\"file\":\"events.trace\",\"bytes\":"));
  EXPECT_THAT(lines[1], StartsWith("{\"file\":\"choices.trace\",\"bytes\":"));
  EXPECT_EQ(lines[2], "");
}

TEST_F(OrreryTest, InfoOfATraceThatIsCutShortShowsWhatIsThere) {
  const std::string bytes = SampleTraceBytes(TraceLevel::kEvents);
  Write("cut.trace", absl::string_view(bytes).substr(0, 700));
  const Output output = Orrery("info cut.trace");
  EXPECT_EQ(output.exit_code, 2);
  EXPECT_THAT(output.out, HasSubstr("\ntest:      Bank.KeepsItsBalance\n"));
  EXPECT_THAT(output.out, HasSubstr("\noutcome:   unknown, "));
  EXPECT_THAT(output.out,
              HasSubstr("\ndamage:    cut.trace: damaged at byte "));
  EXPECT_THAT(output.err, StartsWith("orrery: cut.trace: damaged at byte "));
}

// ---- print ------------------------------------------------------------------

TEST_F(OrreryTest, PrintShowsOneLineAnEvent) {
  const Output output = Orrery("print events.trace");
  EXPECT_EQ(output.exit_code, 0);
  EXPECT_EQ(output.err, "");
  const std::vector<std::string> lines = absl::StrSplit(output.out, '\n');
  ASSERT_EQ(lines.size(), SampleEvents().size() + 1);
  EXPECT_EQ(lines[0],
            "#0 0.000s loop spawns main#1 [bank/transfer.cc:41 Transfer]");
  EXPECT_EQ(lines[77], "#77 1.500000001s main#1 ends");
}

TEST_F(OrreryTest, PrintFromAndToAreNumbersOfEvents) {
  EXPECT_THAT(Printed("--from=75 events.trace"),
              ElementsAre("#75", "#76", "#77"));
  EXPECT_THAT(Printed("events.trace --to 1"), ElementsAre("#0", "#1"));
  EXPECT_THAT(Printed("--from=4 --to=5 events.trace"), ElementsAre("#4", "#5"));
  EXPECT_THAT(Printed("--from=5 --to=4 events.trace"), ElementsAre());
  EXPECT_THAT(Printed("--from=1000 events.trace"), ElementsAre());
}

TEST_F(OrreryTest, PrintTaskIsANameANumberOrBoth) {
  for (const char* task : {"client", "client#2", "2"}) {
    EXPECT_THAT(Printed(absl::StrCat("--to=18 --task=", task, " events.trace")),
                ElementsAre("#13", "#14", "#16", "#17", "#18"))
        << task;
  }
  EXPECT_THAT(Printed("--to=54 --task=loop events.trace"),
              ElementsAre("#0", "#12", "#15", "#50", "#53"));
  EXPECT_THAT(Printed("--to=54 --task=0 events.trace"),
              ElementsAre("#0", "#12", "#15", "#50", "#53"));
  EXPECT_THAT(Printed("--task=clien events.trace"), ElementsAre());
  EXPECT_THAT(Printed("--to=13 --tasks=client,loop events.trace"),
              ElementsAre("#0", "#12", "#13"));
}

TEST_F(OrreryTest, PrintKindIsOneOfTheKindsOfEvents) {
  EXPECT_THAT(Printed("--kind=choice events.trace"), ElementsAre("#8", "#12"));
  EXPECT_THAT(Printed("--kind=failure events.trace"), ElementsAre("#75"));
  ExpectTrouble("print --kind=chioce events.trace",
                absl::StrCat("--kind=chioce (did you mean choice?): expected "
                             "one of ",
                             absl::StrJoin(EventKindNames(), ", ")));
  EXPECT_THAT(Printed("--kind=choice,failure events.trace"),
              ElementsAre("#8", "#12", "#75"));
}

TEST_F(OrreryTest, PrintLastCountsWhatTheOtherFlagsHaveLeft) {
  EXPECT_THAT(Printed("--last=2 events.trace"), ElementsAre("#76", "#77"));
  EXPECT_THAT(Printed("--last=2 --kind=suspended events.trace"),
              ElementsAre("#46", "#47"));
  EXPECT_THAT(Printed("--last=2 --to=12 --task=main events.trace"),
              ElementsAre("#10", "#11"));
  EXPECT_THAT(Printed("--last=100 --kind=choice events.trace"),
              ElementsAre("#8", "#12"));
  EXPECT_EQ(Printed("--last=0 events.trace").size(), SampleEvents().size());
}

TEST_F(OrreryTest, NamesAreKnownAlsoWhereTheirEventsAreNotShown) {
  EXPECT_THAT(Orrery("print --from=10 --to=10 events.trace").out,
              "#10 0.000s main#1 acquires Mutex \"state\"\n");
  EXPECT_THAT(Orrery("print --last=1 --kind=woken events.trace").out,
              "#15 1.500s loop wakes client#2\n");
}

TEST_F(OrreryTest, PrintFormatsAreTextJsonAndTextproto) {
  EXPECT_EQ(Orrery("print --format=json --from=75 --to=75 events.trace").out,
            "{\"index\":75,\"time_ns\":1500000001,\"task\":\"client#2\","
            "\"kind\":\"failure\",\"text\":\"FAILURE: balance is off\","
            "\"site\":\"bank/transfer.cc:41 Transfer\"}\n");
  EXPECT_EQ(
      Orrery("print --format=textproto --from=75 --to=75 events.trace").out,
      "index: 75 time_ns: 1500000001 task: \"client#2\" kind: \"failure\" "
      "text: \"FAILURE: balance is off\" "
      "site: \"bank/transfer.cc:41 Transfer\"\n");
  EXPECT_EQ(Orrery("print --json --last=1 events.trace").out,
            Orrery("print --format=json --last=1 events.trace").out);
  EXPECT_EQ(Orrery("print --format=text --last=1 events.trace").out,
            "#77 1.500000001s main#1 ends\n");
  ExpectTrouble("print --format=xml events.trace",
                "--format=xml: expected text, json or textproto");
}

TEST_F(OrreryTest, PrintWithoutSitesShowsNoPlaces) {
  for (const char* flag : {"--no-sites", "--nosites", "--sites=false"}) {
    const Output output = Orrery(absl::StrCat("print ", flag, " events.trace"));
    EXPECT_EQ(output.exit_code, 0) << output.err;
    EXPECT_THAT(output.out,
                StartsWith("#0 0.000s loop spawns main#1\n#1 0.000s "));
    EXPECT_THAT(output.out, Not(HasSubstr("transfer.cc")));
  }
  EXPECT_THAT(Orrery("print --no-sites --format=json events.trace").out,
              Not(HasSubstr("transfer.cc")));
}

TEST_F(OrreryTest, PrintOfATraceThatIsCutShortShowsWhatIsThere) {
  const std::string bytes = SampleTraceBytes(TraceLevel::kEvents);
  const std::vector<RawRecord> records = RecordsOf(bytes);
  size_t events = 0;
  size_t end = 0;
  for (size_t i = 0; events < 5; ++i) {
    events += records[i].number == static_cast<uint32_t>(TraceRecord::kEvent);
    end = records[i].offset + records[i].bytes.size();
  }
  Write("cut.trace", absl::string_view(bytes).substr(0, end + 1));
  const Output output = Orrery("print cut.trace");
  EXPECT_EQ(output.exit_code, 2);
  EXPECT_EQ(absl::StrCat(output.out), Orrery("print --to=4 events.trace").out);
  EXPECT_EQ(
      output.err,
      absl::StrCat("orrery: cut.trace: damaged at byte ", end, " of ", end + 1,
                   ": cut short within a record's length (what "
                   "came before it is shown)\n"));
}

TEST_F(OrreryTest, PrintSaysHowManyEventsItDoesNotKnow) {
  const std::string whole = SampleTraceBytes(TraceLevel::kEvents);
  std::string bytes(kTraceMagic, kTraceMagicSize);
  for (const RawRecord& record : RecordsOf(whole)) {
    if (record.number != static_cast<uint32_t>(TraceRecord::kFooter)) {
      if (record.number != static_cast<uint32_t>(TraceRecord::kTrailer)) {
        bytes.append(std::string(record.bytes));
      }
      continue;
    }
    AppendRecord(2, "\xf8\x01\x05", &bytes);  // field 31, of a later version
    traces::v1::Footer footer;
    footer.set_events(SampleEvents().size() + 1);
    footer.set_choices(2);
    AppendRecord(record.number, footer.SerializeAsString(), &bytes);
    AppendTrailer(&bytes);
  }
  Write("later.trace", bytes);
  const Output output = Orrery("print --last=1 later.trace");
  EXPECT_EQ(output.exit_code, 2);
  EXPECT_EQ(output.out, "#77 1.500000001s main#1 ends\n");
  EXPECT_EQ(output.err,
            "orrery: later.trace: 1 events of kinds that this version does not "
            "know are not shown\n");
  EXPECT_EQ(Orrery("info later.trace").exit_code, 0);
  const Output diff = Orrery("diff later.trace later.trace");
  EXPECT_EQ(diff.exit_code, 2);
  EXPECT_EQ(diff.out, "");
}

TEST_F(OrreryTest, PrintOfChoicesOnlySaysHowToGetEvents) {
  ExpectTrouble("print choices.trace",
                "choices.trace: it holds choices only, 2 of them; to get the "
                "events, run the test with --orrery_seed=42 "
                "--orrery_scheduler=random --orrery_trace_level=events");
}

// ---- diff -------------------------------------------------------------------

TEST_F(OrreryTest, DiffOfTheSameIsSilentAndReturnsZero) {
  for (const char* arguments :
       {"events.trace events.trace", "choices.trace choices.trace",
        "events.trace choices.trace", "--exact events.trace events.trace"}) {
    const Output output = Orrery(absl::StrCat("diff ", arguments));
    EXPECT_EQ(output.exit_code, 0) << arguments;
    EXPECT_EQ(output.out, "") << arguments;
    EXPECT_EQ(output.err, "") << arguments;
  }
}

TEST_F(OrreryTest, DiffShowsTheFirstDifferenceAndReturnsOne) {
  std::vector<TraceEvent> events = SampleEvents();
  events[13].task = TaskId(1);
  WriteTrace("other.trace", events);
  const Output output = Orrery("diff --context=1 events.trace other.trace");
  EXPECT_EQ(output.exit_code, 1);
  EXPECT_EQ(output.err, "");
  EXPECT_EQ(output.out,
            "first difference at event #13\n"
            "  events.trace: #13 0.000s client#2 runs\n"
            "  other.trace: #13 0.000s main#1 runs\n"
            "events before it:\n"
            "  #12 0.000s loop choice of next task: 1 of 3 {main#1, client#2, "
            "callback#3} -> client#2\n");
  EXPECT_THAT(Orrery("diff events.trace other.trace").out,
              HasSubstr("\n  #8 0.000s main#1 choice of data"))
      << "five come before it";
}

TEST_F(OrreryTest, DiffAsJsonIsOneObject) {
  Write("copy.trace", SampleTraceBytes(TraceLevel::kEvents));
  const Output same = Orrery("diff --json events.trace copy.trace");
  EXPECT_EQ(same.exit_code, 0);
  EXPECT_EQ(same.out,
            "{\"a\":\"events.trace\",\"b\":\"copy.trace\",\"same\":true,"
            "\"difference\":[]}\n");
  std::vector<TraceEvent> events = SampleEvents();
  events.pop_back();
  WriteTrace("other.trace", events);
  const Output other = Orrery("diff --json events.trace other.trace");
  EXPECT_EQ(other.exit_code, 1) << other.err;
  EXPECT_THAT(other.out,
              StartsWith("{\"a\":\"events.trace\",\"b\":\"other.trace\","
                         "\"same\":false,\"difference\":[\"first "
                         "difference at event #77\",\""));
}

TEST_F(OrreryTest, DiffExactCountsTextsAndPlaces) {
  std::vector<TraceEvent> events = SampleEvents();
  std::get<event::Failed>(events[75].what).message = "balance is wrong";
  WriteTrace("other.trace", events);
  EXPECT_EQ(Orrery("diff events.trace other.trace").exit_code, 0);
  const Output output = Orrery("diff --exact events.trace other.trace");
  EXPECT_EQ(output.exit_code, 1);
  EXPECT_THAT(output.out, StartsWith("first difference at event #75\n"));
}

TEST_F(OrreryTest, DiffReadsOneOfTheTwoFromStandardInput) {
  std::vector<TraceEvent> events = SampleEvents();
  events.pop_back();
  WriteTrace("other.trace", events);
  const Output output = Shell("orrery diff - other.trace <events.trace");
  EXPECT_EQ(output.exit_code, 1);
  EXPECT_THAT(output.out,
              HasSubstr("\n  standard input: #77 1.500000001s main#1 ends\n"
                        "  other.trace: nothing more, the run was over\n"));
  EXPECT_EQ(Shell("orrery diff events.trace - <events.trace").exit_code, 0);
  ExpectTrouble("diff - -", "diff: only one of the two can be standard input");
}

// Whether a trace that is cut short goes on as the other does, nobody knows.
TEST_F(OrreryTest, DiffWithATraceThatIsCutShortIsNotTheSame) {
  const std::string bytes = SampleTraceBytes(TraceLevel::kEvents);
  Write("cut.trace", absl::string_view(bytes).substr(0, bytes.size() - 3));
  for (const char* arguments : {"cut.trace cut.trace", "events.trace cut.trace",
                                "cut.trace events.trace"}) {
    const Output output = Orrery(absl::StrCat("diff ", arguments));
    EXPECT_EQ(output.exit_code, 2) << arguments;
    EXPECT_THAT(output.err, HasSubstr("orrery: cut.trace: damaged at byte "));
    EXPECT_THAT(output.err, HasSubstr(" (what came before it was compared)\n"));
  }
}

}  // namespace
}  // namespace orrery
