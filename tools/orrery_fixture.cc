// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0

#include "orrery/tools/orrery_fixture.h"

#include <pty.h>
#include <sys/ioctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdlib>
#include <fstream>
#include <sstream>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
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

std::string RunfilePath(const std::string& path) {
  return absl::StrCat(std::getenv("TEST_SRCDIR"), "/",
                      std::getenv("TEST_WORKSPACE"), "/", path);
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

std::string OrreryFixture::WithCommand(const std::string& line) const {
  return absl::StrCat("unset BUILD_WORKING_DIRECTORY\ncd '", folder_,
                      "' || exit 9\norrery() { '", RunfilePath("tools/orrery"),
                      "' \"$@\"; }\n", line, "\n");
}

Output OrreryFixture::Shell(const std::string& line) {
  Write("script",
        WithCommand(absl::StrCat("{\n", line, "\n} >stdout 2>stderr")));
  const int status =
      std::system(absl::StrCat("sh '", folder_, "/script'").c_str());
  EXPECT_TRUE(WIFEXITED(status)) << "it crashed";
  return {WEXITSTATUS(status), Contents(folder_ + "/stdout"),
          Contents(folder_ + "/stderr")};
}

std::string OrreryFixture::ShellOnTerminal(const std::string& line,
                                           int columns) {
  Write("script", WithCommand(line));
  const std::string script = absl::StrCat(folder_, "/script");
  struct winsize size = {};
  size.ws_row = 24;
  size.ws_col = static_cast<unsigned short>(columns);  // NOLINT: its type
  int terminal = -1;
  const pid_t child = ::forkpty(&terminal, nullptr, nullptr, &size);
  if (child == 0) {
    ::execl("/bin/sh", "sh", script.c_str(), nullptr);
    ::_exit(127);
  }
  EXPECT_GT(child, 0);
  std::string shown;
  char buffer[4096];
  ssize_t got = 0;
  // When nobody has the other end any more, Linux calls that an error.
  while ((got = ::read(terminal, buffer, sizeof(buffer))) > 0) {
    shown.append(buffer, static_cast<size_t>(got));
  }
  ::close(terminal);
  int status = 0;
  EXPECT_EQ(::waitpid(child, &status, 0), child);
  EXPECT_TRUE(WIFEXITED(status)) << "it crashed";
  return absl::StrReplaceAll(shown, {{"\r\n", "\n"}});
}

std::string OrreryFixture::FailingSample() {
  return RunfilePath("tests/failing_sample");
}

void OrreryFixture::RecordSample(const std::string& test,
                                 const std::string& name,
                                 const std::string& flags) {
  const Output output = Shell(absl::StrCat(
      "mkdir -p made && '", FailingSample(), "' --gtest_filter=", test,
      " --orrery_trace_dir=made --orrery_shrink=off ", flags,
      "; mv made/*.orrery ", name));
  ASSERT_EQ(output.exit_code, 0) << output.err;
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
