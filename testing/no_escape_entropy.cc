// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0
//
// Sources of numbers that nobody can foresee, and those whose state outlives a
// run.

#include <sys/types.h>

#include <cstddef>
#include <cstdint>
#include <cstdlib>

#include "orrery/testing/caught_escape.h"

using orrery::IsEscape;

namespace {

// Returns a number as `random` does, of 31 bits.
long AnswerPositive() {
  return static_cast<long>(orrery::AnswerNumber() >> 33);
}

}  // namespace

ORRERY_CATCH(ssize_t, getrandom, void* bytes, size_t size, unsigned flags) {
  if (!IsEscape("getrandom")) return real_getrandom(bytes, size, flags);
  orrery::AnswerBytes(bytes, size);
  return static_cast<ssize_t>(size);
}

ORRERY_CATCH(int, getentropy, void* bytes, size_t size) {
  if (!IsEscape("getentropy")) return real_getentropy(bytes, size);
  orrery::AnswerBytes(bytes, size);
  return 0;
}

ORRERY_CATCH(int, rand) {
  if (!IsEscape("rand")) return real_rand();
  return static_cast<int>(AnswerPositive());
}

ORRERY_CATCH(long, random) {
  if (!IsEscape("random")) return real_random();
  return AnswerPositive();
}

ORRERY_CATCH(double, drand48) {
  if (!IsEscape("drand48")) return real_drand48();
  return static_cast<double>(AnswerPositive()) / 2147483648.0;
}

ORRERY_CATCH(long, lrand48) {
  if (!IsEscape("lrand48")) return real_lrand48();
  return AnswerPositive();
}

ORRERY_CATCH(long, mrand48) {
  if (!IsEscape("mrand48")) return real_mrand48();
  return static_cast<int32_t>(orrery::AnswerNumber());
}

ORRERY_CATCH(uint32_t, arc4random) {
  if (!IsEscape("arc4random")) return real_arc4random();
  return static_cast<uint32_t>(orrery::AnswerNumber());
}

ORRERY_CATCH(void, arc4random_buf, void* bytes, size_t size) {
  if (!IsEscape("arc4random_buf")) return real_arc4random_buf(bytes, size);
  orrery::AnswerBytes(bytes, size);
}

ORRERY_CATCH(uint32_t, arc4random_uniform, uint32_t n) {
  if (!IsEscape("arc4random_uniform")) return real_arc4random_uniform(n);
  return n == 0 ? 0 : static_cast<uint32_t>(orrery::AnswerNumber() % n);
}

// std::random_device::_M_getval, which libstdc++ calls for each number. It
// takes them from the processor, without a call of the system. Weak: a program
// into which libstdc++ itself is linked has a definition already.
ORRERY_CATCH_WEAK(unsigned, _ZNSt13random_device9_M_getvalEv, void* device) {
  if (!IsEscape("std::random_device")) {
    return real__ZNSt13random_device9_M_getvalEv(device);
  }
  return static_cast<unsigned>(orrery::AnswerNumber());
}
