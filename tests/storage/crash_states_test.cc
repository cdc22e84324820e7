// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0
//
// What a power cut leaves is what docs/disk.md says: every state that comes out
// is one that the model allows, and every state that it allows comes out.

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <set>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "gtest/gtest.h"
#include "orrery/base/prng.h"
#include "orrery/scheduler/dfs_scheduler.h"
#include "orrery/scheduler/scheduler.h"
#include "orrery/sim/disk/disk.h"
#include "orrery/sim/disk/disk_faults.h"
#include "orrery/sim/disk/disk_options.h"
#include "orrery/sim/faults/chance.h"
#include "orrery/sim/task.h"
#include "orrery/tests/exploration/search.h"
#include "orrery/tests/storage/disk_model.h"
#include "orrery/tests/storage/disk_script.h"

namespace orrery::storage {
namespace {

using enum DiskOperation;
using States = std::set<std::string>;

DiskOptions DiskLike(const DiskModelOptions& model) {
  DiskOptions options = DiskOptions::Instant();
  options.sector_size = static_cast<uint32_t>(model.sector_size);
  options.journaled_metadata = model.journaled;
  if (!model.torn) options.faults.crash_torn = Chance::Never();
  if (!model.reordered) options.faults.crash_reordered = Chance::Never();
  return options;
}

// Does the script, checks that the disk answers and shows what the model does,
// and cuts the power.
Task<> CutPowerAfter(const DiskScript& script, const DiskModelOptions& like) {
  Disk disk(DiskLike(like));
  DiskModel model(like);
  for (const DiskCall& call : script) {
    const absl::Status status = co_await DoCall(disk, call);
    EXPECT_EQ(status.code(), model.Do(call)) << status;
  }
  EXPECT_EQ(ContentsText(disk.Contents()), ContentsText(model.Now()));
  disk.Crash();
  *Observed() = ContentsText(disk.Contents());
}

struct Compared {
  size_t states = 0;
  size_t pending = 0;
  uint64_t runs = 0;
};

// Tries all that a power cut after the script can do.
Compared Compare(const DiskScript& script, const DiskModelOptions& like = {}) {
  SCOPED_TRACE(ScriptText(script));
  DfsScheduler scheduler;
  const Searched searched =
      Search(scheduler, [&] { return CutPowerAfter(script, like); });
  EXPECT_EQ(searched.end, NextRun::kExhausted);
  States seen;
  for (const auto& [state, times] : searched.outcomes) seen.insert(state);

  DiskModel model(like);
  for (const DiskCall& call : script) model.Do(call);
  States allowed;
  for (const DiskModel::Contents& contents : model.AfterPowerCut()) {
    allowed.insert(ContentsText(contents));
  }
  EXPECT_EQ(seen, allowed);
  return {seen.size(), model.pending(), searched.runs};
}

// The same after each call of the script. Returns what came of the largest.
Compared CompareAfterEach(const DiskScript& script,
                          const DiskModelOptions& like = {}) {
  Compared most;
  for (size_t n = 0; n <= script.size(); ++n) {
    const Compared compared =
        Compare(DiskScript(script.begin(), script.begin() + n), like);
    most.states = std::max(most.states, compared.states);
    most.pending = std::max(most.pending, compared.pending);
    most.runs += compared.runs;
  }
  return most;
}

// ---- A log ------------------------------------------------------------------

// What a log with records of one sector does: it begins, appends, syncs, goes
// on to the next segment, makes a checkpoint and tidies up.
DiskScript LogScript(size_t records) {
  DiskScript script = {
      {.what = kMakeDirectory, .path = "wal"},
      {.what = kSyncDirectory, .path = ""},
      {.what = kOpen, .path = "wal/1"},
      {.what = kSyncDirectory, .path = "wal"},
  };
  for (size_t i = 0; i < records; ++i) {
    script.push_back({.what = kWrite,
                      .path = "wal/1",
                      .offset = 4 * i,
                      .bytes = std::string(4, static_cast<char>('A' + i))});
  }
  const DiskScript rest = {
      {.what = kSync, .path = "wal/1"},
      {.what = kOpen, .path = "wal/2"},
      {.what = kSyncDirectory, .path = "wal"},
      {.what = kWrite, .path = "wal/2", .bytes = "xxxxyyyy"},
      {.what = kSync, .path = "wal/2"},
      {.what = kOpen, .path = "wal/base.new"},
      {.what = kWrite, .path = "wal/base.new", .bytes = "snapshot"},
      {.what = kSync, .path = "wal/base.new"},
      {.what = kRename, .path = "wal/base.new", .to = "wal/base"},
      {.what = kSyncDirectory, .path = "wal"},
      {.what = kUnlink, .path = "wal/1"},
      {.what = kUnlink, .path = "wal/2"},
      {.what = kOpen, .path = "wal/3"},
      {.what = kSyncDirectory, .path = "wal"},
  };
  script.insert(script.end(), rest.begin(), rest.end());
  return script;
}

TEST(CrashStatesTest, EachCallOfALogLeavesWhatTheModelAllows) {
  const Compared most = CompareAfterEach(LogScript(6));
  EXPECT_EQ(most.pending, 12u) << "six records and six sizes";
}

TEST(CrashStatesTest, TwelveSectorsAreThereInEachOf4096Ways) {
  DiskScript script = {
      {.what = kOpen, .path = "a"},
      {.what = kWrite, .path = "a", .bytes = std::string(48, '-')},
      {.what = kSync, .path = "a"},
      {.what = kSyncDirectory, .path = ""},
  };
  for (size_t i = 0; i < 12; ++i) {
    script.push_back({.what = kWrite,
                      .path = "a",
                      .offset = 4 * i,
                      .bytes = std::string(4, static_cast<char>('A' + i))});
  }
  const Compared compared = Compare(script);
  EXPECT_EQ(compared.pending, 12u);
  EXPECT_EQ(compared.states, 4096u);
  EXPECT_EQ(compared.runs, 4096u) << "each once";
}

// ---- What the rules are about, one by one -----------------------------------

const DiskScript kScripts[] = {
    // Names that have nothing in common.
    {{.what = kOpen, .path = "a"},
     {.what = kOpen, .path = "b"},
     {.what = kMakeDirectory, .path = "d"},
     {.what = kOpen, .path = "d/a"},
     {.what = kSyncDirectory, .path = "d"}},
    // A name that is given, taken and given again.
    {{.what = kOpen, .path = "a"},
     {.what = kWrite, .path = "a", .bytes = "ABCDEF"},
     {.what = kUnlink, .path = "a"},
     {.what = kOpen, .path = "a"},
     {.what = kWrite, .path = "a", .bytes = "xy"},
     {.what = kSync, .path = "a"}},
    // Write, then rename, without a sync.
    {{.what = kOpen, .path = "a"},
     {.what = kWrite, .path = "a", .bytes = "old"},
     {.what = kSync, .path = "a"},
     {.what = kSyncDirectory, .path = ""},
     {.what = kOpen, .path = "b"},
     {.what = kWrite, .path = "b", .bytes = "newer"},
     {.what = kRename, .path = "b", .to = "a"},
     {.what = kSyncDirectory, .path = ""}},
    // Renames that follow each other.
    {{.what = kOpen, .path = "a"},
     {.what = kSyncDirectory, .path = ""},
     {.what = kRename, .path = "a", .to = "b"},
     {.what = kRename, .path = "b", .to = "c"},
     {.what = kOpen, .path = "a"},
     {.what = kRename, .path = "a", .to = "b"}},
    // From one directory to another, and a directory into another.
    {{.what = kMakeDirectory, .path = "d"},
     {.what = kMakeDirectory, .path = "e"},
     {.what = kOpen, .path = "d/a"},
     {.what = kSyncDirectory, .path = "d"},
     {.what = kRename, .path = "d/a", .to = "e/a"},
     {.what = kRename, .path = "d", .to = "e/d"},
     {.what = kSyncDirectory, .path = "e"}},
    // A directory that was emptied.
    {{.what = kMakeDirectory, .path = "d"},
     {.what = kOpen, .path = "d/a"},
     {.what = kSyncDirectory, .path = "d"},
     {.what = kSyncDirectory, .path = ""},
     {.what = kRename, .path = "d/a", .to = "a"},
     {.what = kRemoveDirectory, .path = "d"},
     {.what = kMakeDirectory, .path = "d"}},
    // A directory that was emptied, and is replaced.
    {{.what = kMakeDirectory, .path = "d"},
     {.what = kMakeDirectory, .path = "e"},
     {.what = kOpen, .path = "d/a"},
     {.what = kSyncDirectory, .path = "d"},
     {.what = kSyncDirectory, .path = ""},
     {.what = kRename, .path = "d/a", .to = "a"},
     {.what = kRename, .path = "e", .to = "d"}},
    // A write that begins and ends within sectors, over older ones.
    {{.what = kOpen, .path = "a"},
     {.what = kSyncDirectory, .path = ""},
     {.what = kWrite, .path = "a", .bytes = "ABCDEFGHIJ"},
     {.what = kSync, .path = "a"},
     {.what = kWrite, .path = "a", .offset = 3, .bytes = "xyzxyz"},
     {.what = kWrite, .path = "a", .offset = 8, .bytes = "pqrst"}},
    // Longer, with a gap; shorter, and longer again.
    {{.what = kOpen, .path = "a"},
     {.what = kSyncDirectory, .path = ""},
     {.what = kWrite, .path = "a", .bytes = "ABCDEF"},
     {.what = kWrite, .path = "a", .offset = 9, .bytes = "XY"},
     {.what = kTruncate, .path = "a", .offset = 2},
     {.what = kWrite, .path = "a", .offset = 5, .bytes = "xyz"},
     {.what = kTruncate, .path = "a", .offset = 11}},
    // A sync that fails, one that has nothing to do, and a write beside it.
    {{.what = kOpen, .path = "a"},
     {.what = kSyncDirectory, .path = ""},
     {.what = kWrite, .path = "a", .bytes = "ABCDEF"},
     {.what = kSync, .path = "a", .fails = true},
     {.what = kSync, .path = "a"},
     {.what = kWrite, .path = "a", .offset = 6, .bytes = "xyzxyz"},
     {.what = kSync, .path = "a"}},
    // Cut twice: what comes after a cut that is lost is lost.
    {{.what = kOpen, .path = "a"},
     {.what = kSyncDirectory, .path = ""},
     {.what = kWrite, .path = "a", .bytes = "ABCDEFGH"},
     {.what = kSync, .path = "a"},
     {.what = kTruncate, .path = "a", .offset = 5},
     {.what = kWrite, .path = "a", .offset = 4, .bytes = "xyz"},
     {.what = kTruncate, .path = "a", .offset = 1},
     {.what = kWrite, .path = "a", .offset = 1, .bytes = "pq"}},
};

TEST(CrashStatesTest, EachRuleHoldsAfterEachCall) {
  for (const DiskScript& script : kScripts) CompareAfterEach(script);
}

TEST(CrashStatesTest, EachRuleHoldsWhereNothingIsTornOrReordered) {
  for (const bool torn : {false, true}) {
    for (const bool reordered : {false, true}) {
      for (const DiskScript& script : kScripts) {
        CompareAfterEach(script, {.torn = torn, .reordered = reordered});
      }
    }
  }
}

TEST(CrashStatesTest, EachRuleHoldsWithAJournal) {
  for (const DiskScript& script : kScripts) {
    CompareAfterEach(script, {.journaled = true});
  }
  CompareAfterEach(LogScript(4), {.journaled = true});
}

// ---- At random --------------------------------------------------------------

TEST(CrashStatesTest, RandomScriptsLeaveWhatTheModelAllows) {
  uint64_t states = 0;
  for (uint64_t seed = 1; seed <= 300; ++seed) {
    Prng random(seed);
    DiskModelOptions like;
    like.journaled = random.Below(3) == 0;
    like.torn = random.Below(4) != 0;
    like.reordered = random.Below(4) != 0;
    const DiskScript script = RandomScript(random, 4 + random.Below(9));
    DiskModel model(like);
    for (const DiskCall& call : script) model.Do(call);
    if (model.pending() > 10) continue;
    states += Compare(script, like).states;
    if (HasFailure()) break;  // one is enough to read
  }
  EXPECT_GT(states, 1000u);
}

}  // namespace
}  // namespace orrery::storage
