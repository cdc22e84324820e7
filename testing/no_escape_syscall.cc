// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0
//
// `syscall`: the same by number.

#include <errno.h>
#include <sys/syscall.h>

#include <cstdarg>

#include "orrery/testing/caught_escape.h"

namespace {

struct Call {
  long number;
  const char* name;  // of the function that does the same
};

constexpr Call kCalls[] = {
    {SYS_clock_gettime, "clock_gettime"},
    {SYS_gettimeofday, "gettimeofday"},
#ifdef SYS_time
    {SYS_time, "time"},
#endif
    {SYS_nanosleep, "nanosleep"},
    {SYS_clock_nanosleep, "clock_nanosleep"},
    {SYS_getrandom, "getrandom"},
    {SYS_clone, "clone"},
    {SYS_clone3, "clone"},
#ifdef SYS_fork
    {SYS_fork, "fork"},
#endif
    {SYS_socket, "socket"},
    {SYS_socketpair, "socketpair"},
    {SYS_bind, "bind"},
    {SYS_listen, "listen"},
    {SYS_connect, "connect"},
    {SYS_accept, "accept"},
    {SYS_accept4, "accept4"},
#ifdef SYS_open
    {SYS_open, "open"},
#endif
    {SYS_openat, "openat"},
};

bool IsEscape(long number, const void* caller) {
  for (const Call& call : kCalls) {
    if (call.number == number) {
      return orrery::IsEscape(call.name, nullptr, caller);
    }
  }
  return false;
}

}  // namespace

// Refused: no answer fits all. It hands on as many arguments as a call can
// have, and so reads some that the caller has not passed.
ORRERY_CATCH_(long, syscall, no_sanitize("address"), long number, ...) {
  if (IsEscape(number, __builtin_return_address(0))) {
    errno = ENOSYS;
    return -1;
  }
  va_list more;
  va_start(more, number);
  const long a = va_arg(more, long);
  const long b = va_arg(more, long);
  const long c = va_arg(more, long);
  const long d = va_arg(more, long);
  const long e = va_arg(more, long);
  const long f = va_arg(more, long);
  va_end(more);
  return real_syscall.get()(number, a, b, c, d, e, f);
}
