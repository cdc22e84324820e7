// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0
//
// `Shared<T>`: a cell of memory that tasks share, every read and write of which
// is a declared step. Where code under test touches plain variables of several
// threads, a model of it touches `Shared` ones: the scheduler may then let
// another task go between any two accesses, and knows which of them commute.
//
//   int seen = co_await balance.Read();
//   co_await balance.Write(seen + 1);  // a lost update, found by exploring

#ifndef ORRERY_SIM_SYNC_SHARED_H_
#define ORRERY_SIM_SYNC_SHARED_H_

#include <concepts>
#include <optional>
#include <type_traits>
#include <utility>

#include "absl/strings/string_view.h"
#include "orrery/base/source_site.h"
#include "orrery/sim/operation.h"
#include "orrery/sim/sync_object.h"

namespace orrery {

template <typename T>
class Shared : public SyncObject {
 public:
  // `name` is for reports.
  explicit Shared(T value = T(), absl::string_view name = "",
                  SourceSite site = SourceSite::current())
      : SyncObject("Shared", name, site), value_(std::move(value)) {}

  class [[nodiscard]] ReadAwaiter : public OperationAwaiter<ReadAwaiter> {
   public:
    explicit ReadAwaiter(Shared* cell)
        : OperationAwaiter<ReadAwaiter>(cell, AccessKind::kRead), cell_(cell) {}

    T await_resume() const {
      ThrowIfCancelled();
      return cell_->value_;
    }

    bool CanDo() const { return true; }
    void Do(Simulation&) const {}
    WaitKind wait_kind() const { return WaitKind::kTurn; }
    WaiterList& waiters() const { return cell_->nobody_; }
    void Withdrawn(Simulation&, bool) const {}

   private:
    Shared* cell_;
  };

  class [[nodiscard]] WriteAwaiter : public OperationAwaiter<WriteAwaiter> {
   public:
    WriteAwaiter(Shared* cell, T value)
        : OperationAwaiter<WriteAwaiter>(cell, AccessKind::kWrite),
          cell_(cell),
          value_(std::move(value)) {}

    void await_resume() const { ThrowIfCancelled(); }

    bool CanDo() const { return true; }
    void Do(Simulation&) { cell_->value_ = std::move(value_); }
    WaitKind wait_kind() const { return WaitKind::kTurn; }
    WaiterList& waiters() const { return cell_->nobody_; }
    void Withdrawn(Simulation&, bool) const {}

   private:
    Shared* cell_;
    T value_;
  };

  template <typename F>
  class [[nodiscard]] UpdateAwaiter
      : public OperationAwaiter<UpdateAwaiter<F>> {
    using Result = std::invoke_result_t<F&, T&>;
    using Kept = std::conditional_t<std::is_void_v<Result>, bool, Result>;

   public:
    UpdateAwaiter(Shared* cell, F update)
        : OperationAwaiter<UpdateAwaiter<F>>(cell, AccessKind::kWrite),
          cell_(cell),
          update_(std::move(update)) {}

    Result await_resume() {
      ThrowIfCancelled();
      if constexpr (!std::is_void_v<Result>) return *std::move(result_);
    }

    bool CanDo() const { return true; }
    void Do(Simulation&) {
      if constexpr (std::is_void_v<Result>) {
        update_(cell_->value_);
      } else {
        result_.emplace(update_(cell_->value_));
      }
    }
    WaitKind wait_kind() const { return WaitKind::kTurn; }
    WaiterList& waiters() const { return cell_->nobody_; }
    void Withdrawn(Simulation&, bool) const {}

   private:
    Shared* cell_;
    F update_;
    std::optional<Kept> result_;
  };

  // One step: returns the value.
  ReadAwaiter Read() { return ReadAwaiter(this); }
  // One step: replaces the value.
  WriteAwaiter Write(T value) { return WriteAwaiter(this, std::move(value)); }

  // One step that reads and writes: calls `update` with a reference to the
  // value, and returns what it returns. The atomic read-modify-write of a
  // processor:
  //   const int before = co_await count.Update([](int& n) { return n++; });
  template <std::invocable<T&> F>
  UpdateAwaiter<F> Update(F update) {
    return UpdateAwaiter<F>(this, std::move(update));
  }

  // The value, without a step: for assertions when all is over.
  const T& Peek() const { return value_; }

 private:
  T value_;
  WaiterList nobody_;  // an access never waits
};

}  // namespace orrery

#endif  // ORRERY_SIM_SYNC_SHARED_H_
