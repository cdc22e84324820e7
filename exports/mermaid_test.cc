// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0

#include "orrery/exports/mermaid.h"

#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_split.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "orrery/exports/json_lines.h"
#include "orrery/exports/validate.h"
#include "orrery/traces/sample_trace.h"

namespace orrery {
namespace {

using testing::MatchesRegex;

std::string Text(const Trace& trace, uint64_t last = 40) {
  std::string text;
  ExportOptions options;
  options.last = last;
  const absl::Status status =
      ExportMermaid(trace, options, [&](absl::string_view piece) {
        text.append(piece.data(), piece.size());
        return true;
      });
  EXPECT_TRUE(status.ok()) << status.message();
  return text;
}

TEST(MermaidTest, ShowsWhoWakesWhomAndWhatIsSent) {
  EXPECT_EQ(Text(ReadBack(SampleEvents())), R"(sequenceDiagram
  participant n0 as scheduler
  participant t1 as main#35;1
  participant t5 as helper#35;5
  box transparent replica-1
    participant n3 as machine
    participant t2 as client#35;2
  end
  n0->>t1: spawns (event 0, 0.000s)
  t1->>t2: spawns (event 2, 0.000s)
  n0->>t2: wakes (event 15, 1.500s)
  t2->>t5: spawns (event 51, 1.500000001s)
  t2->>t5: asks to cancel (event 52, 1.500000001s)
  n0->>t5: asks to cancel (event 53, 1.500000001s)
  Note over n3: replica-1 is up, incarnation 1
  t2->>t2: message 1 Append (event 60, 1.500000001s)
  t2->>n3: message 3 Append (event 61, 1.500000001s)
  t2-xn0: message 2: partition (event 62, 1.500000001s)
  Note over n3: replica-1 pauses, incarnation 1
  Note over n3: replica-1 is up, incarnation 1
  Note over n3: replica-1 has stopped, incarnation 1
  Note over n3: replica-1 is up, incarnation 2
  Note over n3: replica-1 is killed, incarnation 2
  Note over n3: replica-1 is up, incarnation 3
  Note over n3: replica-1 crashes, incarnation 3
  Note over n3: fault: crash on replica-1
  Note over t2: FAILURE: balance is off
)");
}

TEST(MermaidTest, ShowsTheLastArrowsAndWhoHasAPartInThem) {
  std::vector<TraceEvent> events = SampleEvents();
  events.resize(61);  // up to the first message that arrives
  EXPECT_EQ(Text(ReadBack(events), 2), R"(sequenceDiagram
  participant n0 as scheduler
  box transparent replica-1
    participant n3 as machine
    participant t2 as client#35;2
  end
  t2-)n3: message 3 Append is under way (sent in event 57)
  t2-)n0: message 2 is under way (sent in event 58)
)");
  EXPECT_EQ(Text(ReadBack(SampleEvents()), 0), "sequenceDiagram\n");
}

TEST(MermaidTest, TextIsMadeSafe) {
  EXPECT_EQ(MermaidText("client#7"), "client#35;7");
  EXPECT_EQ(MermaidText("a; b: <c> \"d\"\n%%e"),
            "a#59; b: #60;c#62; #34;d#34; #37;#37;e");
  EXPECT_EQ(MermaidText("wrap: x"), "wrap#58; x");
  EXPECT_EQ(MermaidText("caf\xc3\xa9 \xff"), "caf\xc3\xa9 \xef\xbf\xbd");
  EXPECT_EQ(MermaidText(std::string(1000, 'x')), std::string(100, 'x') + "...");
}

TEST(MermaidTest, EveryLineIsOneOfAFewForms) {
  for (const Trace& trace : TracesToExport()) {
    const std::vector<std::string> lines =
        absl::StrSplit(Text(trace), '\n', absl::SkipEmpty());
    ASSERT_EQ(lines.front(), "sequenceDiagram") << trace.name;
    int boxes = 0;
    for (size_t i = 1; i < lines.size(); ++i) {
      boxes += absl::StartsWith(lines[i], "  box ") ? 1 : 0;
      boxes -= lines[i] == "  end" ? 1 : 0;
      EXPECT_THAT(lines[i],
                  MatchesRegex("  box transparent [^;<>]*(#[0-9]+;[^;<>]*)*|"
                               "  end|"
                               " +participant [tn][0-9]+ as [^;]*(;[^;]*)*|"
                               "  Note over [tn][0-9]+: [^<>\"]*|"
                               "  [tn][0-9]+(->>|-x|-\\))[tn][0-9]+: "
                               "[^<>\"]*"))
          << trace.name;
    }
    EXPECT_EQ(boxes, 0) << trace.name;
  }
}

TEST(JsonLinesTest, EachEventIsOneLine) {
  const Trace trace = ReadBack(SampleEvents());
  std::string text;
  ASSERT_TRUE(ExportJsonLines(trace, {}, [&](absl::string_view piece) {
                text.append(piece.data(), piece.size());
                return true;
              }).ok());
  const std::vector<std::string> lines =
      absl::StrSplit(text, '\n', absl::SkipEmpty());
  ASSERT_EQ(lines.size(), SampleEvents().size());
  EXPECT_EQ(lines[0],
            R"({"index":0,"time_ns":0,"task":"loop","kind":"spawned",)"
            R"("text":"spawns main#1","site":"bank/transfer.cc:41 Transfer"})");
}

}  // namespace
}  // namespace orrery
