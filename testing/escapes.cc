// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0

#include "orrery/testing/escapes.h"

#include <cstddef>
#include <iterator>

#include "absl/status/status.h"
#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "orrery/base/check.h"

namespace orrery {
namespace {

// By kind.
constexpr EscapeKindTexts kTexts[] = {
    {"clock", "the machine's clock shows another time in each run",
     "use Now() for the time of day and Elapsed() for a stopwatch"},
    {"sleep", "the machine waits while the simulation's clock stands still",
     "use `co_await Sleep(duration)`, or BlockingSleep(duration) as the model "
     "of code that blocks its whole event loop"},
    {"wait", "the machine decides what is ready, and when",
     "`co_await` a Queue, a Channel or an Event, with Timeout if need be"},
    {"entropy", "it gives other numbers in each run",
     "use Random(\"what for\") or Choose(n, \"what\")"},
    {"thread", "the operating system decides when a thread runs",
     "use Spawn(...), or RunBlocking(...) for work beside the event loop"},
    {"process", "the operating system decides when a process runs",
     "start it before the simulation, or put an interface before it and give "
     "the test another implementation"},
    {"socket", "what is at the other end differs from run to run",
     "put an interface before the network and give the test another "
     "implementation, over a Queue or a Channel say"},
    {"file", "files differ from machine to machine, and outlive a run",
     "read it before the simulation (SetUpTestSuite, say), or put an interface "
     "before it and give the test another implementation"},
};

constexpr EscapeName Called(const char* name, EscapeKind kind) {
  return {name, kind, name};
}

constexpr EscapeName kEscapes[] = {
    {"absl::Now", EscapeKind::kClock, nullptr},
    Called("clock", EscapeKind::kClock),
    Called("clock_gettime", EscapeKind::kClock),
    Called("gettimeofday", EscapeKind::kClock),
    Called("time", EscapeKind::kClock),
    Called("timespec_get", EscapeKind::kClock),

    Called("clock_nanosleep", EscapeKind::kSleep),
    Called("nanosleep", EscapeKind::kSleep),
    Called("sleep", EscapeKind::kSleep),
    Called("thrd_sleep", EscapeKind::kSleep),
    Called("usleep", EscapeKind::kSleep),

    Called("epoll_pwait", EscapeKind::kWait),
    Called("epoll_wait", EscapeKind::kWait),
    {"poll", EscapeKind::kWait, "poll"},
    {"poll", EscapeKind::kWait, "__poll_chk"},
    Called("ppoll", EscapeKind::kWait),
    Called("pselect", EscapeKind::kWait),
    Called("select", EscapeKind::kWait),

    Called("arc4random", EscapeKind::kEntropy),
    Called("arc4random_buf", EscapeKind::kEntropy),
    Called("arc4random_uniform", EscapeKind::kEntropy),
    Called("drand48", EscapeKind::kEntropy),
    Called("getentropy", EscapeKind::kEntropy),
    Called("getrandom", EscapeKind::kEntropy),
    Called("lrand48", EscapeKind::kEntropy),
    Called("mrand48", EscapeKind::kEntropy),
    Called("rand", EscapeKind::kEntropy),
    Called("random", EscapeKind::kEntropy),
    {"std::random_device", EscapeKind::kEntropy,
     "_ZNSt13random_device9_M_getvalEv"},

    Called("pthread_create", EscapeKind::kThread),
    Called("thrd_create", EscapeKind::kThread),

    Called("clone", EscapeKind::kProcess),
    Called("fork", EscapeKind::kProcess),
    Called("popen", EscapeKind::kProcess),
    Called("posix_spawn", EscapeKind::kProcess),
    Called("posix_spawnp", EscapeKind::kProcess),
    Called("system", EscapeKind::kProcess),
#if defined(__x86_64__) || defined(__aarch64__)
    Called("vfork", EscapeKind::kProcess),
#endif

    Called("accept", EscapeKind::kSocket),
    Called("accept4", EscapeKind::kSocket),
    Called("bind", EscapeKind::kSocket),
    Called("connect", EscapeKind::kSocket),
    Called("getaddrinfo", EscapeKind::kSocket),
    Called("gethostbyname", EscapeKind::kSocket),
    Called("listen", EscapeKind::kSocket),
    Called("socket", EscapeKind::kSocket),
    Called("socketpair", EscapeKind::kSocket),

    {"creat", EscapeKind::kFile, "creat"},
    {"creat", EscapeKind::kFile, "creat64"},
    {"fopen", EscapeKind::kFile, "fopen"},
    {"fopen", EscapeKind::kFile, "fopen64"},
    {"freopen", EscapeKind::kFile, "freopen"},
    {"freopen", EscapeKind::kFile, "freopen64"},
    {"mkstemp", EscapeKind::kFile, "mkstemp"},
    {"mkstemp", EscapeKind::kFile, "mkstemp64"},
    {"open", EscapeKind::kFile, "open"},
    {"open", EscapeKind::kFile, "open64"},
    {"open", EscapeKind::kFile, "__open_2"},
    {"open", EscapeKind::kFile, "__open64_2"},
    {"openat", EscapeKind::kFile, "openat"},
    {"openat", EscapeKind::kFile, "openat64"},
    {"openat", EscapeKind::kFile, "__openat_2"},
    {"openat", EscapeKind::kFile, "__openat64_2"},
    Called("opendir", EscapeKind::kFile),
    {"tmpfile", EscapeKind::kFile, "tmpfile"},
    {"tmpfile", EscapeKind::kFile, "tmpfile64"},
};

std::string AllWords() {
  std::string words = "all; kinds:";
  for (const EscapeKindTexts& texts : kTexts) {
    absl::StrAppend(&words, " ", texts.name);
  }
  absl::StrAppend(&words, "; functions:");
  absl::string_view last;
  for (const EscapeName& escape : kEscapes) {
    if (escape.name != last) absl::StrAppend(&words, " ", escape.name);
    last = escape.name;
  }
  return words;
}

}  // namespace

const EscapeKindTexts& TextsOf(EscapeKind kind) {
  return kTexts[static_cast<size_t>(kind)];
}

absl::Span<const EscapeName> KnownEscapes() { return kEscapes; }

EscapeKind KindOfEscape(absl::string_view name) {
  for (const EscapeName& escape : kEscapes) {
    if (escape.name == name) return escape.kind;
  }
  FailCheck("escapes are in the list in escapes.cc",
            absl::StrCat("there is no \"", name, "\" in it"),
            SourceSite::current());
}

absl::StatusOr<EscapeSet> EscapeSet::Parse(absl::string_view list) {
  EscapeSet set;
  if (absl::StripAsciiWhitespace(list).empty()) return set;
  for (absl::string_view word : absl::StrSplit(list, ',')) {
    word = absl::StripAsciiWhitespace(word);
    bool known = false;
    for (size_t kind = 0; kind < std::size(kTexts); ++kind) {
      if (word != "all" && word != kTexts[kind].name) continue;
      set.kinds_.insert(static_cast<EscapeKind>(kind));
      known = true;
    }
    for (const EscapeName& escape : kEscapes) {
      // "clock" is the kind, of which the function is one.
      if (known || word != escape.name) continue;
      set.names_.emplace(word);
      known = true;
    }
    if (!known) {
      return absl::InvalidArgumentError(
          absl::StrCat("\"", word, "\" is no escape; known are ", AllWords()));
    }
  }
  return set;
}

bool EscapeSet::Has(absl::string_view name, EscapeKind kind) const {
  return kinds_.contains(kind) || names_.contains(name);
}

void EscapeSet::Add(const EscapeSet& other) {
  names_.insert(other.names_.begin(), other.names_.end());
  kinds_.insert(other.kinds_.begin(), other.kinds_.end());
}

}  // namespace orrery
