// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0

#include <cstddef>
#include <cstdint>
#include <deque>

#include "orrery/sim/sync/shared.h"
#include "orrery/sim/task.h"
#include "orrery/tests/corpus/programs.h"
#include "orrery/tests/corpus/steps.h"

namespace orrery::corpus {
namespace {

Task<> Double(Shared<uint64_t>* x, uint64_t plus) {
  for (int i = 0; i < 5; ++i) {
    co_await x->Update([&plus](uint64_t& value) { value = 2 * value + plus; });
  }
}

Task<> CopyNext(Shared<int>* from, Shared<int>* to) {
  const int value = co_await from->Read();
  co_await to->Write(value + 1);
}

Task<> FindLastZero(std::deque<Shared<int>>* cells) {
  for (size_t i = cells->size() - 1;; --i) {
    const int value = co_await (*cells)[i].Read();
    if (value == 0) co_return;
  }
}

Task<> Store(Shared<int>* cell) { co_await cell->Write(1); }

Task<> Look(Shared<int>* cell) { co_await cell->Read(); }

}  // namespace

Task<> DoublingToy(uint64_t* result) {
  Shared<uint64_t> x(1, "x");
  Crew crew;
  co_await crew.Turn();
  crew.Spawn(Double, &x, uint64_t{0});
  co_await crew.Turn();
  crew.Spawn(Double, &x, uint64_t{1});
  co_await crew.Join();
  if (result != nullptr) *result = x.Peek();
}

Task<> LastZero(int writers) {
  std::deque<Shared<int>> cells;
  for (int i = 0; i <= writers; ++i) cells.emplace_back(0, "cell");
  Crew crew;
  co_await crew.Turn();
  crew.Spawn(FindLastZero, &cells);
  for (int i = 0; i < writers; ++i) {
    Shared<int>* from = &cells[static_cast<size_t>(i)];
    Shared<int>* to = &cells[static_cast<size_t>(i) + 1];
    co_await crew.Turn();
    crew.Spawn(CopyNext, from, to);
  }
  co_await crew.Join();
}

Task<> Readers(int readers) {
  Shared<int> cell(0, "cell");
  Crew crew;
  co_await crew.Turn();
  crew.Spawn(Store, &cell);
  for (int i = 0; i < readers; ++i) {
    co_await crew.Turn();
    crew.Spawn(Look, &cell);
  }
  co_await crew.Join();
}

}  // namespace orrery::corpus
