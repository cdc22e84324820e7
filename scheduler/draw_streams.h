// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0
//
// `DrawStreams`: pseudorandom numbers from one stream for each node and
// purpose, all derived from the run's seed. One more draw on node A, or for
// another purpose, changes nothing on node B. Each fault is a purpose of its
// own, so that one which is switched off changes nothing for the others.

#ifndef ORRERY_SCHEDULER_DRAW_STREAMS_H_
#define ORRERY_SCHEDULER_DRAW_STREAMS_H_

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "absl/strings/string_view.h"
#include "orrery/base/choice.h"
#include "orrery/base/digest.h"
#include "orrery/base/ids.h"
#include "orrery/base/prng.h"
#include "orrery/base/seed.h"

namespace orrery {

// The streams of a run. A policy has one such object, and draws from it
// whatever it does not decide otherwise.
class DrawStreams {
 public:
  // Starts every stream anew. Call it when a run begins.
  void Begin(Seed seed) {
    seed_ = seed;
    streams_.clear();
    last_ = 0;
  }

  // Returns a uniform integer in [0, n) from the stream of `node` and `kind`,
  // and of `site` if the kind is kFault. `n` is at least 1.
  uint64_t Below(NodeId node, ChoiceKind kind, uint64_t n,
                 absl::string_view site = {}) {
    uint64_t key = uint64_t{node.value} << 8 | static_cast<uint8_t>(kind);
    if (kind == ChoiceKind::kFault && !site.empty()) {
      Digest named;
      named.MixBytes(site);
      key ^= named.value() << 24;
    }
    // The stream that was used last is likely the next one.
    if (last_ >= streams_.size() || streams_[last_].key != key) Find(key);
    return streams_[last_].prng.Below(n);
  }

 private:
  struct Stream {
    uint64_t key;
    Prng prng;
  };

  // Sets `last_` to the stream of `key`, which is made if there is none.
  void Find(uint64_t key) {
    auto found = std::lower_bound(
        streams_.begin(), streams_.end(), key,
        [](const Stream& stream, uint64_t k) { return stream.key < k; });
    if (found == streams_.end() || found->key != key) {
      EntityId id =
          ChildEntity(EntityId(seed_.value), static_cast<uint32_t>(key));
      if (key >> 32 != 0)
        id = ChildEntity(id, static_cast<uint32_t>(key >> 32));
      found = streams_.insert(found, {key, Prng(id.value)});
    }
    last_ = static_cast<size_t>(found - streams_.begin());
  }

  Seed seed_;
  size_t last_ = 0;
  std::vector<Stream> streams_;  // by key
};

}  // namespace orrery

#endif  // ORRERY_SCHEDULER_DRAW_STREAMS_H_
