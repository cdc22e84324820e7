// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0
//
// `orrery verify` and `orrery recover`, and what the other verbs say of traces
// that are damaged, cut short or recovered.

#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "orrery/base/trace_event.h"
#include "orrery/tools/orrery_fixture.h"
#include "orrery/traces/sample_trace.h"

namespace orrery {
namespace {

using testing::HasSubstr;
using testing::StartsWith;

class OrreryVerifyTest : public OrreryFixture {
 protected:
  // Writes the first part of the sample trace.
  void WriteCut(const std::string& name) {
    const std::string bytes = SampleTraceBytes(TraceLevel::kEvents);
    Write(name, absl::string_view(bytes).substr(0, bytes.size() / 2));
  }
};

std::vector<TraceEvent> SomeLines() {
  return std::vector<TraceEvent>(
      5, TraceEvent{SimTime(), TaskId(), event::Logged{"a line", {}}});
}

TEST_F(OrreryVerifyTest, ASoundTraceIsSoundAndEachCheckIsNamed) {
  Write("sound.trace", SampleTraceBytes(TraceLevel::kChoices));
  const Output output = Orrery("verify sound.trace");
  EXPECT_EQ(output.exit_code, 0);
  EXPECT_EQ(output.err, "");
  EXPECT_THAT(output.out,
              StartsWith("sound.trace: sound\n  0 events, 2 choices\n"
                         "  right: all bytes match their checksums\n"));
}

TEST_F(OrreryVerifyTest, ADamagedTraceIsDamagedAndWhereIsSaid) {
  WriteCut("cut.trace");
  const Output output = Orrery("verify cut.trace");
  EXPECT_EQ(output.exit_code, 1);
  EXPECT_EQ(output.err, "");
  EXPECT_THAT(output.out, StartsWith("cut.trace: damaged at byte "));
  EXPECT_THAT(output.out, HasSubstr("\n  good up to byte "));
}

TEST_F(OrreryVerifyTest, ATraceOfWhichNothingCanBeTrustedIsDamaged) {
  std::string bytes = SampleTraceBytes(TraceLevel::kEvents);
  bytes[20] ^= 1;
  Write("bad.trace", bytes);
  const Output output = Orrery("verify bad.trace");
  EXPECT_EQ(output.exit_code, 1);
  EXPECT_THAT(output.err, StartsWith("orrery: bad.trace: damaged between byte "
                                     "0 and byte "));
}

TEST_F(OrreryVerifyTest, WhatCannotBeReadIsTrouble) {
  Write("hello.txt", "hello");
  EXPECT_EQ(Orrery("verify hello.txt").exit_code, 2);
  EXPECT_EQ(Orrery("verify no_such.trace").exit_code, 2);
  EXPECT_EQ(Orrery("verify no_such.trace choices.trace").exit_code, 2)
      << "the worst counts";
  ExpectTrouble("verify", "verify: name a trace");
}

TEST_F(OrreryVerifyTest, AVerdictAsJsonHasStableKeys) {
  WriteTrace("lines.trace", SomeLines());
  EXPECT_THAT(
      Orrery("verify --json lines.trace").out,
      StartsWith("{\"file\":\"lines.trace\",\"sound\":false,\"damage\":\"\","
                 "\"bytes\":"))
      << "the sample's footer is of other events";
  WriteCut("cut.trace");
  EXPECT_THAT(Orrery("verify --json cut.trace").out,
              HasSubstr("\"sound\":false,\"damage\":\"cut.trace: damaged at"));
}

TEST_F(OrreryVerifyTest, WhatIsLeftBecomesATraceThatEveryVerbReads) {
  WriteCut("cut.trace");
  const std::string printed = Orrery("print cut.trace").out;
  const Output output = Orrery("recover cut.trace -o saved.trace");
  EXPECT_EQ(output.exit_code, 0) << output.err;
  EXPECT_THAT(output.out, StartsWith("cut.trace: damaged at byte "));
  EXPECT_THAT(output.out, HasSubstr("\nsaved to saved.trace: "));
  EXPECT_THAT(output.out,
              HasSubstr("\nlost: what came after them, and how the run ended"));
  const Output saved = Orrery("print saved.trace");
  EXPECT_EQ(saved.exit_code, 0) << saved.err;
  EXPECT_EQ(saved.out, printed);
  EXPECT_EQ(Orrery("verify saved.trace").exit_code, 0);
  const Output info = Orrery("info saved.trace");
  EXPECT_EQ(info.exit_code, 0);
  EXPECT_THAT(info.out, HasSubstr("\noutcome:   unknown, "));
  EXPECT_THAT(info.out, HasSubstr("\nrecovered: cut.trace: damaged at byte "));
  EXPECT_EQ(Orrery("diff cut.trace saved.trace").exit_code, 2)
      << "one of them is cut short";
  EXPECT_THAT(Orrery("info --json saved.trace").out,
              HasSubstr("\"recovered\":\"cut.trace: damaged"));
}

TEST_F(OrreryVerifyTest, ARecoveredTraceStandsBesideTheTraceByDefault) {
  WriteCut("cut.trace");
  EXPECT_THAT(Orrery("recover --json cut.trace").out,
              StartsWith("{\"file\":\"cut.trace\",\"output\":"
                         "\"cut.trace.recovered\",\"damage\":\"cut.trace: "));
  EXPECT_EQ(Orrery("verify cut.trace.recovered").exit_code, 0);
}

TEST_F(OrreryVerifyTest, WhatCannotBeRecoveredIsTrouble) {
  ExpectTrouble("recover", "recover: name one trace");
  ExpectTrouble("recover choices.trace -o choices.trace",
                "choices.trace: this is the trace itself; name another file to "
                "save it to");
  EXPECT_EQ(Orrery("recover no_such.trace").exit_code, 2);
}

}  // namespace
}  // namespace orrery
