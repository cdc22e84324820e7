// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0

#include "orrery/sim/loop_storage.h"

#include <cstddef>
#include <deque>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"
#include "orrery/base/prng.h"

namespace orrery {
namespace {

// ---- Tasks ------------------------------------------------------------------

std::vector<const TaskState*> TasksIn(const TaskTable& table) {
  std::vector<const TaskState*> tasks;
  for (const TaskState* task : table.tasks()) {
    if (task != nullptr) tasks.push_back(task);
  }
  return tasks;
}

// Whatever is added and taken away, the table holds the others in order.
TEST(TaskTableTest, KeepsTheOrderOfCreation) {
  Prng prng(1);
  TaskTable table;
  std::deque<TaskState> states;
  std::vector<const TaskState*> expected;
  for (int i = 0; i < 5000; ++i) {
    // Grows, and shrinks for a while now and then.
    const bool add = prng.Below(10) < (i / 500 % 2 == 0 ? 7 : 3);
    if (add || expected.empty()) {
      table.Add(&states.emplace_back());
      expected.push_back(&states.back());
    } else {
      const size_t index = prng.Below(expected.size());
      table.Remove(const_cast<TaskState*>(expected[index]));
      expected.erase(expected.begin() + static_cast<ptrdiff_t>(index));
    }
    if (i % 50 == 0) {
      ASSERT_EQ(TasksIn(table), expected);
    }
    ASSERT_EQ(table.youngest(), expected.empty() ? nullptr : expected.back());
  }
}

// A long run spawns many tasks and has few: the table must not keep all.
TEST(TaskTableTest, StaysSmallWhileTasksComeAndGo) {
  TaskTable table;
  TaskState oldest;
  table.Add(&oldest);
  std::deque<TaskState> window;
  for (int i = 0; i < 100'000; ++i) {
    table.Add(&window.emplace_back());
    if (window.size() == 10) {
      table.Remove(&window.front());
      window.pop_front();
    }
  }
  EXPECT_LT(table.tasks().size(), 200);
  EXPECT_EQ(table.tasks()[0], &oldest);
}

TEST(TaskTableTest, IsEmptyWhenCleared) {
  TaskTable table;
  TaskState task;
  table.Add(&task);
  table.Clear();
  EXPECT_EQ(table.youngest(), nullptr);
  EXPECT_TRUE(TasksIn(table).empty());
  table.Add(&task);
  EXPECT_EQ(table.youngest(), &task);
}

// ---- Origins ----------------------------------------------------------------

TEST(OriginTableTest, TasksOfOnePlaceAndNameShareARecord) {
  OriginTable origins;
  const SourceSite site = SourceSite::current();
  const SourceSite other = SourceSite::current();
  const SpawnOrigin* first = origins.Find("client", site);
  EXPECT_EQ(first->name, "client");
  EXPECT_EQ(first->site.line(), site.line());
  EXPECT_EQ(origins.Find("client", site), first);
  const SpawnOrigin* server = origins.Find("server", site);
  EXPECT_EQ(server->name, "server");
  EXPECT_EQ(first->name, "client") << "records stay";
  EXPECT_EQ(origins.Find("server", other)->site.line(), other.line());
}

TEST(OriginTableTest, NamesAreCopied) {
  OriginTable origins;
  const SourceSite site = SourceSite::current();
  std::string name(100, 'x');
  const SpawnOrigin* origin = origins.Find(name, site);
  name.assign(100, 'y');
  EXPECT_EQ(origin->name, std::string(100, 'x'));
  EXPECT_EQ(origins.Find(name, site)->name, name);
}

TEST(OriginTableTest, RecordsStayUntilTheTableIsTrimmed) {
  OriginTable origins;
  const SourceSite site = SourceSite::current();
  std::vector<const SpawnOrigin*> found;
  for (int i = 0; i < 1000; ++i) {
    found.push_back(origins.Find(absl::StrCat("task ", i), site));
  }
  for (int i = 0; i < 1000; ++i) {
    ASSERT_EQ(found[static_cast<size_t>(i)]->name, absl::StrCat("task ", i));
  }
  origins.Trim();
  EXPECT_EQ(origins.Find("task 999", site)->name, "task 999");
}

TEST(OriginTableTest, TwoPlacesOnOneLineAreTwo) {
  OriginTable origins;
  // clang-format off
  const SourceSite a = SourceSite::current(); const SourceSite b = SourceSite::current();
  // clang-format on
  const SpawnOrigin* of_a = origins.Find("", a);
  const SpawnOrigin* of_b = origins.Find("", b);
  EXPECT_EQ(of_a->site.column(), a.column());
  EXPECT_EQ(of_b->site.column(), b.column());
}

// ---- Labels -----------------------------------------------------------------

TEST(LabelTableTest, EqualLabelsShareACopy) {
  LabelTable labels;
  TextArena text;
  std::string label = "which replica";
  const absl::string_view kept = labels.Keep(label, text);
  label.assign(label.size(), 'x');
  EXPECT_EQ(kept, "which replica");
  const absl::string_view other = labels.Keep("which disk", text);
  EXPECT_EQ(other, "which disk");
  EXPECT_EQ(labels.Keep("which replica", text).data(), kept.data());
  EXPECT_EQ(labels.Keep("which disk", text).data(), other.data());
  EXPECT_EQ(labels.Keep("", text), "");
}

TEST(LabelTableTest, AnyNumberOfLabelsKeepTheirTexts) {
  LabelTable labels;
  TextArena text;
  std::vector<absl::string_view> kept;
  for (int round = 0; round < 2; ++round) {
    for (int i = 0; i < 1000; ++i) {
      kept.push_back(labels.Keep(absl::StrCat("label ", i), text));
    }
  }
  for (size_t i = 0; i < kept.size(); ++i) {
    ASSERT_EQ(kept[i], absl::StrCat("label ", i % 1000));
  }
  EXPECT_EQ(kept[0].data(), kept[1000].data()) << "the first ones are shared";
}

// The texts go with the run: nothing may be found that points to them.
TEST(LabelTableTest, AfterClearingNothingOldIsFound) {
  LabelTable labels;
  TextArena text;
  labels.Keep("first", text);
  labels.Keep("latest", text);
  labels.Clear();
  text.Reset();
  const absl::string_view latest = labels.Keep("latest", text);
  const absl::string_view first = labels.Keep("first", text);
  text.Copy(std::string(100, 'x'));
  EXPECT_EQ(latest, "latest");
  EXPECT_EQ(first, "first");
}

// ---- The whole --------------------------------------------------------------

TEST(LoopStorageTest, WhatWasGivenBackIsTakenAgainAndCleared) {
  std::unique_ptr<LoopStorage> storage = LoopStorage::Take();
  const LoopStorage* address = storage.get();
  TaskState task;
  storage->tasks.Add(&task);
  storage->history.push_back({});
  storage->accesses.push_back({});
  storage->errors.emplace(1, nullptr);
  storage->labels.Keep("first label", storage->text);
  storage->labels.Keep("label", storage->text);
  LoopStorage::GiveBack(std::move(storage));
  storage = LoopStorage::Take();
  EXPECT_EQ(storage.get(), address);
  EXPECT_EQ(storage->tasks.youngest(), nullptr);
  EXPECT_TRUE(storage->history.empty());
  EXPECT_TRUE(storage->accesses.empty());
  EXPECT_TRUE(storage->errors.empty());
  EXPECT_TRUE(storage->timers.empty());
  const absl::string_view label = storage->labels.Keep("label", storage->text);
  storage->text.Copy(std::string(100, 'x'));
  EXPECT_EQ(label, "label") << "nothing of the run before is found";
  std::unique_ptr<LoopStorage> second = LoopStorage::Take();
  EXPECT_NE(second.get(), address) << "two at a time";
}

}  // namespace
}  // namespace orrery
