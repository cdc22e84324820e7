// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0

#include "orrery/explorer/choice_log.h"

#include <sys/mman.h>

#include <algorithm>
#include <cstring>
#include <new>
#include <vector>

#include "orrery/base/check.h"

namespace orrery {
namespace {

// The first byte of a choice: its kind, and what follows beside its numbers.
constexpr uint8_t kHasLabel = 8;
constexpr uint8_t kHasSpan = 16;
// What a choice takes at most, but for the text of a label.
constexpr size_t kReserve = 64;
// More than this is given back to the system once it has been read.
constexpr uint64_t kKeepBytes = uint64_t{1} << 20;

char* PutVarint(char* at, uint64_t value) {
  while (value >= 0x80) {
    *at++ = static_cast<char>(value | 0x80);
    value >>= 7;
  }
  *at++ = static_cast<char>(value);
  return at;
}

uint64_t TakeVarint(const char*& at) {
  uint64_t value = 0;
  for (int shift = 0;; shift += 7) {
    const uint8_t byte = static_cast<uint8_t>(*at++);
    value |= uint64_t{byte & 0x7fu} << shift;
    if (byte < 0x80) return value;
  }
}

}  // namespace

ChoiceLog::ChoiceLog(size_t bytes) : capacity_(std::max<size_t>(bytes, 4096)) {
  void* const memory =
      ::mmap(nullptr, sizeof(Head) + capacity_, PROT_READ | PROT_WRITE,
             MAP_SHARED | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  ORRERY_CHECK(memory != MAP_FAILED,
               "there is no memory to record the choices of a run in");
  head_ = new (memory) Head();
}

ChoiceLog::~ChoiceLog() { ::munmap(head_, sizeof(Head) + capacity_); }

void ChoiceLog::Begin() {
  if (head_->end.load(std::memory_order_relaxed) > kKeepBytes) {
    ::madvise(head_, sizeof(Head) + capacity_, MADV_REMOVE);
  }
  head_->count.store(0, std::memory_order_relaxed);
  head_->kept.store(0, std::memory_order_relaxed);
  head_->end.store(0, std::memory_order_relaxed);
  head_->last_time = 0;
  head_->last_step = 0;
  head_->policy_size = 0;
  if (!labels_.empty()) labels_.clear();
  recent_label_ = {};
}

void ChoiceLog::SetPolicy(absl::string_view spec) {
  spec = spec.substr(0, kMaxPolicy);
  std::memcpy(head_->policy, spec.data(), spec.size());
  head_->policy_size = static_cast<uint32_t>(spec.size());
}

absl::string_view ChoiceLog::policy() const {
  return {head_->policy, head_->policy_size};
}

char* ChoiceLog::PutLabel(char* at, absl::string_view label) {
  // Labels live as long as the run: the same place is the same text.
  const bool recent = label.data() == recent_label_.data() &&
                      label.size() == recent_label_.size();
  if (!recent) {
    const auto [found, is_new] = labels_.try_emplace(
        std::string(label), static_cast<uint32_t>(labels_.size()) + 1);
    recent_label_ = label;
    recent_number_ = found->second;
    if (is_new) {
      at = PutVarint(at, 0);
      at = PutVarint(at, label.size());
      std::memcpy(at, label.data(), label.size());
      return at + label.size();
    }
  }
  return PutVarint(at, recent_number_);
}

void ChoiceLog::Add(const Choice& choice, SimTime now, uint64_t step) {
  head_->last_time = now.ns;
  head_->last_step = step;
  const uint64_t count = head_->count.load(std::memory_order_relaxed) + 1;
  const uint64_t end = head_->end.load(std::memory_order_relaxed);
  if (end + kReserve + choice.site.size() > capacity_ ||
      head_->kept.load(std::memory_order_relaxed) + 1 != count) {
    head_->count.store(count, std::memory_order_release);
    return;
  }
  char* at = bytes() + end;
  *at++ = static_cast<char>(static_cast<uint8_t>(choice.kind) |
                            (choice.site.empty() ? 0 : kHasLabel) |
                            (choice.span ? kHasSpan : 0));
  at = PutVarint(at, choice.n);
  at = PutVarint(at, choice.chosen);
  if (!choice.site.empty()) at = PutLabel(at, choice.site);
  if (choice.span) at = PutVarint(at, choice.span.value);
  // In this order, for a reader that comes after the writer was killed.
  head_->end.store(static_cast<uint64_t>(at - bytes()),
                   std::memory_order_release);
  head_->kept.store(count, std::memory_order_release);
  head_->count.store(count, std::memory_order_release);
}

Schedule ChoiceLog::ToSchedule(bool ordered) const {
  Schedule schedule;
  schedule.ordered = ordered;
  std::vector<absl::string_view> labels = {""};
  const char* at = bytes();
  for (uint64_t i = kept(); i > 0; --i) {
    const uint8_t first = static_cast<uint8_t>(*at++);
    Choice choice;
    choice.kind = static_cast<ChoiceKind>(first & 7);
    choice.n = TakeVarint(at);
    choice.chosen = TakeVarint(at);
    if ((first & kHasLabel) != 0) {
      const uint64_t number = TakeVarint(at);
      if (number == 0) {
        const uint64_t size = TakeVarint(at);
        labels.push_back({at, size});
        at += size;
        choice.site = labels.back();
      } else {
        choice.site = labels[number];
      }
    }
    if ((first & kHasSpan) != 0) {
      choice.span = SpanId(static_cast<uint32_t>(TakeVarint(at)));
    }
    schedule.Add(choice);
  }
  return schedule;
}

}  // namespace orrery
