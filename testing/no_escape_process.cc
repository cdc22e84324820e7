// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0
//
// Threads and processes.

#include <errno.h>
#include <pthread.h>
#include <sched.h>
#include <spawn.h>
#include <stdio.h>
#include <sys/types.h>
#include <threads.h>

#include <cstdarg>

#include "orrery/testing/caught_escape.h"

using orrery::IsEscape;

namespace {

// "Not now" is an error that all of these have.
int Refuse() {
  errno = EAGAIN;
  return -1;
}

using ThreadFunction = void*(void*);
using CloneFunction = int(void*);

}  // namespace

ORRERY_CATCH(int, pthread_create, pthread_t* thread,
             const pthread_attr_t* attributes, ThreadFunction* function,
             void* argument) {
  if (!IsEscape("pthread_create")) {
    return real_pthread_create(thread, attributes, function, argument);
  }
  return EAGAIN;
}

ORRERY_CATCH(int, thrd_create, thrd_t* thread, thrd_start_t function,
             void* argument) {
  if (!IsEscape("thrd_create")) {
    return real_thrd_create(thread, function, argument);
  }
  return thrd_error;
}

ORRERY_CATCH(pid_t, fork) {
  if (!IsEscape("fork")) return real_fork();
  return Refuse();
}

ORRERY_CATCH(int, clone, CloneFunction* function, void* stack, int flags,
             void* argument, ...) {
  if (IsEscape("clone")) return Refuse();
  constexpr int kChild = CLONE_CHILD_SETTID | CLONE_CHILD_CLEARTID;
  constexpr int kParent = CLONE_PARENT_SETTID | CLONE_PIDFD;
  if ((flags & (kParent | CLONE_SETTLS | kChild)) == 0) {
    return real_clone(function, stack, flags, argument);
  }
  va_list more;
  va_start(more, argument);
  void* const parent = va_arg(more, void*);
  void* const tls = va_arg(more, void*);
  void* const child = (flags & kChild) != 0 ? va_arg(more, void*) : nullptr;
  va_end(more);
  return real_clone.get()(function, stack, flags, argument, parent, tls, child);
}

ORRERY_CATCH(int, posix_spawn, pid_t* process, const char* path,
             const posix_spawn_file_actions_t* actions,
             const posix_spawnattr_t* attributes, char* const* arguments,
             char* const* environment) {
  if (!IsEscape("posix_spawn")) {
    return real_posix_spawn(process, path, actions, attributes, arguments,
                            environment);
  }
  return EAGAIN;
}

ORRERY_CATCH(int, posix_spawnp, pid_t* process, const char* file,
             const posix_spawn_file_actions_t* actions,
             const posix_spawnattr_t* attributes, char* const* arguments,
             char* const* environment) {
  if (!IsEscape("posix_spawnp")) {
    return real_posix_spawnp(process, file, actions, attributes, arguments,
                             environment);
  }
  return EAGAIN;
}

ORRERY_CATCH(int, system, const char* command) {
  if (!IsEscape("system")) return real_system(command);
  return Refuse();
}

ORRERY_CATCH(FILE*, popen, const char* command, const char* mode) {
  if (!IsEscape("popen")) return real_popen(command, mode);
  errno = EAGAIN;
  return nullptr;
}

// ---- vfork ------------------------------------------------------------------
//
// The child runs on the parent's stack, so that it must not return from a
// function of ours: vfork finds out where to go, and jumps there.

#if defined(__x86_64__) || defined(__aarch64__)

extern "C" __attribute__((weak)) pid_t __interceptor_vfork();
static constinit orrery::RealFunction<pid_t()> real_vfork("vfork",
                                                          &__interceptor_vfork);

// `caller` is where vfork returns to.
extern "C" __attribute__((visibility("hidden"), used)) auto OrreryVforkTarget(
    const void* caller) -> pid_t (*)() {
  return IsEscape("vfork", nullptr, caller) ? &Refuse : real_vfork.get();
}

#if defined(__x86_64__)
__asm__(R"(
  .text
  .globl vfork
  .type vfork, @function
vfork:
  .cfi_startproc
  subq $8, %rsp
  .cfi_adjust_cfa_offset 8
  movq 8(%rsp), %rdi
  callq OrreryVforkTarget
  addq $8, %rsp
  .cfi_adjust_cfa_offset -8
  jmpq *%rax
  .cfi_endproc
  .size vfork, .-vfork
)");
#else
__asm__(R"(
  .text
  .globl vfork
  .type vfork, @function
vfork:
  .cfi_startproc
  stp x29, x30, [sp, -16]!
  .cfi_def_cfa_offset 16
  .cfi_offset 29, -16
  .cfi_offset 30, -8
  mov x0, x30
  bl OrreryVforkTarget
  ldp x29, x30, [sp], 16
  .cfi_restore 29
  .cfi_restore 30
  .cfi_def_cfa_offset 0
  br x0
  .cfi_endproc
  .size vfork, .-vfork
)");
#endif

#endif
