// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0
//
// docs/trace_format.md shows a trace byte by byte. It has to be the one that is
// written, and what is read back.

#include <google/protobuf/text_format.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <set>
#include <sstream>
#include <string>
#include <vector>

#include "absl/strings/escaping.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/str_split.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "orrery/traces/sample_trace.h"
#include "orrery/traces/trace.pb.h"
#include "orrery/traces/trace_reader.h"
#include "orrery/traces/trace_text.h"
#include "orrery/traces/trace_writer.h"

namespace orrery {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

std::string ReadFile(const std::string& path) {
  std::ifstream file(path);
  EXPECT_TRUE(file.good()) << path;
  std::stringstream text;
  text << file.rdbuf();
  return text.str();
}

std::string Root() {
  return absl::StrCat(std::getenv("TEST_SRCDIR"), "/",
                      std::getenv("TEST_WORKSPACE"));
}

std::string Page() { return ReadFile(Root() + "/docs/trace_format.md"); }

// Returns what stands between ```hex and ```.
std::string ExampleOf(const std::string& page) {
  const std::string fence = "```hex\n";
  const size_t begin = page.find(fence);
  EXPECT_NE(begin, page.npos);
  const size_t end = page.find("```", begin + fence.size());
  EXPECT_NE(end, page.npos);
  return page.substr(begin + fence.size(), end - begin - fence.size());
}

// A task that sleeps, says something, and is done.
std::string ExampleBytes() {
  TraceHeader header;
  header.level = TraceLevel::kEvents;
  header.suite = "Tour";
  header.test = "Wakes";
  header.seed = Seed(7);
  const TaskId loop;
  const TaskId main(1);
  const SimTime start;
  const SimTime later(1'500'000'000);
  const std::vector<TraceEvent> events = {
      {start, loop,
       event::Spawned{main, EntityId(0x1122334455667788u), EntityKind::kTask,
                      NodeId(), "main", SiteText(), start}},
      {start, main, event::Resumed()},
      {start, main,
       event::Suspended{WaitKind::kSleep, 0, later, {"tour.cc", "Main", 12}}},
      {later, loop, event::Woken{main}},
      {later, main, event::Resumed()},
      {later, main, event::Logged{"Hello", {"tour.cc", "Main", 13}}},
      {later, main, event::Finished()},
  };
  TraceFooter footer;
  footer.steps = 2;
  footer.elapsed = later;
  footer.outcome = Outcome::kCompleted;
  footer.digests = {Digest(0x0123456789abcdefu), Digest(0xfedcba9876543210u)};
  TraceWriter writer;
  writer.Begin(header);
  Record(events, footer.digests, writer);
  EXPECT_TRUE(writer.Finish(footer).ok());
  return WithoutEnvironment(writer.bytes());
}

std::string Hex(absl::string_view bytes) {
  std::string text;
  for (size_t i = 0; i < bytes.size(); ++i) {
    absl::StrAppend(&text,
                    i == 0        ? ""
                    : i % 32 == 0 ? "\n"
                                  : " ",
                    absl::BytesToHexString(bytes.substr(i, 1)));
  }
  return text;
}

// Returns `words` as a remark, in lines that a page has room for.
std::string Remark(absl::string_view words) {
  std::string text = "#";
  size_t width = 0;
  for (absl::string_view word :
       absl::StrSplit(words, ' ', absl::SkipWhitespace())) {
    if (width + word.size() > 100) {
      absl::StrAppend(&text, "\n#  ");
      width = 0;
    }
    absl::StrAppend(&text, " ", word);
    width += word.size() + 1;
  }
  return text + "\n";
}

// Returns the example as the page should have it.
std::string ExampleText(const std::string& bytes) {
  google::protobuf::TextFormat::Printer printer;
  printer.SetSingleLineMode(true);
  std::string text = absl::StrCat(
      "# 0: magic\n", Hex(absl::string_view(bytes).substr(0, kTraceMagicSize)),
      "\n");
  for (const RawRecord& record : RecordsOf(bytes)) {
    traces::v1::Trace trace;
    EXPECT_TRUE(trace.ParseFromString(std::string(record.bytes)));
    std::string words;
    EXPECT_TRUE(printer.PrintToString(trace, &words));
    absl::StrAppend(&text, Remark(absl::StrCat(record.offset, ": ", words)),
                    Hex(record.bytes), "\n");
  }
  return text;
}

TEST(TraceFormatTest, TheExampleOfThePageIsWhatIsWritten) {
  const std::string expected = ExampleText(ExampleBytes());
  EXPECT_EQ(ExampleOf(Page()), expected)
      << "If the format is meant to change, the page should show:\n"
      << expected;
}

TEST(TraceFormatTest, ThePageListsEveryKindOfEventAndOfWait) {
  const std::string page = Page();
  for (absl::string_view kind : EventKindNames()) {
    EXPECT_THAT(page, HasSubstr(absl::StrCat("`", kind, "`")));
  }
  const size_t waits = page.find("\n### Waits\n");
  ASSERT_NE(waits, page.npos);
  const std::string table =
      page.substr(waits, page.find("###", waits + 5) - waits);
  int number = 0;
  while (WaitName(static_cast<WaitKind>(number)) != "unknown") {
    EXPECT_THAT(table, HasSubstr(absl::StrCat("| ", number++, " | ")));
  }
  EXPECT_THAT(table, Not(HasSubstr(absl::StrCat("| ", number, " | "))));
}

// Returns the names of all tests of the format: "TraceReaderTest.Something".
std::set<std::string> TestNames() {
  std::set<std::string> names;
  for (const char* folder : {"/traces", "/tests/golden"}) {
    for (const auto& entry :
         std::filesystem::directory_iterator(Root() + folder)) {
      if (entry.path().extension() != ".cc") continue;
      // A name may stand on the next line.
      const std::string text =
          absl::StrReplaceAll(ReadFile(entry.path().string()), {{"\n", " "}});
      for (absl::string_view part : absl::StrSplit(text, " TEST")) {
        for (absl::string_view kind : {"(", "_F(", "_P("}) {
          if (!absl::StartsWith(part, kind)) continue;
          std::vector<std::string> words = absl::StrSplit(
              part.substr(kind.size(), part.find(')') - kind.size()),
              absl::ByAnyChar(", "), absl::SkipEmpty());
          names.insert(absl::StrJoin(words, "."));
        }
      }
    }
  }
  return names;
}

TEST(TraceFormatTest, EachPromiseOfThePageNamesTestsThatExist) {
  const std::set<std::string> tests = TestNames();
  const std::string page = Page();
  const size_t begin = page.find("<!-- promises -->");
  ASSERT_NE(begin, page.npos);
  int rows = 0;
  for (absl::string_view line : absl::StrSplit(
           page.substr(begin, page.find("\n\n", begin) - begin), '\n')) {
    const std::vector<absl::string_view> cells = absl::StrSplit(line, '|');
    if (cells.size() != 4 || !absl::StrContains(cells[2], '.')) continue;
    ++rows;
    for (absl::string_view name :
         absl::StrSplit(cells[2], absl::ByAnyChar(" `,"), absl::SkipEmpty())) {
      EXPECT_EQ(tests.count(std::string(name)), 1u)
          << "there is no test " << name << ", which is to hold:" << cells[1];
    }
  }
  EXPECT_GT(rows, 20);
}

TEST(TraceFormatTest, TheExampleOfThePageCanBeRead) {
  std::string bytes;
  for (absl::string_view line : absl::StrSplit(ExampleOf(Page()), '\n')) {
    if (absl::StartsWith(line, "#")) continue;
    for (absl::string_view byte :
         absl::StrSplit(line, ' ', absl::SkipWhitespace())) {
      bytes += absl::HexStringToBytes(byte);
    }
  }
  const absl::StatusOr<Trace> trace = ParseTrace(bytes, "the page");
  ASSERT_TRUE(trace.ok()) << trace.status();
  TraceNames names;
  std::vector<std::string> lines;
  for (size_t i = 0; i < trace->events.size(); ++i) {
    names.Learn(trace->events[i]);
    lines.push_back(FormatEvent(i, trace->events[i], names));
  }
  EXPECT_THAT(
      lines,
      ElementsAre("#0 0.000s loop spawns main#1", "#1 0.000s main#1 runs",
                  "#2 0.000s main#1 sleeps until 1.500s "
                  "[tour.cc:12 Main]",
                  "#3 1.500s loop wakes main#1", "#4 1.500s main#1 runs",
                  "#5 1.500s main#1 log: Hello [tour.cc:13 Main]",
                  "#6 1.500s main#1 ends"));
}

}  // namespace
}  // namespace orrery
