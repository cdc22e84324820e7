// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0
//
// `BasicGuard`: what the guards of all primitives are made of. A guard holds
// something of an object, a lock or a unit, and gives it back when destroyed.
//
// An object knows its guards, and empties them if it goes before they do. That
// happens at the end of a run: the main task returns, which destroys what it
// shared with the others; those are cancelled then, and unwind.

#ifndef ORRERY_SIM_SYNC_GUARD_H_
#define ORRERY_SIM_SYNC_GUARD_H_

#include <utility>

namespace orrery {

template <typename Derived, typename Object>
class BasicGuard;

struct GuardLink {
  GuardLink* next = this;
  GuardLink* prev = this;
};

// The guards that hold something of one object, in a ring around this anchor,
// so that a guard leaves it without knowing where it is.
template <typename Object>
class GuardList : private GuardLink {
 public:
  GuardList() = default;
  GuardList(const GuardList&) = delete;
  GuardList& operator=(const GuardList&) = delete;
  ~GuardList() {
    for (GuardLink* link = next; link != this; link = link->next) {
      static_cast<Held*>(link)->object = nullptr;
    }
  }

  bool empty() const { return next == this; }

 private:
  template <typename Derived, typename Any>
  friend class BasicGuard;

  struct Held : GuardLink {
    Object* object = nullptr;  // null: it holds nothing
  };

  void Add(Held* guard) { Insert(this, guard); }
  static void Insert(GuardLink* before, GuardLink* link) {
    link->next = before;
    link->prev = before->prev;
    link->prev->next = link;
    before->prev = link;
  }
  static void Remove(GuardLink* link) {
    link->prev->next = link->next;
    link->next->prev = link->prev;
  }

 public:
  // Returns the guard of this type that has held something for longest. There
  // is one.
  template <typename Guard>
  Guard* front() const {
    return static_cast<Guard*>(static_cast<Held*>(next));
  }
};

// `Derived` has a static function `GiveBack(Object*)`, which may not throw, and
// a name of its own for `Release`.
template <typename Derived, typename Object>
class [[nodiscard]] BasicGuard : private GuardList<Object>::Held {
  using List = GuardList<Object>;
  using Held = typename List::Held;

 public:
  BasicGuard(BasicGuard&& other) noexcept { TakeOver(other); }
  BasicGuard& operator=(BasicGuard&& other) noexcept {
    if (this != &other) {
      Release();
      TakeOver(other);
    }
    return *this;
  }
  ~BasicGuard() { Release(); }

  // Whether it holds something: not when it was moved from, gave it back, or
  // when the object is gone.
  explicit operator bool() const { return this->object != nullptr; }

  // Lets go without giving back. From now on that is up to the caller.
  void Detach() {
    if (Object* object = std::exchange(this->object, nullptr);
        object != nullptr) {
      List::Remove(this);
    }
  }

 protected:
  BasicGuard(Object* object, List& guards) {
    this->object = object;
    guards.Add(this);
  }

  // Gives back what it holds. Does nothing the second time.
  void Release() {
    if (Object* object = std::exchange(this->object, nullptr);
        object != nullptr) {
      List::Remove(this);
      Derived::GiveBack(object);
    }
  }

 private:
  friend List;

  void TakeOver(BasicGuard& other) {
    this->object = std::exchange(other.object, nullptr);
    if (this->object == nullptr) return;
    List::Insert(&other, this);
    List::Remove(&other);
  }
};

}  // namespace orrery

#endif  // ORRERY_SIM_SYNC_GUARD_H_
