// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0

#include "orrery/sim/loop_storage.h"

#include <algorithm>
#include <string>
#include <utility>

namespace orrery {
namespace {

thread_local std::unique_ptr<LoopStorage> spare;

}  // namespace

void TaskTable::Grow() {
  const uint32_t capacity = std::max<uint32_t>(64, 2 * capacity_);
  auto larger = std::make_unique_for_overwrite<TaskState*[]>(capacity);
  std::copy_n(tasks_.get(), end_, larger.get());
  tasks_ = std::move(larger);
  capacity_ = capacity;
}

void TaskTable::Compact() {
  uint32_t kept = 0;
  for (TaskState* task : tasks()) {
    if (task == nullptr) continue;
    task->slot = kept;
    tasks_[kept++] = task;
  }
  end_ = kept;
}

const SpawnOrigin* OriginTable::Add(absl::string_view name,
                                    const SourceSite& site) {
  origins_.push_back({std::string(name), site});
  return &origins_.back();
}

void OriginTable::Trim() {
  if (origins_.size() <= kKept) return;
  origins_.clear();
  for (Recent& cached : recent_) cached = {};
}

absl::string_view LabelTable::Find(absl::string_view label, TextArena& text) {
  for (absl::string_view known : labels_) {
    if (known == label) return known;
  }
  const absl::string_view kept = text.Copy(label);
  if (labels_.size() < kKept) labels_.push_back(kept);
  return kept;
}

std::unique_ptr<LoopStorage> LoopStorage::Take() {
  if (spare != nullptr) return std::move(spare);
  return std::make_unique<LoopStorage>();
}

void LoopStorage::GiveBack(std::unique_ptr<LoopStorage> storage) {
  storage->Clear();
  spare = std::move(storage);
}

}  // namespace orrery
