// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0

#include "orrery/sim/loop_storage.h"

#include <utility>

namespace orrery {
namespace {

thread_local std::unique_ptr<LoopStorage> spare;

}  // namespace

std::unique_ptr<LoopStorage> LoopStorage::Take() {
  if (spare != nullptr) return std::move(spare);
  return std::make_unique<LoopStorage>();
}

void LoopStorage::GiveBack(std::unique_ptr<LoopStorage> storage) {
  storage->Clear();
  spare = std::move(storage);
}

}  // namespace orrery
