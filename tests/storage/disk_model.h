// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0
//
// `DiskModel`: what docs/disk.md says, written down as plainly as can be. It
// keeps every change that is pending, and to tell what a power cut can leave it
// tries to keep and to lose each. It shares no code with the disk.

#ifndef ORRERY_TESTS_STORAGE_DISK_MODEL_H_
#define ORRERY_TESTS_STORAGE_DISK_MODEL_H_

#include <compare>
#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "orrery/tests/storage/disk_script.h"

namespace orrery::storage {

struct DiskModelOptions {
  uint64_t sector_size = 4;
  bool journaled = false;
  // What power cuts may do besides losing what comes last.
  bool torn = true;
  bool reordered = true;
};

class DiskModel {
 public:
  // What files hold, by path; directories end in '/' and hold "".
  using Contents = std::map<std::string, std::string>;

  explicit DiskModel(DiskModelOptions options = {});

  // Does what `call` says, and returns how a disk has to answer.
  absl::StatusCode Do(const DiskCall& call);

  // Returns what programs see.
  Contents Now() const { return ContentsOf(now_); }
  // Returns all that a power cut can leave.
  std::set<Contents> AfterPowerCut() const;
  // Returns how many changes are pending.
  size_t pending() const { return pending_.size(); }

 private:
  // Files and directories have numbers, which no other one ever has. The root
  // has the number 1; 0 is none.
  using Number = int;
  static constexpr Number kRoot = 1;

  struct Name {
    Number directory = 0;
    std::string name;
    friend auto operator<=>(const Name&, const Name&) = default;
  };
  struct Bytes {
    uint64_t size = 0;
    std::map<uint64_t, std::string> sectors;  // others are zeros
  };
  struct State {
    std::map<Name, Number> names;
    std::map<Number, Bytes> files;
  };
  // Some names (D4), or of a file one sector, the size or a cut (D2, D3).
  struct Change {
    size_t id = 0;
    size_t call = 0;
    std::map<Name, Number> names;
    std::set<size_t> needs;    // D10, by id
    Number moved_or_made = 0;  // a directory that has got a name
    Number file = 0;
    bool cut = false;
    std::optional<uint64_t> size;
    uint64_t sector = 0;
    std::string bytes;
  };

  absl::StatusCode DoOpen(const std::string& path);
  absl::StatusCode DoWrite(const DiskCall& call);
  absl::StatusCode DoTruncate(const DiskCall& call);
  absl::StatusCode DoRename(const DiskCall& call);
  absl::StatusCode DoUnlink(const std::string& path, bool directory);
  absl::StatusCode DoMakeDirectory(const std::string& path);
  absl::StatusCode DoSync(const DiskCall& call);
  absl::StatusCode DoSyncDirectory(const std::string& path);

  // Returns what is at `path`: 0 if nothing is.
  Number Find(absl::string_view path) const;
  // Returns the name that `path` is; its directory is 0 if it is not there.
  Name NameOf(absl::string_view path) const;
  Number At(const Name& name) const;
  bool IsDirectory(Number number) const {
    return directories_.count(number) != 0;
  }
  bool IsEmpty(Number directory) const;
  bool IsWithin(Number directory, Number outer) const;
  Number ParentOf(Number directory) const;

  void Add(Change change);
  // Adds a change of names, and looks for what it needs.
  void AddNames(Change change);
  void MakeDurable(std::set<size_t> ids);
  void AddNeeded(std::set<size_t>& ids) const;
  void AddJournal(std::set<size_t>& ids) const;

  void Apply(const Change& change, State& state) const;
  Contents ContentsOf(const State& state) const;
  void AddContents(const State& state, Number directory,
                   const std::string& path, Contents& to) const;

  // Keeps and loses what is pending from number `i` on.
  void Try(size_t i, const State& state, std::vector<bool>& kept,
           std::set<Contents>& found) const;
  // Whether a change can be kept, or lost, if of those before these are.
  bool MayKeep(size_t i, const std::vector<bool>& kept) const;
  bool MayLose(size_t i, const std::vector<bool>& kept) const;
  // Whether a journal allows that these are kept (D20).
  bool SizesHaveTheirBytes(const std::vector<bool>& kept) const;
  bool HasItsBytes(size_t i, const std::vector<bool>& kept) const;

  const DiskModelOptions options_;
  State durable_;
  State now_;
  std::vector<Change> pending_;  // in order
  std::set<Number> directories_;
  Number last_number_ = kRoot;
  size_t last_id_ = 0;
  size_t calls_ = 0;
};

// Returns "a=xyz d/= d/b=" in one line; bytes that are zero are dots.
std::string ContentsText(const DiskModel::Contents& contents);

}  // namespace orrery::storage

#endif  // ORRERY_TESTS_STORAGE_DISK_MODEL_H_
