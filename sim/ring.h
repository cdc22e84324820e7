// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0
//
// `Ring`: an intrusive list, first in, first out.

#ifndef ORRERY_SIM_RING_H_
#define ORRERY_SIM_RING_H_

namespace orrery {

// A list of nodes that link to each other through members `next` and `prev`. It
// owns nothing. It is circular, so that it takes one pointer: there are many
// lists, and most are empty.
template <typename Node>
class Ring {
 public:
  bool empty() const { return head_ == nullptr; }
  Node* front() const { return head_; }
  // Returns the one after `node`, or null.
  Node* after(const Node* node) const {
    return node->next == head_ ? nullptr : node->next;
  }
  Node* back() const { return head_ == nullptr ? nullptr : head_->prev; }
  // Returns the one before `node`, or null.
  Node* before(const Node* node) const {
    return node == head_ ? nullptr : node->prev;
  }
  // Whether there is exactly one.
  bool single() const { return head_ != nullptr && head_->next == head_; }

  void PushBack(Node* node) {
    if (head_ == nullptr) {
      node->next = node->prev = head_ = node;
    } else {
      InsertBefore(head_, node);
    }
  }
  void PushFront(Node* node) {
    PushBack(node);
    head_ = node;
  }
  // Puts `node` before `position`, which is in the list; before the front one,
  // that is the back.
  void InsertBefore(Node* position, Node* node) {
    Node* before = position->prev;
    node->next = position;
    node->prev = before;
    before->next = node;
    position->prev = node;
  }
  void Remove(Node* node) {
    Node* following = node->next;
    if (following == node) {
      head_ = nullptr;
      return;
    }
    node->prev->next = following;
    following->prev = node->prev;
    if (head_ == node) head_ = following;
  }
  Node* PopFront() {
    Node* node = head_;
    Remove(node);
    return node;
  }
  // Calls `f` for each, front to back, and leaves the list empty. `f` may put
  // the node into another list.
  template <typename F>
  void Drain(F f) {
    Node* node = head_;
    if (node == nullptr) return;
    head_ = nullptr;
    const Node* last = node->prev;
    for (;;) {
      Node* following = node->next;
      const bool done = node == last;
      f(node);
      if (done) return;
      node = following;
    }
  }
  // Moves the front one to the back.
  void Rotate() { head_ = head_->next; }
  void Clear() { head_ = nullptr; }

 private:
  Node* head_ = nullptr;
};

}  // namespace orrery

#endif  // ORRERY_SIM_RING_H_
