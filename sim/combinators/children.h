// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0
//
// `Children`: tasks and futures that somebody waits for together, and is told
// of one by one. Combinators are made of it.

#ifndef ORRERY_SIM_COMBINATORS_CHILDREN_H_
#define ORRERY_SIM_COMBINATORS_CHILDREN_H_

#include <cstddef>
#include <memory>
#include <new>

#include "orrery/base/access.h"
#include "orrery/base/check.h"
#include "orrery/base/source_site.h"
#include "orrery/sim/completion.h"
#include "orrery/sim/frame_pool.h"
#include "orrery/sim/future_state.h"
#include "orrery/sim/runnable.h"
#include "orrery/sim/simulation.h"

namespace orrery {

// The future is what the owner waits in; the owner says when it ends. Whoever
// has one holds handles of the children, which live longer.
class Children : public FutureState {
 public:
  // Called, in its turn in first-in first-out order, when the child with that
  // index is over.
  using ChildOver = void (*)(Children*, size_t index);

  // `type` names the combinator in reports; there will be at most `capacity`.
  Children(const char* type, const SourceSite& site, size_t capacity,
           ChildOver child_over)
      : FutureState(type, "", site),
        child_over_(child_over),
        capacity_(capacity),
        children_(capacity != 0 ? static_cast<Child*>(FramePool::Allocate(
                                      capacity * sizeof(Child)))
                                : nullptr) {}
  // Those who are not over run on, unwatched.
  ~Children() {
    StopWatching();
    std::destroy_n(children_, size_);
    if (capacity_ != 0) {
      FramePool::Deallocate(children_, capacity_ * sizeof(Child));
    }
  }

  // Adds one more, and watches it, also if it is over.
  void Add(Completion& completion) {
    Simulation& simulation = Simulation::Current(type());
    simulation.Watch(completion, AddUnwatched(completion));
  }
  // Adds one more that is over, of which nobody is told.
  void AddOver(Completion& completion) { AddUnwatched(completion); }

  size_t size() const { return size_; }
  Completion& operator[](size_t index) const {
    return *children_[index].completion;
  }

  // Asks all to cancel, in the order in which they were added. Returns whether
  // one of them was not over.
  bool CancelAll(Simulation& simulation) {
    bool cancelled = false;
    for (size_t i = 0; i < size_; ++i) {
      if (simulation.Cancel(*children_[i].completion)) cancelled = true;
    }
    return cancelled;
  }
  // Takes all notices back.
  void StopWatching() {
    for (size_t i = 0; i < size_; ++i) {
      Child& child = children_[i];
      if (child.place == Runnable::Place::kWaiting) {
        // Futures, and who watches them, may outlive the simulation.
        child.completion->waiters.Remove(&child);
        child.place = Runnable::Place::kNowhere;
      } else if (child.place == Runnable::Place::kReady) {
        Simulation::Current(type()).Unwatch(*child.completion, &child);
      }
    }
  }
  // What errors they have ended with, and will, is nobody's concern any more.
  void ForgiveAll() {
    for (size_t i = 0; i < size_; ++i) {
      children_[i].completion->retrieved = true;
    }
  }

 private:
  struct Child : Notice {
    Child(Children* p, Completion* c)
        : Notice(&Child::Run), parent(p), completion(c) {}

    static void Run(Notice* notice, Simulation&) {
      auto* child = static_cast<Child*>(notice);
      Children* parent = child->parent;
      parent->child_over_(parent,
                          static_cast<size_t>(child - parent->children_));
    }

    Children* parent;
    Completion* completion;
  };

  Child* AddUnwatched(Completion& completion) {
    ORRERY_CHECK(size_ < capacity_, "children are added as announced");
    auto* child = new (&children_[size_]) Child(this, &completion);
    child->on_behalf_of = Simulation::Current(type()).current_task();
    child->object = key();
    child->access_kind = AccessKind::kSignal;
    ++size_;
    return child;
  }

  ChildOver child_over_;
  size_t size_ = 0;
  size_t capacity_;
  Child* children_;  // notices stay where they are
};

}  // namespace orrery

#endif  // ORRERY_SIM_COMBINATORS_CHILDREN_H_
