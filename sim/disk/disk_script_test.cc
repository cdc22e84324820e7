// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0
//
// Random scripts: what programs see is what a plain map says, whatever is
// pending; what is synced outlives a power cut that loses all it can.

#include <algorithm>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/match.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "orrery/scheduler/random_scheduler.h"
#include "orrery/sim/disk/disk.h"
#include "orrery/sim/disk/file.h"
#include "orrery/sim/random.h"
#include "orrery/sim/simulation.h"
#include "orrery/sim/task.h"

namespace orrery {
namespace {

// Paths of directories end in '/'.
using Tree = std::map<std::string, std::string>;

constexpr const char* kPlaces[] = {"a", "b", "d/a", "d/b", "d/e/a", "d", "d/e"};

// What a file system is without a disk.
class Reference {
 public:
  Tree& tree() { return tree_; }

  bool IsFile(const std::string& path) const { return tree_.count(path) != 0; }
  bool IsDirectory(const std::string& path) const {
    return path.empty() || tree_.count(path + "/") != 0;
  }
  bool HasParent(const std::string& path) const {
    const size_t slash = path.rfind('/');
    return IsDirectory(slash == path.npos ? "" : path.substr(0, slash));
  }
  bool IsEmpty(const std::string& path) const {
    const auto next = tree_.upper_bound(path + "/");
    return next == tree_.end() || !absl::StartsWith(next->first, path + "/");
  }

  bool Create(const std::string& path) {
    if (!HasParent(path) || IsDirectory(path)) return false;
    tree_.insert({path, ""});
    return true;
  }
  bool MakeDirectory(const std::string& path) {
    if (!HasParent(path) || IsDirectory(path) || IsFile(path)) return false;
    tree_[path + "/"] = "";
    return true;
  }
  bool Unlink(const std::string& path) { return tree_.erase(path) != 0; }
  bool RemoveDirectory(const std::string& path) {
    return IsDirectory(path) && IsEmpty(path) && tree_.erase(path + "/") != 0;
  }
  bool Rename(const std::string& from, const std::string& to) {
    if (!HasParent(to)) return false;
    if (IsFile(from)) {
      if (IsDirectory(to)) return false;
      std::string bytes = tree_[from];
      tree_.erase(from);
      tree_[to] = std::move(bytes);
      return true;
    }
    if (!IsDirectory(from) || IsFile(to)) return false;
    if (from == to) return true;
    if (absl::StartsWith(to, from + "/")) return false;
    if (IsDirectory(to) && !IsEmpty(to)) return false;
    Tree moved;
    for (const auto& [path, bytes] : tree_) {
      moved[absl::StartsWith(path, from + "/") ? to + path.substr(from.size())
                                               : path] = bytes;
    }
    tree_ = std::move(moved);
    return true;
  }

 private:
  Tree tree_;
};

uint64_t SizeOf(const Tree& tree) {
  uint64_t size = 0;
  for (const auto& [path, bytes] : tree) size += bytes.size();
  return size;
}

// Changes the file at `path`, which is there.
Task<> ChangeFile(Disk& disk, std::string path, std::string& bytes) {
  const Random draws("script");
  absl::StatusOr<File> file = co_await disk.Open(path);
  EXPECT_TRUE(file.ok()) << file.status();
  if (!file.ok()) co_return;
  const uint64_t offset = draws.Below(24);
  const uint64_t what = draws.Below(4);
  if (what == 0) {
    EXPECT_TRUE((co_await file->Truncate(offset)).ok());
    bytes.resize(offset);
  } else if (what == 1) {
    EXPECT_TRUE((co_await file->Sync()).ok());
  } else {
    const std::string text(1 + draws.Below(12),
                           static_cast<char>('a' + draws.Below(26)));
    const uint64_t at = what == 2 ? bytes.size() : offset;
    EXPECT_EQ(*co_await file->Write(at, text), text.size());
    bytes.resize(std::max<size_t>(bytes.size(), at + text.size()));
    bytes.replace(at, text.size(), text);
    EXPECT_EQ(*co_await file->Read(0, 1000), bytes);
  }
}

Task<> ChangeSomething(Disk& disk, Reference& reference) {
  const Random draws("script");
  const std::string path = kPlaces[draws.Below(std::size(kPlaces))];
  const std::string other = kPlaces[draws.Below(std::size(kPlaces))];
  switch (draws.Below(12)) {
    case 0:
    case 1: {
      const auto opened = co_await disk.Open(path, {.create = true});
      EXPECT_EQ(opened.ok(), reference.Create(path)) << path;
      break;
    }
    case 2:
      EXPECT_EQ((co_await disk.MakeDirectory(path)).ok(),
                reference.MakeDirectory(path))
          << path;
      break;
    case 3:
      EXPECT_EQ((co_await disk.Unlink(path)).ok(), reference.Unlink(path))
          << path;
      break;
    case 4:
      EXPECT_EQ((co_await disk.RemoveDirectory(path)).ok(),
                reference.RemoveDirectory(path))
          << path;
      break;
    case 5:
    case 6:
      EXPECT_EQ((co_await disk.Rename(path, other)).ok(),
                reference.Rename(path, other))
          << path << " to " << other;
      break;
    case 7:
      EXPECT_EQ((co_await disk.SyncDirectory(path)).ok(),
                reference.IsDirectory(path))
          << path;
      break;
    default:
      if (reference.IsFile(path)) {
        co_await ChangeFile(disk, path, reference.tree()[path]);
      }
  }
}

DiskOptions OptionsFor(uint64_t variant) {
  DiskOptions options = DiskOptions::Instant();
  options.sector_size = 8;
  options.journaled_metadata = variant % 2 == 1;
  if (variant % 3 == 1) options.max_pending = 5;
  if (variant % 5 == 1) options.faults.crash_torn = Chance::Percent(50);
  if (variant % 5 == 2) options.faults.crash_reordered = Chance::Percent(50);
  if (variant % 7 == 1) options.faults.crash_lost = Chance::Percent(10);
  return options;
}

Task<> RunScript(DiskOptions options, int length) {
  Disk disk(options);
  Reference reference;
  for (int crash = 0; crash < 3; ++crash) {
    for (int i = 0; i < length; ++i) {
      co_await ChangeSomething(disk, reference);
      EXPECT_EQ(disk.Contents(), reference.tree());
      EXPECT_EQ(disk.used(), SizeOf(reference.tree()));
    }
    // Memory knows nothing that is neither durable nor pending.
    disk.DropCaches();
    EXPECT_EQ(disk.Contents(), reference.tree());
    const DiskSnapshot before = disk.Snapshot();
    disk.Crash();
    EXPECT_EQ(disk.CountPending(), 0u);
    EXPECT_EQ(disk.used(), SizeOf(disk.Contents()));
    disk.Restore(before);
    EXPECT_EQ(disk.Contents(), reference.tree());
    if (crash == 0) {
      // Nothing of what is synced is lost, even if all is that can be.
      disk.SyncAll();
      const Chance lost = disk.faults().crash_lost;
      disk.faults().crash_lost = Chance::Always();
      disk.Crash();
      disk.faults().crash_lost = lost;
      EXPECT_EQ(disk.Contents(), reference.tree());
    } else {
      disk.Crash();
      reference.tree() = disk.Contents();
    }
  }
}

TEST(DiskScriptTest, ProgramsSeeWhatAPlainMapHolds) {
  for (uint64_t seed = 1; seed <= 100; ++seed) {
    RandomScheduler scheduler;
    const RunResult result =
        Simulation({.seed = Seed(seed), .scheduler = &scheduler})
            .Run(RunScript, OptionsFor(seed), 40);
    EXPECT_TRUE(result.ok())
        << (result.failure.has_value() ? result.failure->message : "");
    if (HasFailure()) {
      ADD_FAILURE() << "with seed " << seed;
      break;
    }
  }
}

// A name that is durable, of a file that nobody unlinks or replaces, is there
// after any crash: under this name, or under another one.
Task<> MoveAround(DiskOptions options) {
  const Random draws("script");
  Disk disk(options);
  for (const char* directory : {"d", "d/e", "f"}) {
    EXPECT_TRUE((co_await disk.MakeDirectory(directory)).ok());
  }
  for (const char* path : {"1", "d/2", "d/e/3", "f/4"}) {
    absl::StatusOr<File> file = co_await disk.Open(path, {.create = true});
    EXPECT_TRUE((co_await file->Write(0, path)).ok());
  }
  disk.SyncAll();
  const std::vector<std::string> names = {"x", "d", "e",   "f",
                                          "1", "y", "f/g", "d/h"};
  for (int i = 0; i < 12; ++i) {
    // Whatever there is, to where there is nothing.
    std::vector<std::string> all;
    for (const auto& [path, bytes] : disk.Contents()) all.push_back(path);
    std::string from = all[draws.Below(all.size())];
    if (from.back() == '/') from.pop_back();
    const std::string to = names[draws.Below(names.size())];
    const Tree tree = disk.Contents();
    if (tree.count(to) != 0 || tree.count(to + "/") != 0) continue;
    (void)co_await disk.Rename(from, to);
    if (draws.OneIn(6)) (void)co_await disk.MakeDirectory("y");
    if (draws.OneIn(6)) (void)co_await disk.RemoveDirectory("y");
    if (draws.OneIn(6)) (void)co_await disk.SyncDirectory("d");
  }
  disk.Crash();
  std::vector<std::string> files;
  for (const auto& [path, bytes] : disk.Contents()) {
    if (path.back() != '/') files.push_back(bytes);
  }
  std::sort(files.begin(), files.end());
  EXPECT_THAT(files, ::testing::ElementsAre("1", "d/2", "d/e/3", "f/4"));
}

TEST(DiskScriptTest, NoCrashLosesAFileThatIsOnlyMoved) {
  for (uint64_t seed = 1; seed <= 200; ++seed) {
    RandomScheduler scheduler;
    DiskOptions options = DiskOptions::Instant();
    options.journaled_metadata = seed % 4 == 0;
    const RunResult result =
        Simulation({.seed = Seed(seed), .scheduler = &scheduler})
            .Run(MoveAround, options);
    EXPECT_TRUE(result.ok())
        << (result.failure.has_value() ? result.failure->message : "");
    if (HasFailure()) {
      ADD_FAILURE() << "with seed " << seed;
      break;
    }
  }
}

}  // namespace
}  // namespace orrery
