// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0
//
// `orrery` and what may be wrong with its command line, its input and its
// output.

#include <string>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "orrery/tools/orrery_fixture.h"
#include "orrery/traces/sample_trace.h"
#include "orrery/traces/trace.pb.h"

namespace orrery {
namespace {

using testing::HasSubstr;
using testing::StartsWith;

using OrreryTroubleTest = OrreryFixture;

// ---- Standard input and output ----------------------------------------------

TEST_F(OrreryTroubleTest, ADashIsStandardInput) {
  EXPECT_THAT(Shell("orrery info - <events.trace").out,
              StartsWith("trace:     standard input ("));
  EXPECT_THAT(Shell("cat events.trace | orrery print --last=1 -").out,
              "#59 1.500000001s main#1 ends\n");
}

TEST_F(OrreryTroubleTest, AReaderThatHasSeenEnoughIsNoError) {
  WriteLongTrace("long.trace");
  for (const char* dash : {"", "trap '' PIPE; "}) {  // also where it is ignored
    for (const char* arguments :
         {"print long.trace", "print --format=json long.trace",
          "print --last=5000 long.trace"}) {
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

TEST_F(OrreryTroubleTest, HelpNamesEveryVerbAndFlag) {
  const Output output = Orrery("--help");
  EXPECT_EQ(output.exit_code, 0);
  EXPECT_EQ(output.err, "");
  for (const char* word :
       {"orrery info", "orrery print", "orrery diff", "orrery merge", "--json",
        "--from=", "--to=", "--task=", "--kind=", "--last=", "--format=",
        "--no-sites", "--context=", "--exact"}) {
    EXPECT_THAT(output.out, HasSubstr(word));
  }
  EXPECT_EQ(Orrery("print --help --nonsense").out, output.out);
}

TEST_F(OrreryTroubleTest, WithoutAVerbItSaysWhichThereAre) {
  ExpectTrouble("",
                "say what to do: info, print, diff, merge, shrink; --help "
                "tells more");
  ExpectTrouble("--last=3",
                "say what to do: info, print, diff, merge, shrink; --help "
                "tells more");
}

TEST_F(OrreryTroubleTest, UnknownVerbsAreNamedWithTheKnownOnes) {
  ExpectTrouble("show events.trace",
                "there is no \"show\"; known: info, print, diff, merge, "
                "shrink");
}

TEST_F(OrreryTroubleTest, UnknownFlagsAreTroubleAlsoForDiff) {
  const std::string known =
      "; known: --json, --from, --to, --task, --kind, --last, --format, "
      "--sites, --context, --exact, --replays";
  ExpectTrouble("diff --nonsense events.trace choices.trace",
                "there is no flag --nonsense" + known);
  ExpectTrouble("print --flagfile=/dev/null events.trace",
                "there is no flag --flagfile" + known);
}

TEST_F(OrreryTroubleTest, FlagsOfAnotherVerbAreTrouble) {
  ExpectTrouble("diff --kind=log events.trace events.trace",
                "diff: there is no flag --kind; known: --context, --exact");
  ExpectTrouble("info --last=3 events.trace",
                "info: there is no flag --last; known: --json");
  ExpectTrouble("print --json events.trace",
                "print: there is no flag --json; known: --from, --to, --task, "
                "--kind, --last, --format, --sites");
}

TEST_F(OrreryTroubleTest, ValuesThatAreNoneAreTrouble) {
  ExpectTrouble("print --last=ten events.trace",
                "--last=ten: expected a number");
  ExpectTrouble("print --sites=never events.trace",
                "--sites=never: expected true or false");
  ExpectTrouble("diff events.trace events.trace --context",
                "--context: a value is missing");
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
