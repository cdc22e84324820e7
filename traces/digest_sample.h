// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0
//
// `DigestSample`: how many different traces there were, and how many were seen
// only once, in bounded memory, and so that samples of many machines add up.

#ifndef ORRERY_TRACES_DIGEST_SAMPLE_H_
#define ORRERY_TRACES_DIGEST_SAMPLE_H_

#include <cstddef>
#include <cstdint>

#include "absl/container/btree_map.h"

namespace orrery {

// Keeps each digest with its exact count while there are at most `kMaxKept`.
// Then it keeps only those that, mixed, begin with one zero bit, then with two,
// and so on: a sample of all digests in which each has the same chance, whoever
// saw it, so that the counts of one that is kept are still exact. (Gibbons,
// Tirthapura: "Estimating simple functions on the union of data streams", SPAA
// 2001.) The relative error of the estimates is about one in 250 for distinct
// digests at 65,536 kept.
//
// Costs a lookup in a tree for each digest that is kept, a multiplication for
// each other one, and a few megabytes at most.
class DigestSample {
 public:
  static constexpr size_t kMaxKept = size_t{1} << 16;

  DigestSample() = default;
  explicit DigestSample(size_t max_kept) : max_kept_(max_kept) {}

  // Notes that a digest was seen `times` times.
  void Add(uint64_t digest, uint64_t times = 1);
  // Adds another sample.
  void Merge(const DigestSample& other);

  // Whether the next two are exact, and not estimates.
  bool exact() const { return shift_ == 0; }
  // Returns how many different digests there were.
  uint64_t Distinct() const { return uint64_t{kept_.size()} << shift_; }
  // Returns how many of them were seen once.
  uint64_t SeenOnce() const;

  // What is kept, for a file.
  int shift() const { return shift_; }
  const absl::btree_map<uint64_t, uint64_t>& kept() const { return kept_; }
  // Keeps only digests that begin with this many zero bits, from 0 to 63; more
  // if it did so already.
  void RaiseShift(int shift);

 private:
  bool IsKept(uint64_t digest) const;
  void Shrink();

  size_t max_kept_ = kMaxKept;
  int shift_ = 0;
  absl::btree_map<uint64_t, uint64_t> kept_;  // digest, times
};

// The chance that one more run shows a trace which none of `runs` runs has
// shown, in billionths: the part of them whose trace was seen once. (I. J.
// Good: "The population frequencies of species and the estimation of population
// parameters", Biometrika 1953; the idea is Turing's.) A billion if there were
// no runs. It is right on average if the runs are drawn alike, as those of a
// random policy are, and means nothing for a systematic search.
uint64_t ResidualChanceBillionths(uint64_t seen_once, uint64_t runs);

}  // namespace orrery

#endif  // ORRERY_TRACES_DIGEST_SAMPLE_H_
