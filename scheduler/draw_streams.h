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
#include <bit>
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
  DrawStreams() = default;
  DrawStreams(const DrawStreams&) = delete;
  DrawStreams& operator=(const DrawStreams&) = delete;

  // Starts every stream anew. Call it when a run begins.
  void Begin(Seed seed) {
    seed_ = seed;
    streams_.clear();
    Forget();
  }

  // Returns a uniform integer in [0, n) from the stream of `node` and `kind`,
  // and of `site` if the kind is kFault. `n` is at least 1.
  [[gnu::always_inline]] uint64_t Below(NodeId node, ChoiceKind kind,
                                        uint64_t n,
                                        absl::string_view site = {}) {
    const uint64_t key = uint64_t{node.value} << 8 | static_cast<uint8_t>(kind);
    // One of the few that were used last is likely the next one.
    const Recent& recent = RecentAt(key ^ key >> 8);
    if (recent.key == key) [[likely]]
      return recent.prng->Below(n);
    return BelowSlow(key, kind, n, site);
  }

 private:
  struct Stream {
    uint64_t key;
    Prng prng;
  };

  static constexpr size_t kRecent = 8;
  static constexpr uint64_t kNoKey = 0xff;  // a kind that there is none of
  struct Recent {
    uint64_t key = kNoKey;
    Prng* prng = nullptr;
  };

  Recent& RecentAt(uint64_t slot) { return recent_[slot % kRecent]; }

  [[gnu::noinline]] uint64_t BelowSlow(uint64_t key, ChoiceKind kind,
                                       uint64_t n, absl::string_view site) {
    // What has no name is looked for each time: others have the same key.
    if (kind == ChoiceKind::kFault && site.empty()) return Find(key)->Below(n);
    uint64_t slot = key ^ key >> 8;
    if (kind == ChoiceKind::kFault) {
      Digest named;
      named.MixBytes(site);
      key ^= named.value() << 24;
      slot ^= key >> 32;
    }
    Recent& recent = RecentAt(slot);
    if (recent.key != key) {
      Prng* prng = Find(key);
      recent = {key, prng};
      used_ |= 1u << slot % kRecent;
    }
    return recent.prng->Below(n);
  }

  // Returns the stream of `key`; it is made if there is none.
  Prng* Find(uint64_t key) {
    auto found = std::lower_bound(
        streams_.begin(), streams_.end(), key,
        [](const Stream& stream, uint64_t k) { return stream.key < k; });
    if (found == streams_.end() || found->key != key) {
      EntityId id =
          ChildEntity(EntityId(seed_.value), static_cast<uint32_t>(key));
      if (key >> 32 != 0)
        id = ChildEntity(id, static_cast<uint32_t>(key >> 32));
      found = streams_.insert(found, {key, Prng(id.value)});
      if (streams_.size() != 1) Forget();  // the others have moved
    }
    return &found->prng;
  }

  void Forget() {
    for (; used_ != 0; used_ &= used_ - 1) {
      recent_[std::countr_zero(used_)].key = kNoKey;
    }
  }

  Seed seed_;
  Recent recent_[kRecent];
  uint32_t used_ = 0;            // a bit for each of them that has a key
  std::vector<Stream> streams_;  // by key
};

}  // namespace orrery

#endif  // ORRERY_SCHEDULER_DRAW_STREAMS_H_
