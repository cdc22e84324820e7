// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0

#include "orrery/explorer/run_log.h"

#include <sys/mman.h>

#include <algorithm>
#include <cstring>
#include <new>
#include <utility>
#include <vector>

#include "orrery/base/check.h"

namespace orrery {
namespace {

// What a note is about: its first word.
enum : uint64_t { kPick = 1, kDraw = 2, kStep = 3, kLabel = 4 };

constexpr size_t WordsFor(size_t bytes) { return (bytes + 7) / 8; }

// Takes notes apart, one after another.
class Reader {
 public:
  Reader(const uint64_t* at, const uint64_t* end) : at_(at), end_(end) {}

  bool done() const { return at_ == end_; }
  uint64_t Next() { return *at_++; }
  Access NextAccess() {
    Access access;
    access.object = ObjectKey(Next());
    access.kind = static_cast<AccessKind>(Next());
    return access;
  }
  std::string NextText() {
    const size_t size = Next();
    std::string text(size, '\0');
    std::memcpy(text.data(), at_, size);
    at_ += WordsFor(size);
    return text;
  }

 private:
  const uint64_t* at_;
  const uint64_t* end_;
};

// Puts the record together from its notes.
class Builder {
 public:
  explicit Builder(DetailedRun& record) : record_(record) {}

  void TakePick(Reader& from) {
    const uint64_t n = from.Next();
    const uint64_t chosen = from.Next();
    RecordedPick pick;
    pick.choice = record_.schedule.choices.size();
    pick.step = from.Next();
    pick.next = from.NextAccess();
    pick.ran = EntityId(from.Next());
    const uint64_t kept = from.Next();
    for (uint64_t i = 0; i < kept; ++i) {
      pick.candidates.emplace_back(from.Next());
    }
    record_.picks.push_back(std::move(pick));
    record_.schedule.Add(
        {.kind = ChoiceKind::kNextEntity, .n = n, .chosen = chosen});
  }

  void TakeDraw(Reader& from) {
    RecordedDraw draw;
    draw.choice = record_.schedule.choices.size();
    draw.drawn.kind = static_cast<ChoiceKind>(from.Next());
    draw.n = from.Next();
    draw.drawn.value = from.Next();
    draw.span = SpanId(static_cast<uint32_t>(from.Next()));
    draw.drawn.entity = EntityId(from.Next());
    draw.drawn.ordinal = from.Next();
    draw.drawn.site = labels_[from.Next()];
    record_.schedule.Add({.kind = draw.drawn.kind,
                          .n = draw.n,
                          .chosen = draw.drawn.value,
                          .site = draw.drawn.site,
                          .span = draw.span});
    record_.draws.push_back(std::move(draw));
  }

  void TakeStep(Reader& from) {
    RecordedStep step;
    step.entity = EntityId(from.Next());
    step.forced = from.Next() != 0;
    const uint64_t accesses = from.Next();
    for (uint64_t i = 0; i < accesses; ++i) {
      step.accesses.push_back(from.NextAccess());
    }
    const uint64_t readied = from.Next();
    for (uint64_t i = 0; i < readied; ++i) {
      Readied other;
      other.id = EntityId(from.Next());
      other.created = from.Next() != 0;
      step.readied.push_back(other);
    }
    record_.steps.push_back(std::move(step));
  }

  void TakeLabel(Reader& from) { labels_.push_back(from.NextText()); }

 private:
  DetailedRun& record_;
  std::vector<std::string> labels_ = {""};
};

}  // namespace

RunLog::RunLog(size_t words) : capacity_(words) {
  void* const memory =
      ::mmap(nullptr, sizeof(Head) + capacity_ * 8, PROT_READ | PROT_WRITE,
             MAP_SHARED | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  ORRERY_CHECK(memory != MAP_FAILED,
               "there is no memory to record a run in that is to be shrunk");
  head_ = new (memory) Head();
}

RunLog::~RunLog() { ::munmap(head_, sizeof(Head) + capacity_ * 8); }

void RunLog::Begin() {
  head_->used.store(0, std::memory_order_relaxed);
  head_->full.store(0, std::memory_order_relaxed);
  labels_.clear();
}

uint64_t* RunLog::Reserve(size_t count) {
  const uint64_t used = head_->used.load(std::memory_order_relaxed);
  if (head_->full.load(std::memory_order_relaxed) != 0) return nullptr;
  if (capacity_ - used < count) {
    head_->full.store(1, std::memory_order_release);
    return nullptr;
  }
  return reinterpret_cast<uint64_t*>(head_ + 1) + used;
}

void RunLog::Publish(const uint64_t* end) {
  head_->used.store(static_cast<uint64_t>(end - words()),
                    std::memory_order_release);
}

void RunLog::AddPick(Candidates ready, uint64_t step, size_t chosen) {
  const size_t kept = std::min(ready.size(), RecordedPick::kMaxCandidates);
  uint64_t* at = Reserve(8 + kept);
  if (at == nullptr) return;
  *at++ = kPick;
  *at++ = ready.size();
  *at++ = chosen;
  *at++ = step;
  *at++ = ready[0]->object.value;
  *at++ = static_cast<uint64_t>(ready[0]->access_kind);
  *at++ = ready[chosen]->id.value;
  *at++ = kept;
  for (size_t i = 0; i < kept; ++i) *at++ = ready[i]->id.value;
  Publish(at);
}

uint32_t RunLog::NumberOf(absl::string_view label) {
  if (label.empty()) return 0;
  const auto [found, is_new] = labels_.try_emplace(
      std::string(label), static_cast<uint32_t>(labels_.size()) + 1);
  if (is_new) {
    uint64_t* at = Reserve(2 + WordsFor(label.size()));
    if (at != nullptr) {
      *at++ = kLabel;
      *at++ = label.size();
      std::memcpy(at, label.data(), label.size());
      Publish(at + WordsFor(label.size()));
    }
  }
  return found->second;
}

void RunLog::AddDraw(const ChoicePoint& where, uint64_t ordinal,
                     uint64_t value) {
  const uint32_t label = NumberOf(where.site);
  uint64_t* at = Reserve(8);
  if (at == nullptr) return;
  *at++ = kDraw;
  *at++ = static_cast<uint64_t>(where.kind);
  *at++ = where.n;
  *at++ = value;
  *at++ = where.span.value;
  *at++ = where.entity.value;
  *at++ = ordinal;
  *at++ = label;
  Publish(at);
}

void RunLog::AddStep(const StepInfo& step) {
  uint64_t* at =
      Reserve(5 + 2 * step.accesses.size() + 2 * step.readied.size());
  if (at == nullptr) return;
  *at++ = kStep;
  *at++ = step.id.value;
  *at++ = step.forced ? 1 : 0;
  *at++ = step.accesses.size();
  for (const Access& access : step.accesses) {
    *at++ = access.object.value;
    *at++ = static_cast<uint64_t>(access.kind);
  }
  *at++ = step.readied.size();
  for (const Readied& other : step.readied) {
    *at++ = other.id.value;
    *at++ = other.created ? 1 : 0;
  }
  Publish(at);
}

DetailedRun RunLog::Read(bool ordered) const {
  DetailedRun record;
  record.schedule.ordered = ordered;
  record.complete = head_->full.load(std::memory_order_acquire) == 0;
  Builder builder(record);
  Reader from(words(), words() + head_->used.load(std::memory_order_acquire));
  while (!from.done()) {
    switch (from.Next()) {
      case kPick:
        builder.TakePick(from);
        break;
      case kDraw:
        builder.TakeDraw(from);
        break;
      case kStep:
        builder.TakeStep(from);
        break;
      case kLabel:
        builder.TakeLabel(from);
        break;
      default:
        ORRERY_CHECK(false, "the record of a run was overwritten");
    }
  }
  return record;
}

SchedulerTraits WatchedScheduler::traits() const {
  SchedulerTraits traits = policy_->traits();
  traits.observes_steps = traits.orders;
  return traits;
}

void WatchedScheduler::BeginRun(const RunInfo& run) {
  log_->Begin();
  steps_.Clear();
  ordinals_.Clear();
  policy_->BeginRun(run);
}

size_t WatchedScheduler::PickNext(const ChoicePoint& where, Candidates ready) {
  const size_t chosen = policy_->PickNext(where, ready);
  if (chosen < ready.size()) {
    log_->AddPick(ready, steps_.Of(ready[0]->id), chosen);
  }
  return chosen;
}

uint64_t WatchedScheduler::Draw(const ChoicePoint& where) {
  const uint64_t value = policy_->Draw(where);
  if (value < where.n) {
    log_->AddDraw(where, ordinals_.Next(where.entity, where.kind, where.site),
                  value);
  }
  return value;
}

void WatchedScheduler::OnStep(const StepInfo& step) {
  if (!step.forced) steps_.Count(step.id);
  log_->AddStep(step);
  if (wants_steps_) policy_->OnStep(step);
}

}  // namespace orrery
