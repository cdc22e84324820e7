// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0
//
// What docs/determinism.md shows of escapes that are meant.

#include <cstdlib>
#include <fstream>
#include <iterator>
#include <string>

#include "orrery/testing/sim_test.h"

namespace orrery {
namespace {

// Uses a library that draws from `rand`.
std::string Render() { return std::rand() < 0 ? "never" : ""; }

// [snippet: allow]
std::string ReadGolden(const std::string& path) {
  const AllowEscape allow("the golden file is part of this test");
  std::ifstream file(path);
  return std::string(std::istreambuf_iterator<char>(file), {});
}

SIM_TEST(RenderTest, LooksAsEver, {.allow_escapes = "clock,rand"}) {
  const std::string expected = ReadGolden("golden.txt");
  EXPECT_EQ(Render(), expected);
  co_return;
}
// [end: allow]

}  // namespace
}  // namespace orrery
