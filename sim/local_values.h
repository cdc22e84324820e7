// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0
//
// `LocalValues`: the values that task-local variables (task_local.h) have in
// one context. A copy shares them until one of the two is changed.

#ifndef ORRERY_SIM_LOCAL_VALUES_H_
#define ORRERY_SIM_LOCAL_VALUES_H_

#include <cstddef>
#include <cstdint>
#include <memory>
#include <utility>
#include <vector>

namespace orrery {

class LocalValues {
 public:
  using Value = std::shared_ptr<const void>;

  LocalValues() = default;
  LocalValues(const LocalValues& other) : table_(other.table_) {
    if (table_ != nullptr) ++table_->references;
  }
  LocalValues(LocalValues&& other) noexcept
      : table_(std::exchange(other.table_, nullptr)) {}
  LocalValues& operator=(LocalValues other) noexcept {
    std::swap(table_, other.table_);
    return *this;
  }
  ~LocalValues() { Release(table_); }

  bool empty() const { return table_ == nullptr || table_->entries.empty(); }

  // Returns the value of the variable with this number; null if it has none.
  Value Find(uint32_t variable) const {
    if (table_ == nullptr) return nullptr;
    for (const Entry& entry : table_->entries) {
      if (entry.variable == variable) return entry.value;
    }
    return nullptr;
  }

  // Gives the variable another value, or none if it is null.
  void Set(uint32_t variable, Value value) {
    MakeOwn();
    std::vector<Entry>& entries = table_->entries;
    for (size_t i = 0; i < entries.size(); ++i) {
      if (entries[i].variable != variable) continue;
      // Whatever goes with the old value goes last.
      std::swap(entries[i].value, value);
      if (entries[i].value == nullptr) {
        entries[i] = std::move(entries.back());
        entries.pop_back();
      }
      return;
    }
    if (value != nullptr) entries.push_back({variable, std::move(value)});
  }

 private:
  struct Entry {
    uint32_t variable;
    Value value;
  };
  struct Table {
    uint32_t references = 1;
    std::vector<Entry> entries;  // few
  };

  static void Release(Table* table) {
    if (table != nullptr && --table->references == 0) delete table;
  }
  void MakeOwn() {
    if (table_ == nullptr) {
      table_ = new Table;
    } else if (table_->references > 1) {
      auto* copy = new Table{1, table_->entries};
      Release(std::exchange(table_, copy));
    }
  }

  Table* table_ = nullptr;
};

}  // namespace orrery

#endif  // ORRERY_SIM_LOCAL_VALUES_H_
