// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "orrery/exports/validate.h"
#include "orrery/tools/orrery_fixture.h"
#include "orrery/traces/sample_trace.h"

namespace orrery {
namespace {

using testing::HasSubstr;
using testing::IsEmpty;
using testing::StartsWith;

class OrreryExportTest : public OrreryFixture {
 protected:
  std::string Contents(const std::string& name) const {
    std::ifstream file(PathOf(name), std::ios::binary);
    std::stringstream contents;
    contents << file.rdbuf();
    return contents.str();
  }
  static std::string Binary(const std::string& path) {
    return absl::StrCat("'", std::getenv("TEST_SRCDIR"), "/",
                        std::getenv("TEST_WORKSPACE"), "/", path, "'");
  }
  // Returns the names of the traces in the folder "made".
  std::vector<std::string> Made() const {
    std::vector<std::string> names;
    for (const auto& entry :
         std::filesystem::directory_iterator(PathOf("made"))) {
      if (entry.path().extension() != ".orrery") continue;
      names.push_back(absl::StrCat("made/", entry.path().filename().string()));
    }
    std::sort(names.begin(), names.end());
    return names;
  }
  // Exports `trace`, which is damaged if `exit_code` is not 0, in each format.
  void ExpectGoodExports(const std::string& trace, int exit_code) {
    for (const char* format : {"perfetto", "chrome", "json", "mermaid"}) {
      const Output output = Orrery(
          absl::StrCat("export ", format, " '", trace, "' -o out.", format));
      EXPECT_EQ(output.exit_code, exit_code) << trace << ": " << output.err;
    }
    EXPECT_THAT(ProblemsInPerfetto(Contents("out.perfetto")), IsEmpty())
        << trace;
    EXPECT_THAT(ProblemsInChrome(Contents("out.chrome")), IsEmpty()) << trace;
    EXPECT_EQ(Contents("out.json"),
              Orrery(absl::StrCat("print --format=json '", trace, "'")).out);
    EXPECT_THAT(Contents("out.mermaid"), StartsWith("sequenceDiagram\n"));
  }
};

TEST_F(OrreryExportTest, EachFormatIsWrittenToAFileOrToStandardOutput) {
  ExpectGoodExports("events.trace", 0);
  for (const char* format : {"perfetto", "chrome", "json", "mermaid"}) {
    const Output output =
        Orrery(absl::StrCat("export ", format, " events.trace"));
    EXPECT_EQ(output.exit_code, 0) << output.err;
    EXPECT_EQ(output.out, Contents(absl::StrCat("out.", format)));
    EXPECT_EQ(
        Shell(absl::StrCat("orrery export ", format, " - -o - < events.trace"))
            .out,
        output.out);
  }
}

TEST_F(OrreryExportTest, EveryFailureOfASampleIsExported) {
  Shell(absl::StrCat("mkdir made; ", Binary("tests/failing_sample"),
                     " --orrery_trace_dir=made --orrery_shrink=off"));
  const std::vector<std::string> traces = Made();
  EXPECT_GT(traces.size(), 5u);
  for (const std::string& trace : traces) {
    if (Orrery(absl::StrCat("print --last=1 '", trace, "'")).exit_code != 0) {
      continue;  // so long that it was traced by its choices alone
    }
    ExpectGoodExports(trace, 0);
  }
}

TEST_F(OrreryExportTest, TheTraceOfAProcessThatDiedIsExported) {
  Shell(absl::StrCat(
      "mkdir made; ", Binary("tests/testing_crashing_sample"),
      " --gtest_filter=CrashingSample.Aborts --orrery_trace_dir=made"
      " --orrery_trace_level=events"));
  const std::vector<std::string> traces = Made();
  ASSERT_EQ(traces.size(), 1u);
  ExpectGoodExports(traces[0],
                    Orrery(absl::StrCat("print ", traces[0])).exit_code);
  EXPECT_THAT(Contents("out.chrome"), HasSubstr("the process died"));
}

TEST_F(OrreryExportTest, OfADamagedTraceWhatCameBeforeIsExported) {
  const std::string bytes = SampleTraceBytes(TraceLevel::kEvents);
  Write("cut.trace", absl::string_view(bytes).substr(0, 900));
  ExpectGoodExports("cut.trace", 2);
  EXPECT_THAT(Orrery("export mermaid cut.trace").err,
              HasSubstr("(what came before it is exported)\n"));
}

TEST_F(OrreryExportTest, TheClockAndTheNumberOfArrowsCanBeChosen) {
  EXPECT_THAT(Orrery("export chrome --clock=step events.trace").out,
              HasSubstr("\"ts\":15,"));
  EXPECT_THAT(Orrery("export chrome --clock=sim events.trace").out,
              HasSubstr("\"ts\":1500000,"));
  const std::string one = Orrery("export mermaid --last=1 events.trace").out;
  EXPECT_THAT(one, HasSubstr("message 2: partition"));
  EXPECT_THAT(one, testing::Not(HasSubstr("->>")));
}

TEST_F(OrreryExportTest, BadInputIsSaid) {
  ExpectTrouble("export",
                "export: name a format (perfetto, chrome, json, "
                "mermaid) and one trace");
  ExpectTrouble("export events.trace",
                "export: name a format (perfetto, chrome, json, mermaid) and "
                "one trace");
  ExpectTrouble("export svg events.trace",
                "export: there is no format \"svg\"; known: perfetto, chrome, "
                "json, mermaid");
  ExpectTrouble("export perfetto events.trace --clock=wall",
                "--clock=wall: expected one of hybrid, step, sim");
  ExpectTrouble("export json events.trace -o no/such/folder",
                "cannot write no/such/folder: No such file or directory");
  ExpectTrouble("export json missing.trace",
                "cannot open the trace missing.trace: No such file or "
                "directory");
}

TEST_F(OrreryExportTest, ATraceOfChoicesIsRefusedAndLeavesNoFile) {
  const Output output = Orrery("export perfetto choices.trace -o out");
  EXPECT_EQ(output.exit_code, 2);
  EXPECT_THAT(output.err, HasSubstr("choices.trace: it holds choices only, 2 "
                                    "of them; to get the events, run the test "
                                    "with --orrery_seed=42"));
  EXPECT_FALSE(std::filesystem::exists(PathOf("out")));
}

TEST_F(OrreryExportTest, AFullDiskIsSaidAndLeavesNoFile) {
  WriteLongTrace("long.trace");
  const Output output = Orrery("export json long.trace -o /dev/full");
  EXPECT_EQ(output.exit_code, 2);
  EXPECT_EQ(output.err,
            "orrery: cannot write /dev/full: No space left on device\n");
  const Output piped = Shell("orrery export json long.trace > /dev/full");
  EXPECT_EQ(piped.exit_code, 2);
  EXPECT_EQ(piped.err,
            "orrery: cannot write the output: No space left on device\n");
}

}  // namespace
}  // namespace orrery
