// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0
//
// Files. They are opened all the same: a null pointer for a FILE would crash
// the program before the failure is told.

#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/types.h>

#include <cstdarg>

#include "orrery/testing/caught_escape.h"

using orrery::IsEscape;

namespace {

// Whether there is another argument, the mode of the new file.
bool HasMode(int flags) {
  return (flags & O_CREAT) != 0 || (flags & O_TMPFILE) == O_TMPFILE;
}

}  // namespace

#define ORRERY_CATCH_OPEN(name)                               \
  ORRERY_CATCH(int, name, const char* file, int flags, ...) { \
    IsEscape("open", file);                                   \
    if (!HasMode(flags)) return real_##name(file, flags);     \
    va_list more;                                             \
    va_start(more, flags);                                    \
    const mode_t mode = va_arg(more, mode_t);                 \
    va_end(more);                                             \
    return real_##name.get()(file, flags, mode);              \
  }

ORRERY_CATCH_OPEN(open)
ORRERY_CATCH_OPEN(open64)

#define ORRERY_CATCH_OPENAT(name)                                         \
  ORRERY_CATCH(int, name, int folder, const char* file, int flags, ...) { \
    IsEscape("openat", file);                                             \
    if (!HasMode(flags)) return real_##name(folder, file, flags);         \
    va_list more;                                                         \
    va_start(more, flags);                                                \
    const mode_t mode = va_arg(more, mode_t);                             \
    va_end(more);                                                         \
    return real_##name.get()(folder, file, flags, mode);                  \
  }

ORRERY_CATCH_OPENAT(openat)
ORRERY_CATCH_OPENAT(openat64)

// What a call without a mode becomes where the C library checks calls.

ORRERY_CATCH(int, __open_2, const char* file, int flags) {
  IsEscape("open", file);
  return real___open_2(file, flags);
}

ORRERY_CATCH(int, __open64_2, const char* file, int flags) {
  IsEscape("open", file);
  return real___open64_2(file, flags);
}

ORRERY_CATCH(int, __openat_2, int folder, const char* file, int flags) {
  IsEscape("openat", file);
  return real___openat_2(folder, file, flags);
}

ORRERY_CATCH(int, __openat64_2, int folder, const char* file, int flags) {
  IsEscape("openat", file);
  return real___openat64_2(folder, file, flags);
}

ORRERY_CATCH(int, creat, const char* file, mode_t mode) {
  IsEscape("creat", file);
  return real_creat(file, mode);
}

ORRERY_CATCH(int, creat64, const char* file, mode_t mode) {
  IsEscape("creat", file);
  return real_creat64(file, mode);
}

ORRERY_CATCH(FILE*, fopen, const char* file, const char* mode) {
  IsEscape("fopen", file);
  return real_fopen(file, mode);
}

ORRERY_CATCH(FILE*, fopen64, const char* file, const char* mode) {
  IsEscape("fopen", file);
  return real_fopen64(file, mode);
}

ORRERY_CATCH(FILE*, freopen, const char* file, const char* mode, FILE* stream) {
  IsEscape("freopen", file);
  return real_freopen(file, mode, stream);
}

ORRERY_CATCH(FILE*, freopen64, const char* file, const char* mode,
             FILE* stream) {
  IsEscape("freopen", file);
  return real_freopen64(file, mode, stream);
}

ORRERY_CATCH(DIR*, opendir, const char* folder) {
  IsEscape("opendir", folder);
  return real_opendir(folder);
}

ORRERY_CATCH(int, mkstemp, char* file) {
  IsEscape("mkstemp", file);
  return real_mkstemp(file);
}

ORRERY_CATCH(int, mkstemp64, char* file) {
  IsEscape("mkstemp", file);
  return real_mkstemp64(file);
}

ORRERY_CATCH(FILE*, tmpfile) {
  IsEscape("tmpfile");
  return real_tmpfile();
}

ORRERY_CATCH(FILE*, tmpfile64) {
  IsEscape("tmpfile");
  return real_tmpfile64();
}
