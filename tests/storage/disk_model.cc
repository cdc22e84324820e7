// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0

#include "orrery/tests/storage/disk_model.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "orrery/sim/disk/disk_faults.h"
#include "orrery/tests/storage/disk_script.h"

namespace orrery::storage {

DiskModel::DiskModel(DiskModelOptions options) : options_(options) {
  directories_.insert(kRoot);
}

// ---- Calls ------------------------------------------------------------------

absl::StatusCode DiskModel::Do(const DiskCall& call) {
  ++calls_;
  switch (call.what) {
    case DiskOperation::kOpen:
      return DoOpen(call.path);
    case DiskOperation::kWrite:
      return DoWrite(call);
    case DiskOperation::kTruncate:
      return DoTruncate(call);
    case DiskOperation::kSync:
      return DoSync(call);
    case DiskOperation::kRename:
      return DoRename(call);
    case DiskOperation::kUnlink:
      return DoUnlink(call.path, /*directory=*/false);
    case DiskOperation::kMakeDirectory:
      return DoMakeDirectory(call.path);
    case DiskOperation::kRemoveDirectory:
      return DoUnlink(call.path, /*directory=*/true);
    case DiskOperation::kSyncDirectory:
      return DoSyncDirectory(call.path);
    default:
      return absl::StatusCode::kInvalidArgument;
  }
}

absl::StatusCode DiskModel::DoOpen(const std::string& path) {
  const Name name = NameOf(path);
  if (name.directory == 0) return absl::StatusCode::kNotFound;
  const Number there = At(name);
  if (IsDirectory(there)) return absl::StatusCode::kFailedPrecondition;
  if (there != 0) return absl::StatusCode::kOk;
  Change made;
  made.names[name] = ++last_number_;
  AddNames(made);
  return absl::StatusCode::kOk;
}

absl::StatusCode DiskModel::DoMakeDirectory(const std::string& path) {
  const Name name = NameOf(path);
  if (name.directory == 0) return absl::StatusCode::kNotFound;
  if (At(name) != 0) return absl::StatusCode::kAlreadyExists;
  directories_.insert(++last_number_);
  Change made;
  made.names[name] = last_number_;
  made.moved_or_made = last_number_;
  AddNames(made);
  return absl::StatusCode::kOk;
}

absl::StatusCode DiskModel::DoUnlink(const std::string& path, bool directory) {
  const Name name = NameOf(path);
  const Number there = At(name);
  if (there == 0) return absl::StatusCode::kNotFound;
  if (IsDirectory(there) != directory || !IsEmpty(there)) {
    return absl::StatusCode::kFailedPrecondition;
  }
  Change gone;
  gone.names[name] = 0;
  // It was emptied before.
  for (const Change& change : pending_) {
    for (const auto& [touched, number] : change.names) {
      if (touched.directory == there) gone.needs.insert(change.id);
    }
  }
  AddNames(gone);
  return absl::StatusCode::kOk;
}

absl::StatusCode DiskModel::DoRename(const DiskCall& call) {
  const Name from = NameOf(call.path);
  const Name to = NameOf(call.to);
  const Number moved = At(from);
  const Number replaced = At(to);
  if (moved == 0 || to.directory == 0) return absl::StatusCode::kNotFound;
  if (from == to) return absl::StatusCode::kOk;
  if (IsWithin(to.directory, moved)) return absl::StatusCode::kInvalidArgument;
  if (replaced != 0 &&
      (IsDirectory(moved) != IsDirectory(replaced) || !IsEmpty(replaced))) {
    return absl::StatusCode::kFailedPrecondition;
  }
  Change change;
  change.names[from] = 0;
  change.names[to] = moved;
  if (from.directory != to.directory) {
    for (const Change& earlier : pending_) {
      if (earlier.moved_or_made != 0 &&
          IsWithin(to.directory, earlier.moved_or_made)) {
        change.needs.insert(earlier.id);
      }
    }
  }
  if (IsDirectory(moved)) change.moved_or_made = moved;
  // A directory that is replaced was emptied before.
  for (const Change& earlier : pending_) {
    for (const auto& [touched, number] : earlier.names) {
      if (replaced != 0 && touched.directory == replaced) {
        change.needs.insert(earlier.id);
      }
    }
  }
  AddNames(change);
  return absl::StatusCode::kOk;
}

absl::StatusCode DiskModel::DoWrite(const DiskCall& call) {
  const Number file = Find(call.path);
  if (file == 0) return absl::StatusCode::kNotFound;
  if (IsDirectory(file)) return absl::StatusCode::kFailedPrecondition;
  const uint64_t end = call.offset + call.bytes.size();
  const uint64_t sector_size = options_.sector_size;
  // As readers see them afterwards.
  std::map<uint64_t, std::string> sectors;
  for (uint64_t at = call.offset; at < end; ++at) {
    const uint64_t sector = at / sector_size;
    if (sectors.count(sector) == 0) {
      const Bytes& bytes = now_.files[file];
      const auto found = bytes.sectors.find(sector);
      sectors[sector] = found != bytes.sectors.end()
                            ? found->second
                            : std::string(sector_size, '\0');
    }
    sectors[sector][at % sector_size] = call.bytes[at - call.offset];
  }
  for (const auto& [sector, bytes] : sectors) {
    Change part;
    part.file = file;
    part.sector = sector;
    part.bytes = bytes;
    Add(part);
  }
  if (end > now_.files[file].size) {
    Change longer;
    longer.file = file;
    longer.size = end;
    Add(longer);
  }
  return absl::StatusCode::kOk;
}

absl::StatusCode DiskModel::DoTruncate(const DiskCall& call) {
  const Number file = Find(call.path);
  if (file == 0) return absl::StatusCode::kNotFound;
  if (IsDirectory(file)) return absl::StatusCode::kFailedPrecondition;
  const uint64_t size = now_.files[file].size;
  if (call.offset == size) return absl::StatusCode::kOk;
  Change change;
  change.file = file;
  change.size = call.offset;
  change.cut = call.offset < size;
  Add(change);
  return absl::StatusCode::kOk;
}

absl::StatusCode DiskModel::DoSync(const DiskCall& call) {
  const Number file = Find(call.path);
  if (file == 0) return absl::StatusCode::kNotFound;
  if (IsDirectory(file)) return absl::StatusCode::kFailedPrecondition;
  if (call.fails) {
    // The bytes are believed to be durable.
    pending_.erase(std::remove_if(pending_.begin(), pending_.end(),
                                  [file](const Change& change) {
                                    return change.file == file &&
                                           !change.size.has_value();
                                  }),
                   pending_.end());
    return absl::StatusCode::kDataLoss;
  }
  std::set<size_t> ids;
  for (const Change& change : pending_) {
    if (change.file == file) ids.insert(change.id);
  }
  MakeDurable(ids);
  return absl::StatusCode::kOk;
}

absl::StatusCode DiskModel::DoSyncDirectory(const std::string& path) {
  const Number directory = Find(path);
  if (directory == 0) return absl::StatusCode::kNotFound;
  if (!IsDirectory(directory)) return absl::StatusCode::kFailedPrecondition;
  std::set<size_t> ids;
  for (const Change& change : pending_) {
    for (const auto& [name, number] : change.names) {
      if (name.directory == directory) ids.insert(change.id);
    }
  }
  MakeDurable(ids);
  return absl::StatusCode::kOk;
}

// ---- Names ------------------------------------------------------------------

DiskModel::Name DiskModel::NameOf(absl::string_view path) const {
  Name name;
  name.directory = kRoot;
  for (;;) {
    const size_t slash = path.find('/');
    name.name = std::string(path.substr(0, slash));
    if (slash == absl::string_view::npos) return name;
    name.directory = At(name);
    if (!IsDirectory(name.directory)) return {};
    path.remove_prefix(slash + 1);
  }
}

DiskModel::Number DiskModel::At(const Name& name) const {
  const auto found = now_.names.find(name);
  return found == now_.names.end() ? 0 : found->second;
}

DiskModel::Number DiskModel::Find(absl::string_view path) const {
  return path.empty() ? kRoot : At(NameOf(path));
}

bool DiskModel::IsEmpty(Number directory) const {
  for (const auto& [name, number] : now_.names) {
    if (name.directory == directory) return false;
  }
  return true;
}

DiskModel::Number DiskModel::ParentOf(Number directory) const {
  for (const auto& [name, number] : now_.names) {
    if (number == directory) return name.directory;
  }
  return 0;
}

bool DiskModel::IsWithin(Number directory, Number outer) const {
  while (directory != 0 && directory != outer) directory = ParentOf(directory);
  return directory == outer;
}

}  // namespace orrery::storage
