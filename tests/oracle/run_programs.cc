// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0
//
// Reads programs from standard input, a line of protobuf's JSON each, and
// answers each one with the lines of its log and an empty line.

#include <cstdlib>
#include <iostream>
#include <string>

#include "google/protobuf/util/json_util.h"
#include "orrery/tests/oracle/interpreter.h"
#include "orrery/tests/oracle/program.pb.h"

int main() {
  std::string line;
  while (std::getline(std::cin, line)) {
    orrery::oracle::Program program;
    const auto status =
        google::protobuf::util::JsonStringToMessage(line, &program);
    if (!status.ok()) {
      std::cerr << "not a program: " << status.ToString() << "\n";
      return EXIT_FAILURE;
    }
    for (const std::string& logged : orrery::oracle::Run(program)) {
      std::cout << logged << "\n";
    }
    std::cout << "\n" << std::flush;
  }
  return EXIT_SUCCESS;
}
