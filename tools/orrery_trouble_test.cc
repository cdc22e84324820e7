// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0
//
// `orrery` and what may be wrong with its command line, its input and its
// output.

#include <string>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "orrery/tools/orrery_fixture.h"
#include "orrery/traces/sample_trace.h"
#include "orrery/traces/trace.pb.h"

namespace orrery {
namespace {

using testing::AnyOf;
using testing::ContainsRegex;
using testing::EndsWith;
using testing::HasSubstr;
using testing::IsSupersetOf;
using testing::StartsWith;

using OrreryTroubleTest = OrreryFixture;

// ---- Standard input and output ----------------------------------------------

TEST_F(OrreryTroubleTest, ADashIsStandardInput) {
  EXPECT_THAT(Shell("orrery info - <events.trace").out,
              StartsWith("trace:     standard input ("));
  EXPECT_THAT(Shell("cat events.trace | orrery print --last=1 -").out,
              "#77 1.500000001s main#1 ends\n");
}

TEST_F(OrreryTroubleTest, AReaderThatHasSeenEnoughIsNoError) {
  WriteLongTrace("long.trace");
  for (const char* dash : {"", "trap '' PIPE; "}) {  // also where it is ignored
    for (const char* arguments :
         {"print long.trace", "print --format=json long.trace",
          "print --last=5000 long.trace", "grep '' long.trace",
          "grep --json '' long.trace", "timeline --from=0 long.trace",
          "timeline --json --from=0 long.trace"}) {
      const Output output =
          Shell(absl::StrCat(dash, "orrery ", arguments, " | head -n 1"));
      EXPECT_EQ(output.err, "") << dash << arguments;
      EXPECT_THAT(output.out, HasSubstr("\n"));
    }
  }
}

TEST_F(OrreryTroubleTest, OutputThatCannotBeWrittenIsTrouble) {
  WriteLongTrace("long.trace");
  for (const char* arguments : {"print long.trace", "print --last=1 long.trace",
                                "info long.trace", "--help"}) {
    const Output output =
        Shell(absl::StrCat("orrery ", arguments, " >/dev/full"));
    EXPECT_EQ(output.exit_code, 2) << arguments;
    EXPECT_EQ(output.err,
              "orrery: cannot write the output: No space left on device\n")
        << arguments;
  }
}

// ---- The command line -------------------------------------------------------

// Returns the verbs that the help lists, in its order.
std::vector<std::string> VerbsIn(const std::string& help) {
  std::vector<std::string> verbs;
  for (absl::string_view line : absl::StrSplit(help, '\n')) {
    if (line == "  orrery VERB [FLAG]... FILE...") continue;
    if (!absl::ConsumePrefix(&line, "  ")) {
      if (line == "Exit codes:") break;
      continue;
    }
    verbs.emplace_back(line.substr(0, line.find(' ')));
  }
  return verbs;
}

TEST_F(OrreryTroubleTest, HelpListsEveryVerbAndTheExitCodes) {
  const Output output = Orrery("--help");
  EXPECT_EQ(output.exit_code, 0);
  EXPECT_EQ(output.err, "");
  EXPECT_THAT(VerbsIn(output.out),
              IsSupersetOf({"info", "print", "diff", "shrink", "merge"}));
  EXPECT_THAT(output.out,
              ContainsRegex("\n  info +what was run, and how it ended\n"));
  EXPECT_THAT(output.out, HasSubstr("\nExit codes:\n  0  done\n"));
  EXPECT_THAT(output.out, HasSubstr("\n  1  diff: they differ\n"));
  EXPECT_THAT(output.out, EndsWith("\n  2  something was wrong, which is said "
                                   "on standard error\n"));
  EXPECT_EQ(Orrery("-h").out, output.out);
  EXPECT_EQ(Orrery("--nonsense --help").out, output.out);
}

TEST_F(OrreryTroubleTest, EachVerbHasAPageOfItsOwn) {
  for (const std::string& verb : VerbsIn(Orrery("--help").out)) {
    SCOPED_TRACE(verb);
    const Output output = Orrery(absl::StrCat(verb, " --help"));
    EXPECT_EQ(output.exit_code, 0);
    EXPECT_EQ(output.err, "");
    EXPECT_THAT(output.out, StartsWith(absl::StrCat("orrery ", verb, " ")));
    EXPECT_THAT(output.out, HasSubstr("\nExit codes:\n  0  done\n"));
    for (absl::string_view line : absl::StrSplit(output.out, '\n')) {
      EXPECT_LE(line.size(), 80u) << line;
    }
    EXPECT_EQ(Orrery(absl::StrCat(verb, " -h --nonsense")).out, output.out);
    // What is for the program that is to be started is no flag.
    EXPECT_NE(Orrery(absl::StrCat(verb, " -- --help")).out, output.out);
  }
}

// The flags that a verb has are those that an unknown one is answered with.
TEST_F(OrreryTroubleTest, EachPageTellsOfEveryFlag) {
  for (const std::string& verb : VerbsIn(Orrery("--help").out)) {
    SCOPED_TRACE(verb);
    // A dash within a name is as good as an underscore.
    const std::string page = absl::StrReplaceAll(
        Orrery(absl::StrCat(verb, " --help")).out, {{"-", "_"}});
    const Output output = Orrery(absl::StrCat(verb, " --nonsense"));
    EXPECT_EQ(output.exit_code, 2);
    const std::vector<std::string> parts =
        absl::StrSplit(output.err, absl::MaxSplits("; known: ", 1));
    ASSERT_EQ(parts.size(), 2u) << output.err;
    EXPECT_EQ(parts[0],
              absl::StrCat("orrery: ", verb, ": there is no flag --nonsense"));
    for (absl::string_view flag :
         absl::StrSplit(absl::StripTrailingAsciiWhitespace(parts[1]), ", ")) {
      const std::string name = absl::StrReplaceAll(flag, {{"-", "_"}});
      const std::string negative =
          absl::StrCat("__no_", absl::StripPrefix(name, "__"));
      EXPECT_THAT(page, AnyOf(HasSubstr(absl::StrCat(name, "=")),
                              HasSubstr(absl::StrCat(name, " ")),
                              HasSubstr(absl::StrCat(negative, " "))));
    }
  }
}

TEST_F(OrreryTroubleTest, WithoutAVerbItSaysWhichThereAre) {
  const std::string known = absl::StrJoin(VerbsIn(Orrery("--help").out), ", ");
  ExpectTrouble("",
                absl::StrCat("say what to do: ", known, "; --help tells more"));
  ExpectTrouble("--last=3",
                absl::StrCat("say what to do: ", known, "; --help tells more"));
}

TEST_F(OrreryTroubleTest, UnknownVerbsAreNamedWithTheKnownOnes) {
  const std::string known = absl::StrJoin(VerbsIn(Orrery("--help").out), ", ");
  ExpectTrouble("show events.trace",
                absl::StrCat("there is no \"show\"; known: ", known));
  ExpectTrouble("pirnt events.trace",
                absl::StrCat("there is no \"pirnt\" (did you mean print?); "
                             "known: ",
                             known));
  ExpectTrouble("--json inof events.trace",
                absl::StrCat("there is no \"inof\" (did you mean info?); "
                             "known: ",
                             known));
}

TEST_F(OrreryTroubleTest, UnknownFlagsAreTroubleAlsoForDiff) {
  ExpectTrouble("diff --nonsense events.trace choices.trace",
                "diff: there is no flag --nonsense; known: --context, "
                "--exact, --json");
  ExpectTrouble("diff --exat events.trace choices.trace",
                "diff: there is no flag --exat (did you mean --exact?); "
                "known: --context, --exact, --json");
  ExpectTrouble("print --flagfile=/dev/null events.trace",
                "print: there is no flag --flagfile; known: --from, --to, "
                "--task, --kind, --last, --format, --json, --sites");
  EXPECT_THAT(Orrery("--nonsense print events.trace").err,
              StartsWith("orrery: there is no flag --nonsense; known: --"));
}

TEST_F(OrreryTroubleTest, FlagsOfAnotherVerbAreTrouble) {
  ExpectTrouble("diff --kind=log events.trace events.trace",
                "diff: there is no flag --kind; known: --context, --exact, "
                "--json");
  ExpectTrouble("info --last=3 events.trace",
                "info: there is no flag --last; known: --json");
  ExpectTrouble("--last=3 info events.trace",
                "info: there is no flag --last; known: --json");
}

TEST_F(OrreryTroubleTest, FlagsMayStandBeforeTheVerb) {
  const Output output = Orrery("--last 1 --no-sites print events.trace");
  EXPECT_EQ(output.exit_code, 0) << output.err;
  EXPECT_THAT(output.out, EndsWith("main#1 ends\n"));
}

TEST_F(OrreryTroubleTest, ValuesThatAreNoneAreTrouble) {
  ExpectTrouble("print --last=ten events.trace",
                "print: --last=ten: expected a number");
  ExpectTrouble("print --sites=never events.trace",
                "print: --sites=never: expected true or false");
  ExpectTrouble("diff events.trace events.trace --context",
                "diff: --context: a value is missing");
}

TEST_F(OrreryTroubleTest, TheNumberOfFilesIsChecked) {
  ExpectTrouble("info", "info: name a trace");
  ExpectTrouble("print", "print: name one trace");
  ExpectTrouble("print events.trace choices.trace", "print: name one trace");
  ExpectTrouble("diff events.trace", "diff: name two traces");
  ExpectTrouble("diff events.trace events.trace events.trace",
                "diff: name two traces");
}

TEST_F(OrreryTroubleTest, FilesThatCannotBeReadAreTroubleForEveryVerb) {
  Write("empty.trace", "");
  Write("notes.txt", "buy milk\n");
  const struct {
    const char* file;
    const char* message;
  } kCases[] = {
      {"missing.trace",
       "cannot open the trace missing.trace: No such file or directory"},
      {".", "cannot read the trace .: Is a directory"},
      {"empty.trace",
       "empty.trace: the file is empty; nothing was recorded into it"},
      {"notes.txt",
       "notes.txt: not an Orrery trace: it begins with \"buy milk\\n\", a "
       "trace with \"Y\\x89ORY\\r\\n\\x1a\\n\""},
  };
  for (const auto& c : kCases) {
    ExpectTrouble(absl::StrCat("info ", c.file), c.message);
    ExpectTrouble(absl::StrCat("print ", c.file), c.message);
    ExpectTrouble(absl::StrCat("diff ", c.file, " events.trace"), c.message);
    ExpectTrouble(absl::StrCat("diff events.trace ", c.file), c.message);
  }
}

TEST_F(OrreryTroubleTest, ANewerTraceIsTroubleAndSaysWhatToDo) {
  traces::v1::Header header;
  header.set_version(2);
  header.set_min_reader(2);
  std::string bytes(kTraceMagic, kTraceMagicSize);
  AppendRecord(1, header.SerializeAsString(), &bytes);
  Write("newer.trace", bytes);
  ExpectTrouble("print newer.trace",
                "newer.trace: written in version 2 of the format, and needs a "
                "reader of version 2 or later; this one knows version 1. Use "
                "the `orrery` of the version that wrote it");
}

// `bazel run` starts it elsewhere.
TEST_F(OrreryTroubleTest, RelativePathsAreFromWhereTheUserStands) {
  const Output output = Shell(
      "here=$PWD; cd / && BUILD_WORKING_DIRECTORY=$here orrery info "
      "events.trace");
  EXPECT_EQ(output.exit_code, 0) << output.err;
  EXPECT_THAT(output.out, StartsWith("trace:     events.trace ("));
  EXPECT_EQ(Shell("BUILD_WORKING_DIRECTORY=/nowhere orrery info "
                  "\"$PWD/events.trace\"")
                .exit_code,
            0);
}

}  // namespace
}  // namespace orrery
