// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0
//
// `OrreryFixture`: runs the `orrery` command as the shell does.

#ifndef ORRERY_TOOLS_ORRERY_FIXTURE_H_
#define ORRERY_TOOLS_ORRERY_FIXTURE_H_

#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "gtest/gtest.h"
#include "orrery/base/trace_event.h"

namespace orrery {

struct Output {
  int exit_code = -1;
  std::string out;
  std::string err;
};

// Each test has a folder of its own and works there. In it stand events.trace
// and choices.trace, the sample trace at either level.
class OrreryFixture : public testing::Test {
 protected:
  void SetUp() override;

  // Runs a command line of the shell in which `orrery` is the command.
  Output Shell(const std::string& line);
  Output Orrery(const std::string& arguments);
  // Expects that `print` succeeds. Returns the numbers of the lines: "#12".
  std::vector<std::string> Printed(const std::string& arguments);
  // Expects exit code 2, `message`, and nothing else.
  void ExpectTrouble(const std::string& arguments, const std::string& message);

  // Runs a command line of the shell on a terminal that is so wide. Returns all
  // that it shows, with a line feed at the end of each line.
  std::string ShellOnTerminal(const std::string& line, int columns);

  // Returns the program whose tests fail, //tests:failing_sample, which has to
  // be among the `data` of the test.
  static std::string FailingSample();
  // Has a test of it run, with `flags`, and its trace stand in the file `name`.
  void RecordSample(const std::string& test, const std::string& name,
                    const std::string& flags = "");

  void Write(const std::string& name, absl::string_view bytes);
  void WriteTrace(const std::string& name,
                  const std::vector<TraceEvent>& events);
  // Returns the path of a file in the folder.
  std::string PathOf(const std::string& name) const;
  // More than a pipe holds.
  void WriteLongTrace(const std::string& name);

 private:
  // Returns a script of the shell in which `orrery` is the command.
  std::string WithCommand(const std::string& line) const;

  std::string folder_;
};

}  // namespace orrery

#endif  // ORRERY_TOOLS_ORRERY_FIXTURE_H_
