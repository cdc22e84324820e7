// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0
//
// `DrawStreams`: pseudorandom numbers from one stream for each node and
// purpose, all derived from the run's seed. One more draw on node A, or for
// another purpose, changes nothing on node B.

#ifndef ORRERY_SCHEDULER_DRAW_STREAMS_H_
#define ORRERY_SCHEDULER_DRAW_STREAMS_H_

#include <cstdint>
#include <vector>

#include "orrery/base/choice.h"
#include "orrery/base/ids.h"
#include "orrery/base/prng.h"
#include "orrery/base/seed.h"

namespace orrery {

class DrawStreams {
 public:
  // Starts every stream anew.
  void Begin(Seed seed) {
    seed_ = seed;
    streams_.clear();
  }

  // Returns a uniform integer in [0, n) from the stream of `node` and `kind`.
  uint64_t Below(NodeId node, ChoiceKind kind, uint64_t n) {
    const uint32_t key = uint32_t{node.value} << 8 | static_cast<uint8_t>(kind);
    // A run has a handful of streams, and the one used last is likely next.
    for (size_t i = streams_.size(); i > 0; --i) {
      if (streams_[i - 1].key == key) return streams_[i - 1].prng.Below(n);
    }
    streams_.push_back(
        {key, Prng(ChildEntity(EntityId(seed_.value), key).value)});
    return streams_.back().prng.Below(n);
  }

 private:
  struct Stream {
    uint32_t key;
    Prng prng;
  };

  Seed seed_;
  std::vector<Stream> streams_;
};

}  // namespace orrery

#endif  // ORRERY_SCHEDULER_DRAW_STREAMS_H_
