// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0

#include "orrery/tools/orrery_fixture.h"

#include <sys/wait.h>

#include <cstdlib>
#include <fstream>
#include <sstream>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "orrery/traces/sample_trace.h"
#include "orrery/traces/trace_file.h"
#include "orrery/traces/trace_writer.h"

namespace orrery {
namespace {

std::string Contents(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  std::stringstream contents;
  contents << file.rdbuf();
  return contents.str();
}

}  // namespace

void OrreryFixture::SetUp() {
  folder_ = absl::StrCat(
      testing::TempDir(), "/",
      testing::UnitTest::GetInstance()->current_test_info()->name());
  ASSERT_EQ(std::system(absl::StrCat("mkdir -p '", folder_, "'").c_str()), 0);
  Write("events.trace", SampleTraceBytes(TraceLevel::kEvents));
  Write("choices.trace", SampleTraceBytes(TraceLevel::kChoices));
}

Output OrreryFixture::Shell(const std::string& line) {
  const std::string binary =
      absl::StrCat(std::getenv("TEST_SRCDIR"), "/",
                   std::getenv("TEST_WORKSPACE"), "/tools/orrery");
  Write("script",
        absl::StrCat("unset BUILD_WORKING_DIRECTORY\ncd '", folder_,
                     "' || exit 9\norrery() { '", binary, "' \"$@\"; }\n{\n",
                     line, "\n} >stdout 2>stderr\n"));
  const int status =
      std::system(absl::StrCat("sh '", folder_, "/script'").c_str());
  EXPECT_TRUE(WIFEXITED(status)) << "it crashed";
  return {WEXITSTATUS(status), Contents(folder_ + "/stdout"),
          Contents(folder_ + "/stderr")};
}

Output OrreryFixture::Orrery(const std::string& arguments) {
  return Shell(absl::StrCat("orrery ", arguments));
}

std::vector<std::string> OrreryFixture::Printed(const std::string& arguments) {
  const Output output = Orrery(absl::StrCat("print ", arguments));
  EXPECT_EQ(output.exit_code, 0) << output.err;
  EXPECT_EQ(output.err, "");
  std::vector<std::string> numbers;
  for (absl::string_view line :
       absl::StrSplit(output.out, '\n', absl::SkipEmpty())) {
    numbers.emplace_back(line.substr(0, line.find(' ')));
  }
  return numbers;
}

void OrreryFixture::ExpectTrouble(const std::string& arguments,
                                  const std::string& message) {
  const Output output = Orrery(arguments);
  EXPECT_EQ(output.exit_code, 2) << arguments;
  EXPECT_EQ(output.out, "") << arguments;
  EXPECT_EQ(output.err, absl::StrCat("orrery: ", message, "\n"));
}

std::string OrreryFixture::PathOf(const std::string& name) const {
  return absl::StrCat(folder_, "/", name);
}

void OrreryFixture::Write(const std::string& name, absl::string_view bytes) {
  ASSERT_TRUE(WriteTraceFile(absl::StrCat(folder_, "/", name), bytes).ok());
}

void OrreryFixture::WriteTrace(const std::string& name,
                               const std::vector<TraceEvent>& events) {
  TraceWriter writer;
  writer.Begin(SampleHeader(TraceLevel::kEvents));
  Record(events, SampleFooter().digests, writer);
  ASSERT_TRUE(writer.Finish(SampleFooter(), SampleTasks()).ok());
  Write(name, writer.bytes());
}

void OrreryFixture::WriteLongTrace(const std::string& name) {
  std::vector<TraceEvent> events;
  for (int i = 0; i < 300; ++i) {
    for (const TraceEvent& event : SampleEvents()) events.push_back(event);
  }
  WriteTrace(name, events);
}

}  // namespace orrery
