// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0
//
// What is pending, and what a power cut leaves of it. The calls are in
// disk_model.cc.

#include <cstddef>
#include <cstdint>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "orrery/tests/storage/disk_model.h"

namespace orrery::storage {

// ---- Changes ----------------------------------------------------------------

void DiskModel::Add(Change change) {
  change.id = ++last_id_;
  change.call = calls_;
  Apply(change, now_);
  pending_.push_back(std::move(change));
}

void DiskModel::AddNames(Change change) {
  for (const Change& earlier : pending_) {
    for (const auto& [name, number] : earlier.names) {
      if (change.names.count(name) != 0) change.needs.insert(earlier.id);
    }
  }
  Add(std::move(change));
}

void DiskModel::MakeDurable(std::set<size_t> ids) {
  if (options_.journaled) AddJournal(ids);
  AddNeeded(ids);
  std::vector<Change> left;
  for (Change& change : pending_) {
    if (ids.count(change.id) != 0) {
      Apply(change, durable_);
    } else {
      left.push_back(std::move(change));
    }
  }
  pending_ = std::move(left);
}

void DiskModel::AddNeeded(std::set<size_t>& ids) const {
  for (size_t i = pending_.size(); i > 0; --i) {
    const Change& change = pending_[i - 1];
    if (ids.count(change.id) != 0) {
      ids.insert(change.needs.begin(), change.needs.end());
    }
  }
}

void DiskModel::AddJournal(std::set<size_t>& ids) const {
  std::set<Number> files;  // that are cut later
  for (size_t i = pending_.size(); i > 0; --i) {
    const Change& change = pending_[i - 1];
    if (change.cut) files.insert(change.file);
    if (change.file == 0 || files.count(change.file) != 0) {
      ids.insert(change.id);
    }
  }
}

void DiskModel::Apply(const Change& change, State& state) const {
  for (const auto& [name, number] : change.names) {
    if (number == 0) {
      state.names.erase(name);
    } else {
      state.names[name] = number;
    }
  }
  if (change.file == 0) return;
  Bytes& file = state.files[change.file];
  if (!change.size.has_value()) {
    file.sectors[change.sector] = change.bytes;
    return;
  }
  file.size = *change.size;
  if (!change.cut) return;
  for (auto& [sector, bytes] : file.sectors) {
    for (uint64_t i = 0; i < bytes.size(); ++i) {
      if (sector * options_.sector_size + i >= file.size) bytes[i] = '\0';
    }
  }
}

DiskModel::Contents DiskModel::ContentsOf(const State& state) const {
  Contents contents;
  AddContents(state, kRoot, "", contents);
  return contents;
}

void DiskModel::AddContents(const State& state, Number directory,
                            const std::string& path, Contents& to) const {
  for (const auto& [name, number] : state.names) {
    if (name.directory != directory) continue;
    const std::string inner = path + name.name;
    if (IsDirectory(number)) {
      to[inner + "/"] = "";
      AddContents(state, number, inner + "/", to);
      continue;
    }
    std::string& all = to[inner];
    const auto file = state.files.find(number);
    if (file == state.files.end()) continue;
    all.resize(file->second.size);
    for (const auto& [sector, bytes] : file->second.sectors) {
      for (uint64_t i = 0; i < bytes.size(); ++i) {
        const uint64_t at = sector * options_.sector_size + i;
        if (at < all.size()) all[at] = bytes[i];
      }
    }
  }
}

// ---- Power cuts -------------------------------------------------------------

std::set<DiskModel::Contents> DiskModel::AfterPowerCut() const {
  std::set<Contents> found;
  std::vector<bool> kept;
  Try(0, durable_, kept, found);
  return found;
}

void DiskModel::Try(size_t i, const State& state, std::vector<bool>& kept,
                    std::set<Contents>& found) const {
  if (i == pending_.size()) {
    if (!options_.journaled || SizesHaveTheirBytes(kept)) {
      found.insert(ContentsOf(state));
    }
    return;
  }
  if (MayLose(i, kept)) {
    kept.push_back(false);
    Try(i + 1, state, kept, found);
    kept.pop_back();
  }
  if (MayKeep(i, kept)) {
    State with = state;
    Apply(pending_[i], with);
    kept.push_back(true);
    Try(i + 1, with, kept, found);
    kept.pop_back();
  }
}

bool DiskModel::MayKeep(size_t i, const std::vector<bool>& kept) const {
  const Change& change = pending_[i];
  const bool journaled = options_.journaled && (change.file == 0 || change.cut);
  for (size_t j = 0; j < i; ++j) {
    if (kept[j]) continue;
    const Change& lost = pending_[j];
    if (!options_.reordered) return false;
    if (change.needs.count(lost.id) != 0) return false;
    if (lost.cut && lost.file == change.file) return false;
    if (!options_.torn && lost.call == change.call) return false;
    if (journaled && (lost.file == 0 || lost.cut)) return false;
  }
  return true;
}

bool DiskModel::MayLose(size_t i, const std::vector<bool>& kept) const {
  if (options_.torn) return true;
  for (size_t j = 0; j < i; ++j) {
    if (kept[j] && pending_[j].call == pending_[i].call) return false;
  }
  return true;
}

bool DiskModel::SizesHaveTheirBytes(const std::vector<bool>& kept) const {
  std::set<Number> sized;  // by something newer
  for (size_t i = pending_.size(); i > 0; --i) {
    const Change& size = pending_[i - 1];
    if (!kept[i - 1] || !size.size.has_value()) continue;
    if (!sized.insert(size.file).second || size.cut) continue;
    if (!HasItsBytes(i - 1, kept)) return false;
  }
  return true;
}

bool DiskModel::HasItsBytes(size_t i, const std::vector<bool>& kept) const {
  const Number file = pending_[i].file;
  const auto durable = durable_.files.find(file);
  uint64_t base = durable == durable_.files.end() ? 0 : durable->second.size;
  size_t first = 0;  // behind the last cut
  for (size_t j = 0; j < i; ++j) {
    if (!pending_[j].cut || pending_[j].file != file) continue;
    base = *pending_[j].size;
    first = j + 1;
  }
  for (size_t j = first; j < i; ++j) {
    const Change& part = pending_[j];
    if (part.file != file || part.size.has_value()) continue;
    if ((part.sector + 1) * options_.sector_size <= base) continue;
    bool there = false;
    for (size_t k = j; k < pending_.size(); ++k) {
      const Change& newer = pending_[k];
      there = there || (kept[k] && newer.file == file &&
                        !newer.size.has_value() && newer.sector == part.sector);
    }
    if (!there) return false;
  }
  return true;
}

std::string ContentsText(const DiskModel::Contents& contents) {
  std::string text;
  for (const auto& [path, bytes] : contents) {
    absl::StrAppend(&text, text.empty() ? "" : " ", path, "=");
    for (const char byte : bytes) text.push_back(byte == '\0' ? '.' : byte);
  }
  return text;
}

}  // namespace orrery::storage
