// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0

#include "orrery/sim/text_arena.h"

#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"

namespace orrery {
namespace {

TEST(TextArenaTest, CopiesOutliveWhatTheyWereMadeFrom) {
  TextArena arena;
  std::string text = "name";
  const absl::string_view copy = arena.Copy(text);
  text = "gone";
  EXPECT_EQ(copy, "name");
}

TEST(TextArenaTest, CopiesStayWhileMoreAreMade) {
  TextArena arena;
  std::vector<absl::string_view> copies;
  for (int i = 0; i < 10'000; ++i) {
    copies.push_back(arena.Copy(absl::StrCat("text number ", i)));
  }
  for (int i = 0; i < 10'000; ++i) {
    ASSERT_EQ(copies[static_cast<size_t>(i)], absl::StrCat("text number ", i));
  }
}

TEST(TextArenaTest, AnEmptyTextIsEmpty) {
  TextArena arena;
  EXPECT_EQ(arena.Copy(""), "");
  EXPECT_EQ(arena.Copy(absl::string_view()), "");
}

TEST(TextArenaTest, TextsOfAnySizeFit) {
  TextArena arena;
  for (size_t size : {1u, 4095u, 4096u, 4097u, 100'000u, 10u, 4096u}) {
    const std::string text(size, 'x');
    EXPECT_EQ(arena.Copy(text), text);
  }
}

TEST(TextArenaTest, IsReusedAfterAReset) {
  TextArena arena;
  const char* first = arena.Copy("one").data();
  arena.Reset();
  EXPECT_EQ(arena.Copy("two").data(), first) << "the chunk is kept";
  for (int i = 0; i < 10'000; ++i) arena.Copy("filling");
  arena.Reset();
  EXPECT_EQ(arena.Copy("three"), "three");
  arena.Reset();
  arena.Reset();
  EXPECT_EQ(arena.Copy("four"), "four");
}

}  // namespace
}  // namespace orrery
