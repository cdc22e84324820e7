// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0

#include "orrery/scheduler/model_program.h"

#include <algorithm>
#include <utility>

#include "orrery/base/check.h"
#include "orrery/base/choice.h"
#include "orrery/base/trace_event.h"

namespace orrery {
namespace {

constexpr EntityId kModelRoot{0x6d6f64656c000000u};
constexpr uint64_t kFirstOrder = uint64_t{1} << 32;

}  // namespace

// ---- The program ------------------------------------------------------------

ModelThread& ModelThread::Add(Operation operation) {
  operations_.push_back(std::move(operation));
  return *this;
}

ModelThread& ModelThread::Read(size_t variable, ModelEffect effect) {
  return Add({.kind = Kind::kAccess,
              .access = AccessKind::kRead,
              .target = variable,
              .effect = std::move(effect)});
}

ModelThread& ModelThread::Write(size_t variable, ModelEffect effect) {
  return Add({.kind = Kind::kAccess,
              .access = AccessKind::kWrite,
              .target = variable,
              .effect = std::move(effect)});
}

ModelThread& ModelThread::Local(ModelEffect effect) {
  return Add({.kind = Kind::kLocal,
              .access = AccessKind::kWrite,
              .effect = std::move(effect)});
}

ModelThread& ModelThread::Plain(ModelEffect effect) {
  return Add({.kind = Kind::kPlain, .effect = std::move(effect)});
}

ModelThread& ModelThread::Lock(size_t lock) {
  return Add(
      {.kind = Kind::kLock, .access = AccessKind::kLock, .target = lock});
}

ModelThread& ModelThread::Unlock(size_t lock, ModelEffect effect) {
  return Add({.kind = Kind::kUnlock,
              .access = AccessKind::kUnlock,
              .target = lock,
              .effect = std::move(effect)});
}

ModelThread& ModelThread::Spawn(size_t child) {
  return Add(
      {.kind = Kind::kSpawn, .access = AccessKind::kSignal, .target = child});
}

ModelThread& ModelThread::Join(size_t child) {
  return Add(
      {.kind = Kind::kJoin, .access = AccessKind::kWait, .target = child});
}

ModelThread& ModelThread::Yield() { return Add({.kind = Kind::kYield}); }

ModelThread& ModelThread::Draw(uint64_t n, size_t local) {
  return Add({.kind = Kind::kDraw, .target = local, .n = n});
}

size_t ModelProgram::Variable(int64_t initial) {
  initial_.push_back(initial);
  return initial_.size() - 1;
}

size_t ModelProgram::Lock() { return locks_++; }

size_t ModelProgram::Thread() {
  threads_.emplace_back();
  return threads_.size() - 1;
}

ModelProgram& ModelProgram::SpawnAll() {
  for (size_t t = 1; t < threads_.size(); ++t) threads_[0].Spawn(t);
  return *this;
}

ModelProgram& ModelProgram::JoinAll() {
  for (size_t t = 1; t < threads_.size(); ++t) threads_[0].Join(t);
  return *this;
}

// ---- The runner -------------------------------------------------------------

ModelRunner::ModelRunner(const ModelProgram& program, ModelOptions options)
    : program_(program), options_(options) {
  for (size_t v = 0; v < program.initial_.size(); ++v) {
    variable_keys_.push_back(ChildObject(kModelRoot, static_cast<uint32_t>(v)));
  }
  for (size_t l = 0; l < program.locks_; ++l) {
    lock_keys_.push_back(
        ChildObject(kModelRoot, static_cast<uint32_t>(1'000'000 + l)));
  }
  candidates_.resize(program.threads());
}

void ModelRunner::Reset(Scheduler& scheduler, const RunInfo& info) {
  scheduler_ = &scheduler;
  traits_ = scheduler.traits();
  state_.variables_ = program_.initial_;
  state_.locals_.assign(program_.threads() * 4, 0);
  state_.failed_ = false;
  states_.resize(program_.threads());
  for (ThreadState& thread : states_) {
    thread.status = Status::kNew;
    thread.next = 0;
    thread.children = 0;
    thread.joiners.clear();
  }
  locks_.resize(program_.locks_);
  for (LockState& lock : locks_) {
    lock.taken = false;
    lock.waiters.clear();
    lock.first = 0;
  }
  ready_.clear();
  back_ = kFirstOrder;
  readied_.clear();
  result_ = {};
  schedule_.clear();
  picks_.clear();
  scheduler.BeginRun(info);
  candidates_[0].id = ChildEntity(kModelRoot, 0);
  candidates_[0].task = TaskId(1);
  MakeReady(0, /*created=*/true);
}

ModelResult ModelRunner::Run(Scheduler& scheduler, const RunInfo& info) {
  Reset(scheduler, info);
  size_t last = 0;
  while (!ready_.empty() && !Stops() && result_.steps < options_.max_steps) {
    size_t index = 0;
    result_.max_ready = std::max<uint64_t>(result_.max_ready, ready_.size());
    if (ready_.size() > 1 && traits_.orders) {
      index = scheduler.PickNext({.n = ready_.size(),
                                  .task = TaskId(static_cast<uint32_t>(last)),
                                  .step = result_.steps},
                                 ready_);
      ORRERY_CHECK(index < ready_.size(), "the policy chose out of range");
      picks_.push_back(static_cast<uint32_t>(index));
      ++result_.choices;
    }
    const size_t thread = Take(index);
    last = thread + 1;
    Step(thread);
    if (options_.waiting_is_disabled) EnableAndDisable();
  }
  result_.failed = state_.failed_;
  Outcome outcome = Outcome::kCompleted;
  if (Stops()) {
    outcome = Outcome::kFailed;
  } else if (!ready_.empty()) {
    outcome = Outcome::kStepLimit;
  } else {
    for (const ThreadState& thread : states_) {
      if (thread.status == Status::kWaiting ||
          thread.status == Status::kDisabled) {
        result_.deadlock = true;
      }
    }
    if (result_.deadlock) outcome = Outcome::kDeadlock;
  }
  next_run_ = scheduler.EndRun(
      {.outcome = outcome, .steps = result_.steps, .choices = picks_.size()});
  return result_;
}

void ModelRunner::MakeReady(size_t thread, bool created, bool front) {
  Candidate& candidate = candidates_[thread];
  Declare(thread);
  readied_.push_back({candidate.id, created});
  const bool first = front || ready_.empty();
  candidate.order =
      front && !ready_.empty() ? ready_.front()->order - 1 : back_++;
  ready_.push_back(&candidate);
  if (first) std::swap(ready_.front(), ready_.back());
}

size_t ModelRunner::Take(size_t index) {
  const Candidate* taken = ready_[index];
  ready_[index] = ready_.back();
  ready_.pop_back();
  if (!ready_.empty()) {
    const auto least =
        std::min_element(ready_.begin(), ready_.end(),
                         [](const Candidate* a, const Candidate* b) {
                           return a->order < b->order;
                         });
    std::swap(*least, ready_.front());
  }
  return static_cast<size_t>(taken - candidates_.data());
}

void ModelRunner::Step(size_t thread) {
  ThreadState& state = states_[thread];
  accesses_.clear();
  readied_.clear();
  schedule_.push_back(static_cast<uint32_t>(thread));
  ++result_.steps;
  bool goes_on = true;
  if (state.status == Status::kReady) {
    goes_on = Execute(thread);
  } else {
    const bool begins = !options_.begin_is_step && state.next == 0;
    goes_on = Advance(thread);
    if (goes_on && begins && !IsOver(thread)) goes_on = Execute(thread);
  }
  while (goes_on && options_.merge_alone && ready_.empty() && !IsOver(thread) &&
         !Stops()) {
    goes_on = Execute(thread);
  }
  if (goes_on && IsOver(thread)) {
    Finish(thread);
  } else if (goes_on) {
    state.status = Status::kReady;
    MakeReady(thread, /*created=*/false, /*front=*/true);
  }
  if (traits_.observes_steps) {
    scheduler_->OnStep({.id = candidates_[thread].id,
                        .task = candidates_[thread].task,
                        .time = SimTime(),
                        .accesses = accesses_,
                        .readied = readied_});
  }
}

bool ModelRunner::Execute(size_t thread) {
  using Kind = ModelThread::Kind;
  ThreadState& state = states_[thread];
  const ModelThread::Operation& operation =
      program_.threads_[thread].operations_[state.next];
  accesses_.push_back(NextAccess(thread));
  Apply(thread, operation);
  bool goes_on = true;
  switch (operation.kind) {
    case Kind::kLock: {
      LockState& lock = locks_[operation.target];
      if (!lock.taken) {
        lock.taken = true;
      } else {
        lock.waiters.push_back(thread);
        state.status = Status::kWaiting;
        goes_on = false;
      }
      break;
    }
    case Kind::kUnlock: {
      LockState& lock = locks_[operation.target];
      ORRERY_CHECK(lock.taken, "a model program unlocks what is not locked");
      if (lock.first == lock.waiters.size()) {
        lock.taken = false;
      } else {
        const size_t heir = lock.waiters[lock.first++];
        states_[heir].status = Status::kResuming;
        MakeReady(heir, /*created=*/false);
      }
      break;
    }
    case Kind::kSpawn: {
      const size_t child = operation.target;
      ORRERY_CHECK(states_[child].status == Status::kNew,
                   "a model program starts a thread twice");
      candidates_[child].id =
          ChildEntity(candidates_[thread].id, state.children++);
      candidates_[child].task = TaskId(static_cast<uint32_t>(child + 1));
      states_[child].status = Status::kResuming;
      MakeReady(child, /*created=*/true);
      break;
    }
    case Kind::kJoin:
      if (states_[operation.target].status != Status::kOver) {
        states_[operation.target].joiners.push_back(thread);
        state.status = Status::kWaiting;
        goes_on = false;
      }
      break;
    case Kind::kAccess:
    case Kind::kLocal:
    case Kind::kPlain:
    case Kind::kYield:
    case Kind::kDraw:
      break;
  }
  return goes_on && Advance(thread);
}

void ModelRunner::Apply(size_t thread,
                        const ModelThread::Operation& operation) {
  ThreadState& state = states_[thread];
  ++state.next;
  state_.running_ = thread;
  state_.skip_ = 0;
  state_.end_ = false;
  if (operation.effect) operation.effect(state_);
  state.next += state_.skip_;
  if (state_.end_) state.next = program_.threads_[thread].operations_.size();
}

bool ModelRunner::Advance(size_t thread) {
  using Kind = ModelThread::Kind;
  const std::vector<ModelThread::Operation>& operations =
      program_.threads_[thread].operations_;
  ThreadState& state = states_[thread];
  while (state.next < operations.size()) {
    const ModelThread::Operation& operation = operations[state.next];
    if (operation.kind == Kind::kYield) {
      ++state.next;
      state.status = Status::kResuming;
      MakeReady(thread, /*created=*/false);
      return false;
    }
    if (operation.kind == Kind::kPlain) {
      Apply(thread, operation);
      continue;
    }
    if (operation.kind != Kind::kDraw) break;
    ++state.next;
    const uint64_t drawn = scheduler_->Draw({.kind = ChoiceKind::kData,
                                             .n = operation.n,
                                             .site = "model",
                                             .task = candidates_[thread].task,
                                             .entity = candidates_[thread].id,
                                             .step = result_.steps});
    ORRERY_CHECK(drawn < operation.n, "the policy drew a number out of range");
    picks_.push_back(static_cast<uint32_t>(drawn));
    state_.running_ = thread;
    state_.local(operation.target) = static_cast<int64_t>(drawn);
  }
  return true;
}

bool ModelRunner::IsOver(size_t thread) const {
  return states_[thread].next >= program_.threads_[thread].operations_.size();
}

void ModelRunner::Finish(size_t thread) {
  ThreadState& state = states_[thread];
  state.status = Status::kOver;
  accesses_.push_back(
      {ObjectKey(candidates_[thread].id.value), AccessKind::kSignal});
  for (const size_t joiner : state.joiners) {
    states_[joiner].status = Status::kResuming;
    MakeReady(joiner, /*created=*/false);
  }
}

bool ModelRunner::MustWait(size_t thread) const {
  using Kind = ModelThread::Kind;
  const ModelThread::Operation& operation =
      program_.threads_[thread].operations_[states_[thread].next];
  if (operation.kind == Kind::kLock) return locks_[operation.target].taken;
  return operation.kind == Kind::kJoin &&
         states_[operation.target].status != Status::kOver;
}

void ModelRunner::EnableAndDisable() {
  for (size_t thread = 0; thread < states_.size(); ++thread) {
    Status& status = states_[thread].status;
    const auto at =
        std::find(ready_.begin(), ready_.end(), &candidates_[thread]);
    if (status == Status::kReady && at != ready_.end() && MustWait(thread)) {
      Take(static_cast<size_t>(at - ready_.begin()));
      status = Status::kDisabled;
    } else if (status == Status::kDisabled && !MustWait(thread)) {
      status = Status::kReady;
      MakeReady(thread, /*created=*/false);
    }
  }
}

void ModelRunner::Declare(size_t thread) {
  Candidate& candidate = candidates_[thread];
  Access next;
  if (states_[thread].status == Status::kReady) next = NextAccess(thread);
  candidate.object = next.object;
  candidate.access_kind = next.kind;
}

Access ModelRunner::NextAccess(size_t thread) const {
  using Kind = ModelThread::Kind;
  const ModelThread::Operation& operation =
      program_.threads_[thread].operations_[states_[thread].next];
  switch (operation.kind) {
    case Kind::kAccess:
      return {variable_keys_[operation.target], operation.access};
    case Kind::kLocal:
      return {ChildObject(candidates_[thread].id, 0), operation.access};
    case Kind::kLock:
    case Kind::kUnlock:
      return {lock_keys_[operation.target], operation.access};
    case Kind::kSpawn:
      // The child has no id before it is spawned.
      return {ObjectKey(
                  ChildEntity(candidates_[thread].id, states_[thread].children)
                      .value),
              operation.access};
    case Kind::kJoin:
      return {ObjectKey(candidates_[operation.target].id.value),
              operation.access};
    case Kind::kPlain:
    case Kind::kYield:
    case Kind::kDraw:
      break;
  }
  return {};
}

}  // namespace orrery
