// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0
//
// Clocks, sleeping, and waiting for files: what depends on real time.

#include <errno.h>
#include <poll.h>
#include <sys/epoll.h>
#include <sys/select.h>
#include <sys/time.h>
#include <threads.h>
#include <time.h>

#include <cstdint>

#include "absl/time/time.h"
#include "orrery/base/sim_time.h"
#include "orrery/testing/caught_escape.h"

namespace orrery {
namespace {

constexpr int64_t kSecond = 1'000'000'000;

// Returns nanoseconds, by the clock that counts from 1970.
int64_t AnswerWallTime() {
  return absl::ToUnixNanos(SimEpoch()) + AnswerTime().ns;
}

timespec ToTimespec(int64_t nanoseconds) {
  return {static_cast<time_t>(nanoseconds / kSecond),
          static_cast<long>(nanoseconds % kSecond)};
}

// Returns nanoseconds; for ever, if they do not fit.
int64_t FromTimespec(const timespec& time) {
  return ToNanoseconds(absl::Seconds(int64_t{time.tv_sec}) +
                       absl::Nanoseconds(int64_t{time.tv_nsec}));
}

bool ShowsWallTime(clockid_t clock) {
  return clock == CLOCK_REALTIME || clock == CLOCK_REALTIME_COARSE ||
         clock == CLOCK_REALTIME_ALARM || clock == CLOCK_TAI;
}

// Lets the time pass that a call waits for at the most.
int AnswerWait(int64_t nanoseconds) {
  if (nanoseconds < 0) {  // it waits for as long as it takes
    errno = EINVAL;
    return -1;
  }
  AnswerSleep(nanoseconds);
  return 0;
}

int AnswerWait(const timespec* timeout) {
  return AnswerWait(timeout == nullptr ? -1 : FromTimespec(*timeout));
}

}  // namespace
}  // namespace orrery

using orrery::IsEscape;

// ---- Clocks -----------------------------------------------------------------

ORRERY_CATCH(int, clock_gettime, clockid_t clock, timespec* time) {
  if (!IsEscape("clock_gettime")) return real_clock_gettime(clock, time);
  *time = orrery::ToTimespec(orrery::ShowsWallTime(clock)
                                 ? orrery::AnswerWallTime()
                                 : orrery::AnswerTime().ns);
  return 0;
}

ORRERY_CATCH(int, gettimeofday, timeval* time, void* zone) {
  if (!IsEscape("gettimeofday")) return real_gettimeofday(time, zone);
  const timespec now = orrery::ToTimespec(orrery::AnswerWallTime());
  if (time != nullptr) *time = {now.tv_sec, now.tv_nsec / 1000};
  return 0;
}

ORRERY_CATCH(time_t, time, time_t* time) {
  if (!IsEscape("time")) return real_time(time);
  const time_t now = orrery::ToTimespec(orrery::AnswerWallTime()).tv_sec;
  if (time != nullptr) *time = now;
  return now;
}

ORRERY_CATCH(int, timespec_get, timespec* time, int base) {
  if (!IsEscape("timespec_get")) return real_timespec_get(time, base);
  *time = orrery::ToTimespec(orrery::AnswerWallTime());
  return base;
}

ORRERY_CATCH(clock_t, clock) {
  if (!IsEscape("clock")) return real_clock();
  return orrery::AnswerTime().ns / (orrery::kSecond / CLOCKS_PER_SEC);
}

// ---- Sleeping ---------------------------------------------------------------

ORRERY_CATCH(int, nanosleep, const timespec* duration, timespec* rest) {
  if (!IsEscape("nanosleep")) return real_nanosleep(duration, rest);
  orrery::AnswerSleep(orrery::FromTimespec(*duration));
  return 0;
}

ORRERY_CATCH(int, clock_nanosleep, clockid_t clock, int flags,
             const timespec* time, timespec* rest) {
  if (!IsEscape("clock_nanosleep")) {
    return real_clock_nanosleep(clock, flags, time, rest);
  }
  int64_t duration = orrery::FromTimespec(*time);
  if ((flags & TIMER_ABSTIME) != 0) {
    duration -= orrery::ShowsWallTime(clock) ? orrery::AnswerWallTime()
                                             : orrery::AnswerTime().ns;
  }
  orrery::AnswerSleep(duration);
  return 0;
}

ORRERY_CATCH(int, usleep, useconds_t microseconds) {
  if (!IsEscape("usleep")) return real_usleep(microseconds);
  orrery::AnswerSleep(int64_t{microseconds} * 1000);
  return 0;
}

ORRERY_CATCH(unsigned, sleep, unsigned seconds) {
  if (!IsEscape("sleep")) return real_sleep(seconds);
  orrery::AnswerSleep(int64_t{seconds} * orrery::kSecond);
  return 0;
}

ORRERY_CATCH(int, thrd_sleep, const timespec* duration, timespec* rest) {
  if (!IsEscape("thrd_sleep")) return real_thrd_sleep(duration, rest);
  orrery::AnswerSleep(orrery::FromTimespec(*duration));
  return 0;
}

// ---- Waiting ----------------------------------------------------------------

ORRERY_CATCH(int, poll, pollfd* files, nfds_t count, int milliseconds) {
  if (!IsEscape("poll")) return real_poll(files, count, milliseconds);
  for (nfds_t i = 0; i < count; ++i) files[i].revents = 0;
  return orrery::AnswerWait(int64_t{milliseconds} * 1'000'000);
}

ORRERY_CATCH(int, __poll_chk, pollfd* files, nfds_t count, int milliseconds,
             size_t room) {
  if (!IsEscape("poll")) {
    return real___poll_chk(files, count, milliseconds, room);
  }
  for (nfds_t i = 0; i < count; ++i) files[i].revents = 0;
  return orrery::AnswerWait(int64_t{milliseconds} * 1'000'000);
}

ORRERY_CATCH(int, ppoll, pollfd* files, nfds_t count, const timespec* timeout,
             const sigset_t* mask) {
  if (!IsEscape("ppoll")) return real_ppoll(files, count, timeout, mask);
  for (nfds_t i = 0; i < count; ++i) files[i].revents = 0;
  return orrery::AnswerWait(timeout);
}

ORRERY_CATCH(int, select, int count, fd_set* read, fd_set* write,
             fd_set* except, timeval* timeout) {
  if (!IsEscape("select")) {
    return real_select(count, read, write, except, timeout);
  }
  for (fd_set* set : {read, write, except}) {
    if (set != nullptr) FD_ZERO(set);
  }
  if (timeout == nullptr) return orrery::AnswerWait(-1);
  const timespec time = {timeout->tv_sec, timeout->tv_usec * 1000};
  return orrery::AnswerWait(&time);
}

ORRERY_CATCH(int, pselect, int count, fd_set* read, fd_set* write,
             fd_set* except, const timespec* timeout, const sigset_t* mask) {
  if (!IsEscape("pselect")) {
    return real_pselect(count, read, write, except, timeout, mask);
  }
  for (fd_set* set : {read, write, except}) {
    if (set != nullptr) FD_ZERO(set);
  }
  return orrery::AnswerWait(timeout);
}

ORRERY_CATCH(int, epoll_wait, int epoll, epoll_event* events, int room,
             int milliseconds) {
  if (!IsEscape("epoll_wait")) {
    return real_epoll_wait(epoll, events, room, milliseconds);
  }
  return orrery::AnswerWait(int64_t{milliseconds} * 1'000'000);
}

ORRERY_CATCH(int, epoll_pwait, int epoll, epoll_event* events, int room,
             int milliseconds, const sigset_t* mask) {
  if (!IsEscape("epoll_pwait")) {
    return real_epoll_pwait(epoll, events, room, milliseconds, mask);
  }
  return orrery::AnswerWait(int64_t{milliseconds} * 1'000'000);
}
