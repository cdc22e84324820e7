// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0
//
// Names for the things that take part in a run.
//
// There are two families. *Dense* ids count from one in the order of creation;
// they are short, so reports and traces show them. *Stable* ids are hashes of
// where in the tree of parents a thing was created; the same task keeps its
// stable id when an unrelated task is added or when the schedule changes, so
// policies, replays and the digests use those. No id depends on an address.

#ifndef ORRERY_BASE_IDS_H_
#define ORRERY_BASE_IDS_H_

#if __cplusplus < 202002L
#error "Orrery needs C++20: add `build --cxxopt=-std=c++20` to your .bazelrc."
#endif

#include <compare>
#include <cstdint>
#include <utility>

namespace orrery {

// A number with a meaning. Two kinds of ids do not mix.
template <typename Tag, typename Value>
struct Id {
  Value value = 0;

  constexpr Id() = default;
  constexpr explicit Id(Value v) : value(v) {}

  // Zero means "nobody": no task, no object.
  constexpr explicit operator bool() const { return value != 0; }
  friend constexpr bool operator==(Id a, Id b) = default;
  friend constexpr auto operator<=>(Id a, Id b) = default;
  template <typename H>
  friend H AbslHashValue(H h, Id id) {
    return H::combine(std::move(h), id.value);
  }
};

// Dense: the n-th task or posted callback of a run. The main task is 1; 0 is
// the event loop itself.
using TaskId = Id<struct TaskIdTag, uint32_t>;

// Dense: a simulated machine. 0 is the one on which everything runs that was
// not put on a machine.
using NodeId = Id<struct NodeIdTag, uint16_t>;

// Dense: the n-th synchronization object or shared cell of a run.
using ObjectId = Id<struct ObjectIdTag, uint32_t>;

// Stable: what can be chosen to run next (a task, a callback, a message).
using EntityId = Id<struct EntityIdTag, uint64_t>;

// Stable: what a step reads, writes or waits for.
using ObjectKey = Id<struct ObjectKeyTag, uint64_t>;

// Dense: the n-th message of a run that was sent from one task or node to
// another. A copy that the network makes has a number of its own.
using MessageId = Id<struct MessageIdTag, uint64_t>;

// Dense: a group of choices that belong together, see `ChoiceSpan`. 0 is the
// whole run.
using SpanId = Id<struct SpanIdTag, uint32_t>;

namespace ids_internal {

// The finalizer of SplitMix64 (Steele, Lea, Flood: "Fast splittable
// pseudorandom number generators", 2014): a bijection that mixes well.
constexpr uint64_t Mix(uint64_t x) {
  x ^= x >> 30;
  x *= 0xbf58476d1ce4e5b9u;
  x ^= x >> 27;
  x *= 0x94d049bb133111ebu;
  return x ^ (x >> 31);
}

}  // namespace ids_internal

// Returns the stable id of the `ordinal`-th thing (from 0) that `parent`
// brought into being. Never zero in practice; no check is made.
constexpr EntityId ChildEntity(EntityId parent, uint32_t ordinal) {
  return EntityId(ids_internal::Mix(
      parent.value + 0x9e3779b97f4a7c15u * (uint64_t{ordinal} + 1)));
}

// Returns the stable key of the `ordinal`-th object (from 0) that `creator`
// made. Objects and child entities are counted apart.
constexpr ObjectKey ChildObject(EntityId creator, uint32_t ordinal) {
  return ObjectKey(ids_internal::Mix(
      ~creator.value + 0xd1b54a32d192ed03u * (uint64_t{ordinal} + 1)));
}

}  // namespace orrery

#endif  // ORRERY_BASE_IDS_H_
